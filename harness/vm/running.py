"""What a guest needs of the VM it is in: Vm, RemoteMachine, and the fake of tests and bench."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.channels.client import AgentClient
from harness.values.autopsy import Autopsy, CodeRange
from harness.values.errors import ChannelError
from harness.values.release import upstream_release
from harness.vm.console import ConsoleLog


@dataclass(frozen=True, slots=True)
class Identity:
    """What the agent said of itself and its kernel at hello."""

    release: str
    """uname -r"""

    uname_version: str
    """uname -v"""

    machine: str
    boot_id: str
    cpus: int
    """Possible CPUs: how many values a per-CPU table has for each key."""

    page_size: int
    stext: int
    """Address of the kernel's _stext; 0 where it does not tell."""

    spin_ns: int
    """How long always the same work took the agent when it was ready."""

    nonce: str
    """Fresh for every start, in hex: no other guest can answer with it."""

    @property
    def upstream(self) -> str:
        """The release of kernel.org that it is made from, as far as it tells."""
        return upstream_release(self.release, self.uname_version)


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a guest was given up."""

    reason: str
    machine_fault: str | None = None
    """What befell its machine that the guest has not done, if anything did."""


class RunningVm(Protocol):
    """A VM, or a machine that runs already, whose agent has answered hello."""

    @property
    def identity(self) -> Identity: ...

    @property
    def client(self) -> AgentClient: ...

    @property
    def console(self) -> ConsoleLog: ...

    def wait_for_exit(self, seconds: float) -> int | None:
        """QEMU's exit status, or None if it still runs after that long."""

    def loss(self, error: ChannelError) -> Loss:
        """Why the guest was lost, as far as can be seen now."""

    def autopsy(self, code: Sequence[CodeRange]) -> Autopsy | None:
        """Where the CPUs of a guest that hangs are; None if QEMU does not run any more.

        `code` is what filters were JITed to, the latest last.
        """

    def stop(self) -> None:
        """End it; may be called twice."""
