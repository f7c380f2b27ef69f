"""Descriptors in a guest, which tables are keyed by or hold: a process, a cgroup, a socket."""

from enum import Enum

from harness.guest.later import Connection
from harness.values.errnos import errno_text
from harness.values.errors import RefusedError


class DescriptorKind(Enum):
    """What the agent opens."""

    PROCESS = "process"
    """A pidfd, of the agent itself unless a `pid` is given: pidfd_open(2)."""

    PATH = "path"
    """A file; a folder of /sys/fs/cgroup is a cgroup."""

    UDP = "udp"
    """Bound to some port of 127.0.0.1, with SO_REUSEPORT."""

    TCP = "tcp"
    """The same, listening."""

    XDP = "xdp"
    """AF_XDP, with no memory behind it."""

    CLOCK = "clock"
    """A perf event that counts the nanoseconds of one `cpu`."""


class Descriptor:
    """An open descriptor of the agent."""

    def __init__(
        self,
        connection: Connection,
        kind: DescriptorKind,
        *,
        path: str | None = None,
        pid: int | None = None,
        cpu: int | None = None,
    ) -> None:
        """Open it; raises RefusedError with the guest's errno."""
        self._connection = connection
        self.handle = connection.new_handle()
        arguments = {"as": self.handle, "kind": kind.value, "path": path, "pid": pid, "cpu": cpu}
        errno = connection.submit("descriptor", lambda reply: reply.errno(), arguments).result()
        if errno:
            said = errno_text(errno)
            raise RefusedError(f"cannot open a {kind.value} in the guest: {said}", errno)

    def close(self) -> None:
        """What a table holds of it stays, or goes, as the kernel sees fit."""
        self._connection.submit("close", lambda reply: None, {"handle": self.handle}).result()
