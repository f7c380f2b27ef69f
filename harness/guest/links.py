"""Links: a filter associated with an event, until it is detached."""

from collections.abc import Sequence
from errno import EINVAL, ENODEV, ENOENT, ESRCH

from harness.guest.later import Connection
from harness.guest.near_events import near_events
from harness.guest.tables import Ref
from harness.values.deadline import Deadline
from harness.values.errnos import errno_text
from harness.values.errors import RefusedError
from harness.values.event import Event
from harness.values.event_rows_cgroup import FILTERED
from harness.values.observation import LoadObservation


class AttachError(RefusedError):
    """The kernel refused to associate a filter with an event; carries its errno."""

    def __init__(
        self, filter_name: str, event: Event, errno: int, said: str, near: Sequence[str] = ()
    ) -> None:
        words = said.strip().splitlines()
        detail = f": {words[-1]}" if words else ""
        super().__init__(
            f"cannot attach {filter_name} to {event}: {errno_text(errno)}{detail}",
            errno,
            remedy=_remedy(event, errno, near),
        )
        self._said = filter_name, event, errno, said

    def explain(self, connection: Connection) -> "AttachError":
        """The same with events that are near, if the kernel may not know the one it refused."""
        name, event, errno, said = self._said
        if errno not in _UNKNOWN:
            return self
        return AttachError(name, event, errno, said, near_events(connection.read_file, event))


# Programs on streams work from a work queue of the kernel.
_STREAM_WAIT_S = 5.0

_REMEDIES = {
    ENOENT: "check the spelling: the guest's kernel knows no such event",
    ENODEV: "the guest has no such interface; it has lo, and veth0 and veth1 for those who name"
    " them",
}

# What a kernel says to a name that it does not know: perf_event_open(2), raw tracepoints and
# kprobe.multi.
_UNKNOWN = (ENOENT, ESRCH, EINVAL)


def _remedy(event: Event, errno: int, near: Sequence[str]) -> str | None:
    if near:
        return f"the guest's kernel has no such event; near it: {' '.join(near)}"
    if errno == ENOENT and "cgroup" in event.arguments:
        return f"there is no such folder in /sys/fs/cgroup; {FILTERED} is made for who names none"
    if errno == EINVAL:
        return f"{event} takes filters of SEC {' '.join(event.row.fitting)}"
    return _REMEDIES.get(errno)


# Of what an iterator prints; the agent's own limit.
_MAX_READ = 1024 * 1024


class Link:
    """One association of a filter with an event."""

    def __init__(self, connection: Connection, handle: int, event: Event) -> None:
        self._connection = connection
        self.handle = handle
        self.event = event
        self.attached = True

    @classmethod
    def attach(
        cls, connection: Connection, filter_ref: Ref, event: Event, *, owned: bool = False
    ) -> "Link":
        """Associate a loaded filter with an event, by the call that its row names.

        `owned`: by a process that alone holds the association, and is killed by `detach`. Raises
        AttachError.
        """
        filtering = {"program": filter_ref.packed(), "owned": owned}
        return cls._attach(connection, event, filter_ref.name, **filtering)

    @classmethod
    def attach_classic(cls, connection: Connection, insns: bytes, event: Event) -> "Link":
        """Put a classic program, an array of struct sock_filter, on a socket of the agent.

        Raises AttachError.
        """
        return cls._attach(connection, event, "a classic program", classic=insns)

    @classmethod
    def _attach(
        cls, connection: Connection, event: Event, name: str, **filtering: object
    ) -> "Link":
        connection.before_attach()
        link = cls(connection, connection.new_handle(), event)
        arguments = {"as": link.handle, "event": wire_event(event), **filtering}
        reply = connection.submit("attach", lambda reply: reply, arguments).result()
        if errno := reply.errno():
            raise AttachError(name, event, errno, reply.text("message"))
        connection.events.add(event.name)
        return link

    def replace(self, filter_ref: Ref) -> None:
        """Put another filter in the place of the one that is there: BPF_LINK_UPDATE.

        Raises RefusedError: not all kinds of link can be updated.
        """
        arguments: dict[str, object] = {"link": self.handle, "program": filter_ref.packed()}
        later = self._connection.submit("replace", lambda reply: reply.errno(), arguments)
        if errno := later.result():
            raise RefusedError(
                f"cannot replace the filter on {self.event} by {filter_ref.name}:"
                f" {errno_text(errno)}",
                errno,
            )

    def detach(self) -> None:
        """End the association; a second call does nothing."""
        if self.attached:
            self.attached = False
            self._connection.submit("detach", lambda reply: None, {"link": self.handle}).result()

    def received(self, *, socket: int = 0) -> tuple[bytes, ...]:
        """What came through to one of the agent's sockets since the last call.

        Packets, datagrams or pieces of a stream, each cut at 2048 bytes.
        """
        return self._connection.submit(
            "received",
            lambda reply: reply.all_data("packets"),
            {"link": self.handle, "socket": socket},
        ).result()

    def read(self) -> str:
        """What an iterator prints, from the beginning each time; cut at 1 MiB.

        Raises RefusedError, also for a link that is no iterator's.
        """
        arguments = {"link": self.handle, "limit": _MAX_READ}
        reply = self._connection.submit("iterate", lambda reply: reply, arguments).result()
        if errno := reply.errno():
            raise RefusedError(f"cannot read {self.event}: {errno_text(errno)}", errno)
        return reply.data("text").decode(errors="replace")

    def send(self, data: bytes, *, socket: int = 0) -> int:
        """Send from one of the agent's sockets, without waiting; how many bytes went.

        Raises RefusedError with the kernel's errno, which may be the filter's doing.
        """
        arguments: dict[str, object] = {"link": self.handle, "socket": socket, "data": data}
        reply = self._connection.submit("send", lambda reply: reply, arguments).result()
        if errno := reply.errno():
            raise RefusedError(f"cannot send: {errno_text(errno)}", errno)
        return reply.integer("sent")

    def received_stream(self, size: int, *, socket: int = 0) -> bytes:
        """What came through to one of the agent's sockets; waits up to 5 s for so many bytes."""
        deadline = Deadline.after(_STREAM_WAIT_S)
        data = b""
        while len(data) < size and not deadline.expired:
            data += b"".join(self.received(socket=socket))
        return data


def near_target(
    connection: Connection, event: Event | None, load: LoadObservation | None
) -> str | None:
    """What may have been meant where libbpf found no target for a filter that is loaded for one."""
    if event is None or not event.row.fixed or load is None or load.errno not in _UNKNOWN:
        return None
    near = near_events(connection.read_file, event)
    return _remedy(event, ENOENT, near) if near else None


def wire_event(event: Event) -> dict[str, object]:
    """An event as the agent's `attach` wants it."""
    return {"kind": event.row.wire_kind, **event.arguments}
