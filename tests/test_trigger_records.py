"""From what came of triggers to the field `triggers` of a record."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from harness.formats.trigger_text import parse_trigger
from harness.guest.guest import Guest
from harness.reports.json_record import parse_record, write_record
from harness.runner.filter_trial import FilterTrial
from harness.runner.loadable import Loadable
from harness.runner.records import Attempt, make_record
from harness.values.arch import ByteOrder
from harness.values.errors import CaseError
from harness.values.mode import Mode
from harness.values.observation import Fired
from harness.values.record import Record, TriggerRecord
from harness.values.touched import Touched
from harness.values.trigger import TriggerResult
from harness.values.verdict import Outcome, Verdict
from harness.vm.fake import FakeVm
from tests.fake_guests import TARGET, seven
from tests.records import make_record as any_record

UDP = "@udp 127.0.0.1:80 text:hello"


def record_of(*fired: Fired) -> Record:
    """The record of a trial that fired these."""
    passed = Verdict(Outcome.PASSED, "as expected")
    attempt = Attempt(
        seven().id, Mode.JIT, 1, "g", passed, 0.1, touched=Touched.of(set(), set(), fired)
    )
    return make_record(TARGET, attempt, final=True)


@pytest.mark.parametrize(
    ("text", "seen", "told"),
    [
        (UDP, TriggerResult(1, data=b"hello"), ("68 65 6c 6c 6f", None, "68656c6c6f")),
        (UDP, TriggerResult(0, 1, "connect"), ("EPERM in connect", "EPERM", "")),
        ("@syscall getpid", TriggerResult(140), ("140", None, "")),
        ("@exec /bin/true", TriggerResult(signal=31), ("killed:SIGSYS", None, "")),
        ("@timer 5", TriggerResult(0, 4, "read", timed_out=True), ("no end in time", None, "")),
        ("ping -c 1 ::1", TriggerResult(0), ("0", None, "")),
    ],
)
def test_a_result_is_told_in_words_by_errno_and_by_bytes(
    text: str, seen: TriggerResult, told: tuple[str, str | None, str]
) -> None:
    record = record_of(Fired(parse_trigger(text), seen))

    assert record.triggers == (TriggerRecord(text, *told),)


def test_what_a_guest_says_is_cut() -> None:
    """A record is a line that people look at, whatever arrived."""
    seen = TriggerResult(0, 1, "x" * 9999, data=bytes(9999))

    (told,) = record_of(Fired(parse_trigger("echo " + "x" * 9999), seen)).triggers

    assert (len(told.trigger), len(told.result), len(told.data)) == (512, 512, 2 * 256)


def test_the_field_is_there_only_where_a_trigger_was() -> None:
    fired = Fired(parse_trigger(UDP), TriggerResult(0, 1, "connect"))

    assert "triggers" not in json.loads(write_record(any_record()))
    assert json.loads(write_record(record_of(fired)))["triggers"] == [
        {"trigger": UDP, "result": "EPERM in connect", "errno": "EPERM", "data": ""}
    ]


def guest_with(**told: Any) -> Guest:  # noqa: ANN401 - fields of a reply
    """A guest in which every trigger ends at once, and every command with that status."""
    status = told.pop("status", 0)

    def fire(request: dict[str, Any]) -> dict[str, Any]:
        ended = {"value": 1, "errno": 0, "step": "", "signal": 0, "data": b"", "done": True}
        vm.channel.send_event("fired", fire=request["as"], **(ended | told))
        return {"errno": 0}

    def start(request: dict[str, Any]) -> dict[str, Any]:
        vm.channel.send_event("exit", shell=request["as"], status=status << 8)
        return {"errno": 0}

    vm = FakeVm(Path("/dev/null"), {"fire": fire, "shell_start": start})
    return Guest(vm, timeout_s=0.5)


def test_a_guest_remembers_what_came_of_the_triggers_of_one_trial() -> None:
    """Once each, however often it is asked for; no more than so many; not of the trial before."""
    guest = guest_with()
    trigger = parse_trigger("@fork 1")
    guest.fire(trigger, ByteOrder.LITTLE).wait()

    guest.connection.forget()
    firing = guest.fire(trigger, ByteOrder.LITTLE)
    assert (firing.wait(), firing.wait()) == (TriggerResult(1), TriggerResult(1))

    assert guest.connection.touched().fired == (Fired(trigger, TriggerResult(1)),)
    for _ in range(200):
        guest.fire(trigger, ByteOrder.LITTLE).wait()
    assert len(guest.connection.touched().fired) == 100


@pytest.mark.parametrize("status", [0, 3])
def test_a_shell_command_is_remembered_with_its_status(status: int) -> None:
    """Also one that failed, which ends the trial."""
    guest = guest_with(status=status)
    loadable = seven().loadable
    assert isinstance(loadable, Loadable)
    trigger = parse_trigger("mount")

    with pytest.raises(CaseError) if status else nullcontext():
        FilterTrial(guest, loadable)._fire(trigger)

    assert guest.connection.fired == (Fired(trigger, TriggerResult(status)),)


@pytest.mark.parametrize(
    "triggers",
    ["x", ["x"], [{}], [{"trigger": "a", "result": 3, "errno": None, "data": ""}]],
)
def test_what_is_no_list_of_triggers_is_refused(triggers: object) -> None:
    line = json.loads(write_record(any_record())) | {"triggers": triggers}

    with pytest.raises(ValueError, match=r"triggers|trigger|result"):
        parse_record(json.dumps(line))
