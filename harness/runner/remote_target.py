"""A target that runs already, on a machine that is not ours to boot.

What connects to it is imported when it is used: paramiko and pexpect take a quarter of a second,
which nobody shall wait for who boots a guest.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from harness.formats.kconfig import Kconfig
from harness.guest.features import is_due
from harness.guest.guest import Guest
from harness.runner.cases import Case
from harness.runner.known_features import KnownFeatures
from harness.toolchain.agent import agent_binary
from harness.values.arch import Arch
from harness.values.console_source import ConsoleSource
from harness.values.deadline import Deadline
from harness.values.errors import TargetError
from harness.values.feature import Feature
from harness.values.kernel import RunningKernel
from harness.values.mode import Mode
from harness.values.ssh_address import Credentials, SshAddress

if TYPE_CHECKING:
    from harness.remote.host import RemoteHost

# How long a machine may take to come back: firmware of servers takes minutes.
RETURN_S = 600.0

# For the agent to be sent and to come up.
START_S = 120.0

_ASK_S = 60.0

# Cases of folders of these names are meant to find out whether the kernel survives them.
SURVIVAL = ("no_fault", "storms", "survival")


@dataclass(frozen=True, slots=True)
class RemoteName:
    """A machine as the user names it, and what may be done with it."""

    address: SshAddress
    credentials: Credentials = field(default_factory=Credentials)
    console: ConsoleSource | None = None
    may_crash: bool = False
    """The user has said that it may: --yes-it-may-crash."""

    return_s: float = RETURN_S


@dataclass(frozen=True, slots=True)
class Cpus:
    """The processors of a machine, as far as verdicts go."""

    cpus: int
    cpu_model: str | None = None
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoteTarget:
    """A kernel that runs on such a machine. `close` it."""

    name: RemoteName
    kernel: RunningKernel
    hardware: Cpus
    agent: Path
    config: Kconfig | None
    """What the kernel was built with, or None where the machine does not tell."""

    host: "RemoteHost"

    accel_name = "remote"
    qemu_version = ""

    @property
    def arch(self) -> Arch:
        return self.kernel.arch

    @property
    def accel(self) -> str:
        return str(self.name.address)

    @property
    def words(self) -> tuple[str, ...]:
        name = self.name
        words = ["--target", str(name.address)]
        for identity in name.credentials.identities:
            words += ["-i", str(identity)]
        if name.credentials.known_hosts is not None:
            words += ["--known-hosts", str(name.credentials.known_hosts)]
        if name.console is not None:
            words += ["--console", str(name.console)]
        if name.may_crash:
            words.append("--yes-it-may-crash")
        return tuple(words)

    @property
    def repeats_crashes(self) -> bool:
        """To crash it by mistake is one thing, to do so again on purpose another."""
        return self.name.may_crash

    def owes(self, feature: Feature, mode: Mode) -> bool:
        if self.hardware.cpus < feature.cpus:
            return False
        return is_due(feature, self.arch, self.kernel.release, self.config, jits=mode.jits)

    def known_features(self) -> KnownFeatures:
        return KnownFeatures(self.kernel, self.hardware)

    def versions(self) -> dict[str, str]:
        return {
            "kernel": f"{self.kernel.release}, {self.kernel.origin}",
            "target": str(self.name.address),
            "console": str(self.name.console or "the kernel log, read by the agent"),
            "agent": self.agent.parent.name,
        }

    def start(self, folder: Path, deadline: Deadline) -> Guest:
        """The agent on it, once it answers; raises TargetError."""
        from harness.remote.machine import MachinePlan, RemoteMachine

        self.host.wait()
        plan = MachinePlan(self.agent, self.agent.parent.name, self.name.console, folder)
        machine = RemoteMachine(self.host, plan, deadline)
        identity = machine.identity
        if (identity.release, identity.uname_version) != (self.kernel.release, self.kernel.version):
            machine.stop()
            raise TargetError(
                f"{self.name.address} came back with another kernel: {identity.release} "
                f"{identity.uname_version}, not {self.kernel.release} {self.kernel.version}",
                remedy="make the kernel under test the one that it boots by itself",
            )
        return Guest(machine)

    def prove(self) -> None:
        """Start the agent and end it: a console that is none, or a machine that is not fit, is
        told once, instead of in every trial.
        """
        with (
            TemporaryDirectory(prefix="bpf-harness-") as folder,
            self.start(Path(folder), Deadline.after(START_S)),
        ):
            pass

    def give_up(self) -> None:
        """End what is under way, from any thread: whoever uses it sees its channel end."""
        self.host.give_up()

    def close(self) -> None:
        self.host.close()


def prepare_remote(name: RemoteName) -> RemoteTarget:
    """Connect, look at the machine, build the agent for it; raises TargetError."""
    from harness.remote.facts import fit_arch, read_config
    from harness.remote.host import RemoteHost

    host = RemoteHost(name.address, name.credentials, name.return_s)
    try:
        facts = host.look()
        arch = fit_arch(facts, name.address)
        deadline = Deadline.after(_ASK_S)
        config = read_config(host.connect(deadline), deadline)
        digest = sha256("\0".join((facts.release, facts.version)).encode()).hexdigest()
        source = str(name.address)
        kernel = RunningKernel(
            arch, facts.release, facts.version, source, f"running, {facts.version}", digest
        )
        return RemoteTarget(name, kernel, Cpus(facts.cpus), agent_binary(arch), config, host)
    except BaseException:
        host.close()
        raise


def meant_to_crash(case: Case) -> bool:
    """Whether it is a survival case: its file lies in a folder of such a name."""
    return Path(case.id.path).resolve().parent.name in SURVIVAL
