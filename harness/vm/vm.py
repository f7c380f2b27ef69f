"""One running VM with its agent: start, ready, health of the connection, stop.

Knows nothing of filters and tables; `harness.guest` is what one does inside.
"""

import secrets
import shlex
import socket
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from harness.boot.command import Ends, Hardware, qemu_argv
from harness.channels.client import AgentClient
from harness.channels.fields import Fields
from harness.channels.socket_channel import SocketChannel
from harness.formats.splats import find_splats
from harness.formats.wire import VERSION
from harness.values.deadline import Deadline
from harness.values.errors import (
    BootError,
    ChannelError,
    GuestError,
    ProtocolError,
    SilenceError,
)
from harness.values.image import Image
from harness.values.kernel import Kernel
from harness.vm.console import ConsoleLog
from harness.vm.process import QemuProcess
from harness.vm.qmp import Monitor
from harness.vm.running import Identity

_TAIL_LINES = 8
_TAIL_WIDTH = 300
_LAST_WORDS_S = 0.5


@dataclass(frozen=True, slots=True)
class VmPlan:
    """All that is needed to start a VM."""

    kernel: Kernel
    image: Image
    hardware: Hardware
    folder: Path
    """Where console.log, qemu.log and command.txt of this VM go. It exists."""


class Vm:
    """A running VM whose agent has answered. Use as a context manager, or call stop()."""

    def __init__(
        self, plan: VmPlan, process: QemuProcess, agent: socket.socket, monitor: Monitor
    ) -> None:
        self.plan = plan
        self.process = process
        self.monitor = monitor
        self.console = ConsoleLog(plan.folder / "console.log")
        self._channel = SocketChannel(agent)
        self.client = AgentClient(self._channel, self._watch)
        self._identity: Identity | None = None

    @classmethod
    def start(cls, plan: VmPlan, deadline: Deadline) -> "Vm":
        """Boot and wait until the agent has answered hello.

        Raises MissingToolError without QEMU; BootError, with the end of the console, if the
        agent did not answer properly before the deadline. Nothing is left running then.
        """
        vm = cls._spawn(plan)
        try:
            vm._identity = vm._hello(deadline)
        except (GuestError, ProtocolError) as error:
            raise vm._boot_error(error) from error
        finally:
            if vm._identity is None:
                vm.stop()
        return vm

    @property
    def identity(self) -> Identity:
        """Known from the moment that start() has returned."""
        if self._identity is None:
            raise GuestError("this VM has not answered hello")
        return self._identity

    def wait_for_exit(self, seconds: float) -> int | None:
        """QEMU's exit status, or None if it still runs after that long."""
        return self.process.wait(seconds)

    @classmethod
    def _spawn(cls, plan: VmPlan) -> "Vm":
        ours_agent, its_agent = socket.socketpair()
        ours_qmp, its_qmp = socket.socketpair()
        ends = Ends(its_agent.fileno(), its_qmp.fileno(), plan.folder / "console.log")
        argv = qemu_argv(plan.kernel, plan.image, plan.hardware, ends)
        try:
            _keep_command(plan.folder / "command.txt", argv)
            process = QemuProcess.start(
                argv, (its_agent.fileno(), its_qmp.fileno()), plan.folder / "qemu.log"
            )
        except BaseException:
            ours_agent.close()
            ours_qmp.close()
            raise
        finally:
            its_agent.close()
            its_qmp.close()
        return cls(plan, process, ours_agent, Monitor(ours_qmp))

    def _hello(self, deadline: Deadline) -> Identity:
        self.client.wait_for_event("ready", deadline)
        nonce = secrets.token_bytes(16)
        reply = self.client.call("hello", deadline, version=VERSION, nonce=nonce)
        if reply.data("nonce") != nonce:
            raise ProtocolError("the agent answered hello with another nonce than it was given")
        self._check_agent(reply)
        return Identity(
            release=reply.text("release"),
            machine=reply.text("machine"),
            boot_id=reply.text("boot_id"),
            cpus=reply.integer("cpus"),
            page_size=reply.integer("page_size"),
            nonce=nonce.hex(),
        )

    def _check_agent(self, reply: Fields) -> None:
        build = reply.text("agent")
        if build != self.plan.image.agent_build:
            raise ProtocolError(
                f"the image holds agent {build}, not {self.plan.image.agent_build}",
                remedy="the image cache is damaged: remove it and run again",
            )

    def _watch(self) -> None:
        self.console.check_size()
        status = self.process.exit_status
        if status is not None:
            raise ChannelError(f"QEMU ended with status {status}")

    def _boot_error(self, error: GuestError) -> BootError:
        kernel = self.plan.kernel
        if not isinstance(error, SilenceError):
            # QEMU writes the end of the console while it ends.
            self.process.wait(_LAST_WORDS_S)
        console = self.console.read()
        splats = find_splats(console)
        why = f"{splats[-1]}: {error.message}" if splats else error.message
        lines = (self.process.stderr_tail(), *console.splitlines()[-_TAIL_LINES:])
        said = [line[:_TAIL_WIDTH] for line in lines if line.strip()]
        tail = "".join(f"\n    {line}" for line in said) or " (nothing was printed)"
        return BootError(
            f"{kernel} on {kernel.arch} did not become ready: {why}; it printed:{tail}",
            remedy=f"the whole console is in {self.console.path}",
        )

    def stop(self) -> None:
        """End the VM and reap QEMU; may be called twice."""
        self._channel.close()
        self.process.kill()
        self.monitor.close()

    def __enter__(self) -> "Vm":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _keep_command(path: Path, argv: tuple[str, ...]) -> None:
    try:
        path.write_text(_shown(argv))
    except OSError as error:
        raise BootError(f"cannot write {path}: {error.strerror}") from error


def _shown(argv: tuple[str, ...]) -> str:
    """The command as one can paste it into a shell, one option a line."""
    words = [shlex.quote(word) for word in argv]
    return " ".join(words).replace(" -", " \\\n  -") + "\n"
