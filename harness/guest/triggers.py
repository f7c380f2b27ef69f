"""Triggers of the vocabulary in the guest, each in a process of its own; several at once."""

import errno

from harness.channels.fields import Fields
from harness.guest.later import Connection
from harness.values.arch import ByteOrder
from harness.values.byte_template import ByteTemplate
from harness.values.deadline import Deadline
from harness.values.errnos import errno_text
from harness.values.errors import GuestError, ProtocolError, RefusedError
from harness.values.observation import Fired
from harness.values.trigger import StepResult, Trigger, TriggerResult, Value

# Of the time that one operation may take: 10 s in a guest whose operations may take 120 s. Then
# what has not arrived will not, and what has not ended is ended.
_LIMIT = 1 / 12
_WAIT = 1 / 20

# The same for what is not expected to arrive: a guest of that speed delivers in a few ms.
_SILENT_WAIT = 1 / 400

_MAX_SIGNAL = 64


class Firing:
    """A trigger under way."""

    def __init__(self, connection: Connection, trigger: Trigger, handle: int) -> None:
        self._connection = connection
        self.trigger = trigger
        self.handle = handle
        self._result: TriggerResult | None = None
        self._noted = False

    @property
    def ended(self) -> bool:
        return self._result is not None

    def wait(self, timeout_s: float | None = None) -> TriggerResult:
        """Wait for its end; what has not ended in time (by default 10 s or so) is ended.

        Raises GuestError if even that does not end it.
        """
        limit_s = self._connection.timeout_s * _LIMIT if timeout_s is None else timeout_s
        if self._pump(limit_s):
            return self._ended_with(self._taken())
        self.kill()
        if not self._pump(self._connection.timeout_s):
            raise GuestError(f"the guest's trigger did not end when it was killed: {self.trigger}")
        seen = self._taken()
        late = TriggerResult(seen.value, seen.errno, seen.step, data=seen.data, timed_out=True)
        return self._ended_with(late)

    def kill(self) -> None:
        """SIGKILL to it and to all it started."""
        if not self.ended:
            submit = self._connection.submit
            submit("fire_kill", lambda reply: None, {"fire": self.handle}).result()

    def take(self, result: TriggerResult) -> None:
        self._result = result

    def _ended_with(self, result: TriggerResult) -> TriggerResult:
        if not self._noted:
            self._noted = True
            self._connection.note(Fired(self.trigger, result))
        return result

    def _taken(self) -> TriggerResult:
        assert self._result is not None
        return self._result

    def _pump(self, limit_s: float) -> bool:
        deadline = Deadline.after(limit_s)
        while not self.ended and not deadline.expired:
            self._connection.client.pump(min(0.5, deadline.left_s()))
        return self.ended


class Triggers:
    """The triggers of one guest; hands every end to the one it belongs to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._firing: dict[int, Firing] = {}
        connection.client.listen("fired", self._take_fired)

    def start(self, trigger: Trigger, byte_order: ByteOrder) -> Firing:
        """Begin; raises RefusedError if the guest cannot, for want of a CPU or a cgroup."""
        firing = Firing(self._connection, trigger, self._connection.new_handle())
        self._firing[firing.handle] = firing
        arguments = {"as": firing.handle, **self._arguments(trigger, byte_order)}
        number = self._connection.submit("fire", lambda reply: reply.errno(), arguments).result()
        if number:
            del self._firing[firing.handle]
            raise RefusedError(
                f"the guest cannot fire {trigger}: {errno_text(number)}",
                number,
                remedy=_REMEDIES.get(number),
            )
        return firing

    def _arguments(self, trigger: Trigger, byte_order: ByteOrder) -> dict[str, object]:
        assert trigger.kind is not None
        options = trigger.options
        wait_s = self._connection.timeout_s * (_SILENT_WAIT if trigger.may_be_silent else _WAIT)
        return {
            "kind": trigger.kind.value,
            "steps": [[_wire_value(value, byte_order) for value in step] for step in trigger.steps],
            "cpu": options.cpu,
            "cgroup": options.cgroup or None,
            "wait_ms": max(1, int(wait_s * 1000)),
            "times": options.times,
            "listen": options.listen or None,
            "listen_port": options.listen_port,
            "alone": options.alone,
            "congestion": options.congestion or None,
        }

    def _take_fired(self, event: Fields) -> None:
        firing = self._firing.pop(event.integer("fire"), None)
        signal = event.integer("signal")
        if not 0 <= signal <= _MAX_SIGNAL:
            raise ProtocolError(f"the guest says that signal {signal} ended a trigger")
        done = event.boolean("done")
        number = event.errno()
        if not done and not signal:
            # It ended itself before it was through.
            number = number or errno.ECANCELED
        result = TriggerResult(
            event.integer("value"), number, event.text("step"), signal, event.data("data")
        )
        if firing is not None:
            firing.take(result)


_REMEDIES = {
    errno.EINVAL: "on=CPU takes a CPU that the guest has",
    errno.ENOENT: "the guest has no such cgroup, and its parent is not there either",
}


def _wire_value(value: Value, byte_order: ByteOrder) -> object:
    match value:
        case ByteTemplate():
            return value.pack(byte_order)
        case StepResult():
            return {"result": value.step}
        case _:
            return value
