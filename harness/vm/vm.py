"""One running VM with its agent: start, ready, health of the connection, stop.

Knows nothing of filters and tables; `harness.guest` is what one does inside.
"""

import errno
import logging
import os
import secrets
import shlex
import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.boot.command import Ends, qemu_argv
from harness.channels.client import AgentClient
from harness.channels.socket_channel import SocketChannel
from harness.formats.splats import find_splats
from harness.values.autopsy import Autopsy, CodeRange
from harness.values.deadline import Deadline
from harness.values.errors import (
    BootError,
    ChannelError,
    GuestError,
    KilledError,
    ProtocolError,
    SilenceError,
)
from harness.vm.autopsy import examine
from harness.vm.console import ConsoleLog
from harness.vm.hello import say_hello
from harness.vm.plan import VmPlan
from harness.vm.process import QemuProcess
from harness.vm.qmp import Monitor
from harness.vm.running import Identity, Loss
from harness.vm.snapshots import Snapshot, Snapshots
from harness.vm.symbols import MAX_KALLSYMS, keep_symbols

_log = logging.getLogger(__name__)

_CONSOLE = "console.log"

# A restored guest answers in a third of a second; on a crowded machine it may take a while.
_RESTORE_S = 20.0
_SEED_SIZE = 64

# On a crowded machine a guest may come too late for the first timer that its state was waiting for.
_RESTORES = 2

# Saving takes a tenth of a second; a guest that floods its memory is never done.
_SAVE_S = 20.0

# The kernel has stopped its ticks, of which there are 100 a second or more, and may go on for this
# long with what it began at boot.
_IDLE_S = 0.1
_BECOME_IDLE_S = 5.0

_TAIL_LINES = 8
_TAIL_WIDTH = 300
_LAST_WORDS_S = 0.5


