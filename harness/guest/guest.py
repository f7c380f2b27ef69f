"""A running guest as its users see it: load, table, trace, shell, health, and the way out."""

import errno
import hashlib
from collections.abc import Callable

from harness.channels.fields import Fields
from harness.guest.descriptors import Descriptor, DescriptorKind
from harness.guest.files import GuestFile, get_file, put_file
from harness.guest.filters import LoadedObject, LoadOptions, submit_load
from harness.guest.health import read_health
from harness.guest.later import Connection, Later
from harness.guest.patience import patience_s
from harness.guest.settings import Settings
from harness.guest.shell import Shell, Shells
from harness.guest.streams import PAGES, RecordStream, Streams
from harness.guest.table_errors import table_type
from harness.guest.tables import Table
from harness.guest.terminal import Screen, Terminal
from harness.guest.trace import TraceStream
from harness.guest.triggers import Firing, Triggers
from harness.values.arch import ByteOrder
from harness.values.autopsy import Autopsy
from harness.values.deadline import Deadline
from harness.values.errors import RefusedError
from harness.values.mode import Mode
from harness.values.observation import Health
from harness.values.table_spec import TableSpec
from harness.values.trigger import Trigger
from harness.vm.plan import VmPlan
from harness.vm.running import RunningVm
from harness.vm.snapshots import Snapshots
from harness.vm.vm import Vm

_MAX_FILE = 4 * 1024 * 1024

# Of what could not be written, in a message.
_SHOWN = 80

# Object files kept in the guest: fewer than the agent's limit, and a fraction of its memory.
_MAX_KEPT = 48
_MAX_KEPT_BYTES = 64 * 1024 * 1024


