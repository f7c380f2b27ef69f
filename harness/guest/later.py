"""A result that is still on its way, so that many requests can be under way at once."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from harness.channels.client import AgentClient, Pending
from harness.channels.fields import Fields
from harness.values.autopsy import CodeRange
from harness.values.deadline import Deadline
from harness.values.errors import RefusedError
from harness.values.observation import Fired
from harness.values.touched import Touched

T = TypeVar("T")

# Functions of filters whose places are remembered for the case that the guest hangs in one.
_MAX_CODE = 4096

# Triggers of one trial whose results are remembered: the first.
_MAX_FIRED = 100


class Later(Generic[T]):
    """The value of one request, to be asked for when it is needed."""

    def __init__(self, pending: Pending, timeout_s: float, read: Callable[[Fields], T]) -> None:
        self._pending = pending
        self._timeout_s = timeout_s
        self._read = read

    @property
    def answered(self) -> bool:
        """Whether the reply is here already."""
        return self._pending.body is not None

    def result(self) -> T:
        """Wait for the reply and read it.

        Raises AgentError if the agent could not serve the request, ChannelError if the guest
        is lost, SilenceError if it does not answer in time.
        """
        return self._read(self._pending.result(Deadline.after(self._timeout_s)))


class Connection:
    """What filters, tables and links share of their guest: the client and the time they wait."""

    def __init__(self, client: AgentClient, cpus: int, timeout_s: float) -> None:
        self.client = client
        self.cpus = cpus
        """Possible CPUs: how many values a per-CPU table has for each key."""

        self.timeout_s = timeout_s
        """How long one request may take before the guest counts as silent."""

        self.code: deque[CodeRange] = deque(maxlen=_MAX_CODE)
        """What filters were JITed to, the latest last; what was unloaded is still in it."""

        self.events: set[str] = set()
        self.tables: set[str] = set()
        """Kinds of event and types of table that were worked with since `forget`."""

        self._fired: list[Fired] = []

        self.before_attach: Callable[[], None] = lambda: None
        """Called before an association is asked for: it can bring interfaces and their sysctls."""

        self._last_handle = 0

    def new_handle(self) -> int:
        """A number that no object, table, link or shell of this guest has had."""
        self._last_handle += 1
        return self._last_handle

    def forget(self) -> None:
        """Begin anew to note what is worked with."""
        self.events, self.tables = set(), set()
        self._fired = []

    def note(self, fired: Fired) -> None:
        """Remember what came of a trigger."""
        if len(self._fired) < _MAX_FIRED:
            self._fired.append(fired)

    @property
    def fired(self) -> tuple[Fired, ...]:
        """The first triggers that ended since `forget`."""
        return tuple(self._fired)

    def touched(self) -> Touched:
        """What was attached to, which tables were made, and what was fired, since `forget`."""
        return Touched.of(self.events, self.tables, self._fired)

    def submit(
        self, operation: str, read: Callable[[Fields], T], arguments: Mapping[str, object]
    ) -> Later[T]:
        """Queue a request; nothing is waited for."""
        return Later(self.client.submit(operation, **arguments), self.timeout_s, read)

    def read_file(self, path: str, limit: int) -> bytes:
        """The beginning of a file of the guest, at most `limit` bytes; raises RefusedError."""
        arguments: dict[str, object] = {"path": path, "limit": limit}
        reply = self.submit("read_file", lambda reply: reply, arguments).result()
        if number := reply.errno():
            raise RefusedError(f"cannot read {path} in the guest: errno {number}", number)
        return reply.data("data")
