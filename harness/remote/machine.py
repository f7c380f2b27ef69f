"""A machine that runs already, with our agent on it for as long as it is used."""

import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.channels.client import AgentClient
from harness.channels.ssh_channel import SshChannel
from harness.remote.agent_command import agent_command
from harness.remote.console import ConsoleReader
from harness.remote.heartbeat import Heartbeat
from harness.remote.host import RemoteHost
from harness.values.autopsy import Autopsy, CodeRange
from harness.values.console_source import ConsoleSource
from harness.values.deadline import Deadline
from harness.values.errors import (
    ChannelError,
    ProtocolError,
    SilenceError,
    TargetError,
)
from harness.vm.console import MAX_CONSOLE, ConsoleLog
from harness.vm.hello import say_hello
from harness.vm.running import Identity, Loss

_log = logging.getLogger(__name__)

_CONSOLE = "console.log"
_AGENT_LOG = "agent.log"

# For the agent to undo what it has done and to end.
_END_S = 45.0

# What the kernel says reaches a console of 9600 bits a second within this time.
_CONSOLE_S = 10.0
_LOOK_S = 0.05
_QUIET_S = 0.5

_SHOWN = 500

# So many while the agent is patient.
_BEATS = 6


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """All that is needed to put the agent on a machine."""

    agent: Path
    agent_build: str
    """What the agent must answer to hello."""

    console: ConsoleSource | None
    """None: the kernel log is read by the agent."""

    folder: Path
    """Where console.log goes. It exists."""

    patience_s: int = 60
    """How long the agent waits for a sign of life: what keeps them from it may be a filter."""