class Guest:
    """A guest in which filters are loaded and observed. Use as a context manager."""

    def __init__(self, vm: RunningVm, *, timeout_s: float | None = None) -> None:
        """`timeout_s`: how long one operation may take before the guest counts as silent.

        By default as long as a guest of its speed may need.
        """
        self.vm = vm
        self.identity = vm.identity
        if timeout_s is None:
            timeout_s = patience_s(vm.identity.spin_ns)
        self.connection = Connection(vm.client, vm.identity.cpus, timeout_s)
        self.settings = Settings(self.connection)
        self.connection.before_attach = self.settings.may_change
        self._shells = Shells(self.connection)
        self._triggers = Triggers(self.connection)
        self._streams = Streams(self.connection)
        self._kept: dict[str, int] = {}
        """Names and sizes of the objects that the agent has, the one used last at the end."""

        self.mode: Mode | None = None
        """The mode that was set last; None leaves what the kernel booted with."""

    @classmethod
    def start(cls, plan: VmPlan, deadline: Deadline, snapshots: Snapshots | None = None) -> "Guest":
        """Start a VM and wait for its agent; raises BootError or MissingToolError.

        With `snapshots` it is restored if it can be, and saved for the next time if not.
        """
        return cls(Vm.start(plan, deadline, snapshots))

    def load(self, data: bytes, options: LoadOptions | None = None) -> LoadedObject:
        """Load an object file (ELF, as clang makes it) through libbpf: bpf_object__load.

        The verdict on each filter is in the result, also a refusal; AgentError means that
        the agent could not even try.
        """
        return self.submit_load(data, options or LoadOptions())[1].result()

    def submit_load(self, data: bytes, options: LoadOptions) -> tuple[int, Later[LoadedObject]]:
        """Like `load`, without waiting; also the handle by which its filters are known."""
        return submit_load(self.connection, self.keep(data), options)

    def keep(self, data: bytes) -> str:
        """Send an object file once; later loads name it by its content.

        Those that were not used for longest make room. Requests are served in order, so a load
        that is under way still finds its object.
        """
        name = hashlib.sha256(data).hexdigest()[:32]
        if self._kept.pop(name, None) is None:
            self._make_room(len(data))
            self.connection.submit("put", _nothing, {"blob": name, "data": data})
        self._kept[name] = len(data)
        return name

    def _make_room(self, size: int) -> None:
        while self._kept and (
            len(self._kept) >= _MAX_KEPT or sum(self._kept.values()) + size > _MAX_KEPT_BYTES
        ):
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            self.connection.submit("drop", _nothing, {"blob": oldest})

    def table(
        self,
        name: str,
        *,
        entries: int,
        key_size: int,
        value_size: int,
        type: str = "hash",
        flags: int = 0,
        extra: int = 0,
        inner: TableSpec | None = None,
    ) -> Table:
        """Create a table; sizes in bytes. Raises TableError with the kernel's errno.

        `inner` is the pattern of an array or hash of tables. Filters share the table when it is
        given as LoadOptions.reuse for their table of any name.
        """
        number = table_type(type)
        spec = TableSpec(
            name, number, key_size, value_size, entries, flags, extra=extra, inner=inner
        )
        return Table.create(self.connection, spec)

    def descriptor(
        self,
        kind: DescriptorKind,
        *,
        path: str | None = None,
        pid: int | None = None,
        cpu: int | None = None,
    ) -> Descriptor:
        """Open what a table is keyed by or holds; raises RefusedError."""
        return Descriptor(self.connection, kind, path=path, pid=pid, cpu=cpu)

    def stream(self, table: Table, *, pages: int = PAGES) -> RecordStream:
        """Begin to stream the records of a ringbuf or perf_event_array; raises TableError."""
        return self._streams.start(table, pages=pages)

    def trace(self) -> TraceStream:
        """Begin to stream trace lines."""
        return TraceStream(self.connection).start()

    def shell(self, command: str, *, seccomp: bytes | None = None) -> Shell:
        """Start a shell command in the guest, under a seccomp filter if there is one."""
        self.settings.may_change()
        return self._shells.start(command, seccomp)

    def fire(self, trigger: Trigger, byte_order: ByteOrder) -> Firing:
        """Begin with a trigger that is no shell command; raises RefusedError if it cannot be."""
        self.settings.may_change()
        return self._triggers.start(trigger, byte_order)

    def terminal(
        self, show: Callable[[bytes], None], *, command: str = "", screen: Screen | None = None
    ) -> Terminal:
        """Start a shell that is typed into, on a terminal of that size or on pipes.

        `show` is called with what it prints.
        """
        self.settings.may_change()
        return self._shells.start_terminal(command, screen, show)

    def put_file(self, path: str, file: GuestFile) -> None:
        """Write a file and the folders above it; raises RefusedError."""
        put_file(self.connection, path, file)

    def get_file(self, path: str) -> GuestFile:
        """A regular file of the guest; raises RefusedError."""
        return get_file(self.connection, path)

    def set_mode(self, mode: Mode) -> None:
        """How filters loaded from now on are executed; raises RefusedError if it cannot be."""
        if mode is self.mode:
            return
        # Unknown until both are written: a kernel may take the one and refuse the other.
        self.mode = None
        sysctls = mode.sysctls
        self._set_jit("bpf_jit_harden", sysctls.harden)
        self._set_jit("bpf_jit_enable", sysctls.enable)
        self.mode = mode

    def _set_jit(self, sysctl: str, value: int) -> None:
        """A kernel without a JIT has no such file, and is as if it were 0.

        bpf_jit_harden exists under CONFIG_HAVE_EBPF_JIT, bpf_jit_enable under CONFIG_BPF_JIT;
        under CONFIG_BPF_JIT_ALWAYS_ON the latter takes only 1: net/core/sysctl_net_core.c.
        """
        try:
            self._write_file(f"/proc/sys/net/core/{sysctl}", f"{value}")
        except RefusedError as error:
            if error.errno == errno.EINVAL and not value:
                raise RefusedError(
                    "the kernel was built without an interpreter (BPF_JIT_ALWAYS_ON)", error.errno
                ) from error
            if error.errno != errno.ENOENT:
                raise
            if value:
                raise RefusedError(
                    f"the kernel was built without a JIT: there is no {sysctl}", error.errno
                ) from error
        else:
            self.settings.note(f"net/core/{sysctl}", f"{value}")

    def mark(self, text: str) -> Later[None]:
        """Write a line to the kernel log, without waiting."""
        return self.connection.submit("mark", _nothing, {"text": text})

    def submit_health(self) -> Later[Health]:
        """The state that must not change, without waiting."""
        return self.connection.submit("health", read_health, {})

    def health(self) -> Health:
        return self.submit_health().result()

    def read_file(self, path: str, limit: int = _MAX_FILE) -> bytes:
        """The beginning of a file of the guest; raises RefusedError."""
        return self.connection.read_file(path, limit)

    def write_file(self, path: str, text: str | bytes) -> None:
        """Write to an existing file of the guest, a sysctl for example; raises RefusedError."""
        self.settings.may_change()
        self._write_file(path, text)

    def _write_file(self, path: str, text: str | bytes) -> None:
        arguments: dict[str, object] = {
            "path": path,
            "data": text.encode() if isinstance(text, str) else text,
        }
        reply = self.connection.submit("write_file", lambda reply: reply, arguments).result()
        if number := reply.errno():
            raise RefusedError(
                f"the guest cannot write {text[:_SHOWN]!r} to {path}: errno {number}", number
            )

    def autopsy(self) -> Autopsy | None:
        """Where a guest that has gone silent hangs; None if QEMU does not run any more."""
        return self.vm.autopsy(tuple(self.connection.code))

    def reset(self) -> Later[None]:
        """Detach all links, end all shells, close all objects and tables, without waiting."""
        return self.connection.submit("reset", _nothing, {})

    def stop(self) -> None:
        """End the guest; may be called twice."""
        self.vm.stop()

    def __enter__(self) -> "Guest":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _nothing(reply: Fields) -> None:
    return None
