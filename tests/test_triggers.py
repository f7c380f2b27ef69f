"""harness.guest.triggers: what the agent is asked to fire, and what is made of what it tells."""

import errno
from pathlib import Path
from typing import Any

import pytest

from harness.formats.trigger_text import parse_trigger
from harness.guest.guest import Guest
from harness.guest.triggers import Firing
from harness.values.arch import ByteOrder
from harness.values.errors import GuestError, ProtocolError, RefusedError
from harness.values.trigger import TriggerResult
from harness.vm.fake import FakeVm

FIRED: dict[str, Any] = {
    "done": True,
    "errno": 0,
    "step": "",
    "signal": 0,
    "value": 0,
    "data": b"",
}


class Bench:
    """A guest whose agent tells `told` of a trigger when it is asked to, or when it is killed."""

    def __init__(
        self,
        folder: Path,
        *,
        refusal: int = 0,
        at_once: bool = True,
        dies: bool = True,
        **told: object,
    ) -> None:
        self.told = {**FIRED, **told}
        self.refusal = refusal
        self.at_once = at_once
        self.dies = dies
        handlers = {"fire": self._fire, "fire_kill": self._kill}
        self.vm = FakeVm(folder / "console.log", handlers)
        self.guest = Guest(self.vm, timeout_s=0.5)

    def start(self, text: str) -> Firing:
        return self.guest.fire(parse_trigger(text), ByteOrder.BIG)

    def asked(self, text: str) -> dict[str, Any]:
        self.start(text)
        return next(each for each in self.vm.channel.requests if each["op"] == "fire")

    def _fire(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.at_once and not self.refusal:
            self._tell(request["as"])
        return {"errno": self.refusal}

    def _kill(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.dies:
            self._tell(request["fire"])
        return {}

    def _tell(self, fire: int) -> None:
        self.vm.channel.send_event("fired", fire=fire, **self.told)


def test_values_go_as_numbers_texts_and_bytes_of_the_guests_order(tmp_path: Path) -> None:
    asked = Bench(tmp_path).asked("@syscall socket 2 2 0 ; bind $1 u16:2+be16:80 -1")

    assert (asked["kind"], asked["as"]) == ("syscall", 1)
    assert asked["steps"] == [
        ["socket", 2, 2, 0],
        ["bind", {"result": 1}, b"\0\2\0\x50", -1],
    ]


def test_options_go_along(tmp_path: Path) -> None:
    asked = Bench(tmp_path).asked("@tcp on=1 cgroup=a times=2 listen=[::1]:81 cc=reno [::1]:80 00")

    wanted = {
        "cpu": 1,
        "cgroup": "a",
        "times": 2,
        "listen": "::1",
        "listen_port": 81,
        "alone": False,
        "congestion": "reno",
    }
    assert {name: asked[name] for name in wanted} == wanted


def test_what_may_not_arrive_is_not_waited_for_as_long(tmp_path: Path) -> None:
    waits = [
        Bench(tmp_path).asked(f"@udp 127.0.0.1:80 00{expected}")["wait_ms"]
        for expected in ("", " = hex:01", " = nothing", " = 0", " = any")
    ]

    assert waits == [25, 25, 1, 1, 1]


def test_the_result_is_what_the_agent_tells(tmp_path: Path) -> None:
    bench = Bench(tmp_path, value=-3, data=b"hello", step="connect", signal=9, done=False)

    firing = bench.start("@fork 1")

    assert firing.wait() == TriggerResult(-3, 0, "connect", 9, b"hello")
    assert firing.ended


def test_two_triggers_get_their_own_ends(tmp_path: Path) -> None:
    bench = Bench(tmp_path, at_once=False)
    first, second = bench.start("@fork 1"), bench.start("@fork 2")

    bench.told["value"] = 2
    second.kill()
    second.wait()

    assert (first.ended, second.ended) == (False, True)


def test_one_that_does_not_end_is_ended(tmp_path: Path) -> None:
    bench = Bench(tmp_path, at_once=False, done=False, signal=9)

    result = bench.start("@fork 1").wait(0.01)

    assert result.timed_out
    assert result.signal == 0
    assert [each["op"] for each in bench.vm.channel.requests][-1] == "fire_kill"


def test_one_that_cannot_be_ended_is_the_guests_fault(tmp_path: Path) -> None:
    bench = Bench(tmp_path, at_once=False, dies=False)

    with pytest.raises(GuestError, match="did not end"):
        bench.start("@fork 1").wait(0.01)


def test_a_guest_that_cannot_fire_is_a_refusal_with_its_errno(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="Invalid argument") as caught:
        Bench(tmp_path, refusal=22).start("@fork on=7 1")

    assert caught.value.errno == 22
    assert caught.value.remedy == "on=CPU takes a CPU that the guest has"


def test_one_that_ended_itself_half_way_has_not_succeeded(tmp_path: Path) -> None:
    """ECANCELED, which none of its parts gives."""
    assert Bench(tmp_path, done=False).start("@fork 1").wait().errno == errno.ECANCELED


@pytest.mark.parametrize(
    "told",
    [{"signal": 65}, {"signal": -1}, {"value": "1"}, {"data": "text"}, {"done": 1}],
)
def test_nonsense_from_the_guest_is_noticed(tmp_path: Path, told: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        Bench(tmp_path, **told).start("@fork 1").wait()