class RemoteMachine:
    """A RunningVm that no QEMU of ours runs; `stop` takes the agent away."""

    def __init__(self, host: RemoteHost, plan: MachinePlan, deadline: Deadline) -> None:
        """Raises TargetError if the agent does not come up; nothing is left there then."""
        self._host = host
        self._plan = plan
        self._stopped = False
        self._name = f"bpf-harness.{secrets.token_hex(8)}"
        self.console = ConsoleLog(plan.folder / _CONSOLE)
        self._log = plan.folder / (_CONSOLE if plan.console is None else _AGENT_LOG)
        self._told = 0
        self._reader = (
            None if plan.console is None else ConsoleReader(plan.console, self.console.path)
        )
        try:
            self._channel = self._start_agent(deadline)
        except BaseException:
            self._close_console()
            raise
        self._heartbeat = Heartbeat(self._channel, plan.patience_s / _BEATS)
        self.client = AgentClient(self._channel, self.console.check_size)
        try:
            self.identity = self._come_up(deadline)
        except BaseException:
            self.stop()
            raise

    def _start_agent(self, deadline: Deadline) -> SshChannel:
        agent = self._plan.agent.read_bytes()
        command = agent_command(agent, self._name, self._plan.patience_s)
        session = self._host.connect(deadline)
        channel = SshChannel(session.start(command, deadline), self._keep)
        try:
            channel.send(agent, deadline)
        except BaseException as error:
            channel.close()
            if not isinstance(error, ChannelError):
                raise
            raise TargetError(
                f"the agent could not be sent to {self._host.address}: {error.message}"
            ) from error
        return channel

    def _keep(self, data: bytes) -> None:
        """What the agent says on its standard error, the kernel log."""
        with self._log.open("ab") as file:
            file.write(data[: max(0, MAX_CONSOLE + 1 - self._told)])
        self._told += len(data)

    def _come_up(self, deadline: Deadline) -> Identity:
        try:
            self.client.wait_for_event("ready", deadline)
            identity = say_hello(
                self.client,
                self._plan.agent_build,
                deadline,
                holder=f"{self._host.address} runs",
                remedy="end the bpf-harness that is at work there",
            )
        except ChannelError as error:
            raise self._start_error(error) from error
        if self._plan.console is not None:
            self._check_console(deadline)
        return identity

    def _start_error(self, error: ChannelError) -> TargetError:
        """What the agent, or the shell that was to start it, said before it ended."""
        if not isinstance(error, SilenceError | ProtocolError):
            self._channel.finish(Deadline.after(_LOOK_S * 20))
        said = " ".join(ConsoleLog(self._log).read().split())[-_SHOWN:]
        remedy = error.remedy
        if isinstance(error, ProtocolError) and remedy is None:
            remedy = "the login shell there must print nothing when it is not interactive"
        if "Permission denied" in said:
            remedy = "its TMPDIR or /tmp must not be mounted noexec"
        return TargetError(
            f"the agent did not come up on {self._host.address}: {error.message}"
            f"{f'; it said: {said}' if said else ''}",
            remedy=remedy,
        )

    def _check_console(self, deadline: Deadline) -> None:
        """What is no console of this machine would be an alibi for every kernel.

        Said again and again: whatever brings the console may have to start first.
        """
        word = f"console {secrets.token_hex(8)}"
        until = deadline.sooner(_CONSOLE_S)
        while word not in self.console.read():
            self.client.call("mark", deadline, text=word)
            if until.expired:
                raise TargetError(
                    f"what the kernel of {self._host.address} says does not come on "
                    f"{self._plan.console}{self._console_fault()}",
                    remedy="check that its command line has console= for that line, and --console",
                )
            time.sleep(_QUIET_S)

    def _console_fault(self) -> str:
        """What is known of a console that says nothing of use."""
        assert self._reader is not None
        last = next(
            (line for line in reversed(self.console.read().splitlines()) if line.strip()), ""
        )
        said = "".join(letter for letter in last[-_SHOWN:] if letter.isprintable())
        fault = f": {self._reader.fault}" if self._reader.fault else ""
        return f"{fault}{f'; it said: {said}' if said else ''}"

    def wait_for_exit(self, seconds: float) -> int | None:
        """There is none to see; what the machine still has to say comes meanwhile."""
        self._hear_out(Deadline.after(seconds))
        return None

    def _hear_out(self, deadline: Deadline) -> None:
        """Until nothing has come for half a second, or the deadline."""
        size = -1
        while size != (size := self.console.size()) and not deadline.expired:
            time.sleep(min(_QUIET_S, deadline.left_s()))

    def loss(self, error: ChannelError) -> Loss:
        """Why it was lost: waits for the machine to answer again, and looks whether it is the same.

        One that is as it was has lost its agent or its connection, which is not its kernel's doing,
        unless it was silent and did hear us.
        """
        self._heartbeat.close()
        self._channel.close()
        self._host.drop()
        if not isinstance(error, SilenceError):
            # What is said later is said by the next boot; who hangs may say why in a minute.
            self._hear_out(Deadline.after(_CONSOLE_S))
            self._close_console()
        host = self._host
        _log.warning(
            "%s is lost: %s; waiting for it, %.0f s at most",
            *(host.address, error.message, host.wait_s),
        )
        try:
            facts = host.wait()
            rebooted = facts.boot_id != self.identity.boot_id
            cut = not rebooted and host.kernel_said(self._name)
        except TargetError as gone:
            return Loss(f"{error.message}; {gone.message}")
        if rebooted:
            return Loss("the target rebooted: it has another boot id")
        if isinstance(error, SilenceError) and not cut:
            return Loss(error.message)
        fault = error.message
        if cut:
            fault = f"nothing came to the agent for {self._plan.patience_s} s, maybe by a filter"
        return Loss(error.message, f"{fault}, and the target goes on: it has the same boot id")

    def autopsy(self, code: Sequence[CodeRange]) -> Autopsy | None:
        """Nobody can look into it from outside."""
        return None

    def stop(self) -> None:
        """Take the agent away, and wait until it has undone what it did; may be called twice."""
        if self._stopped:
            return
        self._stopped = True
        try:
            status = self._channel.finish(Deadline.after(_END_S))
            if status is None:
                _log.warning("whether the agent on %s has ended was not seen", self._host.address)
            elif status:
                _log.warning("the agent on %s ended with status %s", self._host.address, status)
        finally:
            self._heartbeat.close()
            self._channel.close()
            self._close_console()

    def _close_console(self) -> None:
        if self._reader is not None:
            self._reader.close()