class Vm:
    """A running VM whose agent has answered. Use as a context manager, or call stop()."""

    def __init__(
        self, plan: VmPlan, process: QemuProcess, agent: socket.socket, monitor: Monitor
    ) -> None:
        self.plan = plan
        self.process = process
        self.monitor = monitor
        self.console = ConsoleLog(plan.folder / _CONSOLE)
        self._channel = SocketChannel(agent)
        self.client = AgentClient(self._channel, self._watch)
        self._identity: Identity | None = None

    @classmethod
    def start(cls, plan: VmPlan, deadline: Deadline, snapshots: Snapshots | None = None) -> "Vm":
        """Restore or boot, and wait until the agent has answered hello.

        Without `snapshots` it always boots; with them, what was booted is saved for later starts,
        and a state that does not restore is dropped. Raises MissingToolError without QEMU;
        BootError, with the end of the console, if the agent did not answer properly before the
        deadline. Nothing is left running then.
        """
        snapshot = None if snapshots is None else snapshots.find(plan)
        if snapshots is not None and snapshot is not None:
            vm = cls._restore_if_good(plan, snapshot, deadline)
            if vm is not None:
                return vm
            snapshots.drop(snapshot)
        return cls._boot(plan, deadline, snapshots)

    @classmethod
    def _restore_if_good(cls, plan: VmPlan, snapshot: Snapshot, deadline: Deadline) -> "Vm | None":
        why = ""
        for _ in range(_RESTORES):
            try:
                return cls._restore(plan, snapshot, deadline.sooner(_RESTORE_S))
            except KilledError:
                raise
            except BootError as error:
                why = error.message.splitlines()[0]
        _log.warning("a saved state is dropped, the guest is booted: %s", why)
        return None

    @classmethod
    def _boot(cls, plan: VmPlan, deadline: Deadline, snapshots: Snapshots | None) -> "Vm":
        _begin_console(plan.folder)
        vm = cls._spawn(plan)
        with vm._coming_up():
            vm.client.wait_for_event("ready", deadline)
            if snapshots is not None:
                # Before anything was asked: what the agent has not told yet will be new each time.
                snapshots.keep(plan, lambda snapshot: vm._save(snapshot, deadline))
            vm._identity = vm._hello(deadline)
            vm._learn_symbols(deadline)
        return vm

    @classmethod
    def _restore(cls, plan: VmPlan, snapshot: Snapshot, deadline: Deadline) -> "Vm":
        _begin_console(plan.folder, snapshot.console)
        try:
            state = os.open(snapshot.state, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise BootError(f"cannot read {snapshot.state}: {error.strerror}") from error
        try:
            vm = cls._spawn(plan, state)
        finally:
            os.close(state)
        with vm._coming_up():
            renewed = vm.client.submit(
                "renew", seed=secrets.token_bytes(_SEED_SIZE), realtime_ns=time.time_ns()
            )
            vm._identity = vm._hello(deadline)
            if number := renewed.result(deadline).errno():
                raise GuestError(
                    f"the guest did not wake up properly: {errno.errorcode.get(number)}"
                )
            vm._learn_symbols(deadline)
        return vm

    def _save(self, snapshot: Snapshot, deadline: Deadline) -> None:
        self.process.wait_until_idle(_IDLE_S, deadline.sooner(_BECOME_IDLE_S))
        with snapshot.state.open("wb") as file:
            self.monitor.save_state(file.fileno(), deadline.sooner(_SAVE_S))
        shutil.copyfile(self.console.path, snapshot.console)

    @contextmanager
    def _coming_up(self) -> Iterator[None]:
        """What goes wrong before hello is answered is a BootError, and nothing runs after it."""
        try:
            yield
        except (GuestError, ProtocolError) as error:
            told = self._boot_error(error)
            self.stop()
            raise told from error
        except BaseException:
            self.stop()
            raise

    @property
    def identity(self) -> Identity:
        """Known from the moment that start() has returned."""
        if self._identity is None:
            raise GuestError("this VM has not answered hello")
        return self._identity

    def wait_for_exit(self, seconds: float) -> int | None:
        """QEMU's exit status, or None if it still runs after that long."""
        return self.process.wait(seconds)

    def autopsy(self, code: Sequence[CodeRange]) -> Autopsy | None:
        """Where the CPUs of a guest that hangs are; None if QEMU does not run any more."""
        if self.process.exit_status is not None or self.process.is_stopped:
            return None
        stext = self.identity.stext
        return examine(self.plan, self.monitor, self.process, self.console, stext, code)

    def loss(self, error: ChannelError) -> Loss:
        """What is known of why the guest was lost."""
        return Loss(error.message, self.fault())

    def fault(self) -> str | None:
        """What befell QEMU that the guest has not done: a signal, a failure of its own.

        A guest that panics or powers off ends QEMU with status 0."""
        status = self.process.exit_status
        if status is None:
            return "QEMU was stopped by a signal" if self.process.is_stopped else None
        if number := self.process.ending_signal:
            return f"QEMU was ended by signal {number}"
        return f"QEMU gave up: {self.process.stderr_tail()[-_TAIL_WIDTH:]}" if status else None

    @classmethod
    def _spawn(cls, plan: VmPlan, state: int | None = None) -> "Vm":
        ours_agent, its_agent = socket.socketpair()
        ours_qmp, its_qmp = socket.socketpair()
        ends = Ends(its_agent.fileno(), its_qmp.fileno(), plan.folder / _CONSOLE, state)
        argv = qemu_argv(plan.kernel, plan.image, plan.hardware, ends)
        try:
            _keep_command(plan.folder / "command.txt", argv)
            inherited = (its_agent.fileno(), its_qmp.fileno(), *(() if state is None else (state,)))
            process = QemuProcess.start(argv, inherited, plan.folder / "qemu.log")
        except BaseException:
            ours_agent.close()
            ours_qmp.close()
            raise
        finally:
            its_agent.close()
            its_qmp.close()
        return cls(plan, process, ours_agent, Monitor(ours_qmp))

    def _hello(self, deadline: Deadline) -> Identity:
        return say_hello(
            self.client,
            self.plan.image.agent_build,
            deadline,
            holder="the image holds",
            remedy="the image cache is damaged: remove it and run again",
        )

    def _learn_symbols(self, deadline: Deadline) -> None:
        """Once for each kernel: half a second under emulation."""
        if self.identity.stext:
            keep_symbols(self.plan.kernel.digest, lambda: self._kallsyms(deadline))

    def _kallsyms(self, deadline: Deadline) -> bytes:
        path, limit = "/proc/kallsyms", MAX_KALLSYMS
        return self.client.call("read_file", deadline, path=path, limit=limit).data("data")

    def _watch(self) -> None:
        self.console.check_size()
        status = self.process.exit_status
        if status is not None:
            raise ChannelError(f"QEMU ended with status {status}")
        if self.process.is_stopped:
            raise ChannelError("QEMU is stopped")

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
        if self.process.was_struck:
            return KilledError(f"{kernel} on {kernel.arch} did not become ready: {self.fault()}")
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

    def __exit__(self, *_: object) -> None:
        self.stop()


def _begin_console(folder: Path, earlier: Path | None = None) -> None:
    """QEMU adds to the file: to nothing, or to what the restored guest had said before."""
    try:
        if earlier is None:
            (folder / _CONSOLE).write_bytes(b"")
        else:
            shutil.copyfile(earlier, folder / _CONSOLE)
    except OSError as error:
        raise BootError(f"cannot write {folder / _CONSOLE}: {error.strerror}") from error


def _keep_command(path: Path, argv: tuple[str, ...]) -> None:
    try:
        path.write_text(_shown(argv))
    except OSError as error:
        raise BootError(f"cannot write {path}: {error.strerror}") from error


def _shown(argv: tuple[str, ...]) -> str:
    """The command as one can paste it into a shell, one option a line."""
    words = [shlex.quote(word) for word in argv]
    return " ".join(words).replace(" -", " \\\n  -") + "\n"
