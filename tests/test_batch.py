"""harness.runner.batch: every outcome, attempts, and what becomes of guests."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.channels.fake import FakeRefusalError
from harness.guest.guest import Guest
from harness.runner.batch import MAX_ATTEMPTS
from harness.values.expectation import Errno, Expectation, LoadExpectation
from harness.values.mode import Mode
from harness.values.record import Record
from harness.values.verdict import Outcome
from harness.vm.fake import health_reply
from tests.fake_guests import (
    PANIC,
    WARN,
    FakeGuests,
    FakeKernel,
    ScriptedCase,
    booted,
    load_reply,
    never_boots,
    run_cases,
    run_reply,
    serving,
    seven,
)


def told(records: list[Record]) -> list[tuple[str, str, Outcome, str]]:
    return [(r.program, r.mode, r.verdict.outcome, r.guest) for r in records]


def test_a_filter_that_does_what_is_expected_passes_in_every_mode(tmp_path: Path) -> None:
    records = run_cases(FakeGuests(tmp_path, booted()), seven())

    assert [(r.mode, r.verdict.outcome, r.jited, r.retval) for r in records] == [
        ("interp", Outcome.PASSED, False, 7),
        ("jit", Outcome.PASSED, True, 7),
        ("jit-harden", Outcome.PASSED, True, 7),
    ]


def test_a_record_says_how_to_run_the_trial_again(tmp_path: Path) -> None:
    (record,) = run_cases(FakeGuests(tmp_path, booted()), seven(), modes=(Mode.JIT,))

    assert record.reproduce == (
        "bpf-harness check cases/fake/seven.bpf.c:seven --arch x86_64 --kernel debian:6.12 "
        "--mode jit"
    )
    assert (record.attempt, record.final, record.guest) == (1, True, "guest-1")


def test_an_unexpected_refusal_is_a_failure(tmp_path: Path) -> None:
    refusing = serving("load", lambda kernel: load_reply(errno=13, log=b"R0 !read_ok\n"))

    (record,) = run_cases(FakeGuests(tmp_path, booted(refusing)), seven(), modes=(Mode.JIT,))

    assert record.verdict.outcome is Outcome.FAILED
    assert (record.errno, record.verifier_log, record.jited) == (13, "R0 !read_ok\n", None)


def test_an_expected_refusal_passes(tmp_path: Path) -> None:
    case = seven(Expectation(LoadExpectation(accepted=False, errno=Errno("EACCES", 13))))
    refusing = serving("load", lambda kernel: load_reply(errno=13, log=b"no"))

    (record,) = run_cases(FakeGuests(tmp_path, booted(refusing)), case, modes=(Mode.JIT,))

    assert record.verdict.outcome is Outcome.PASSED


def test_a_filter_that_was_not_jited_does_not_pass_in_jit(tmp_path: Path) -> None:
    """The kernel falls back to the interpreter in silence when its JIT gives up."""
    interpreting = serving("load", lambda kernel: load_reply(jited_size=0))

    records = run_cases(FakeGuests(tmp_path, booted(interpreting)), seven())

    assert [r.verdict.outcome for r in records] == [
        Outcome.PASSED,
        Outcome.FAILED,
        Outcome.FAILED,
    ]
    assert records[1].verdict.reason == "was not JITed, in mode jit"


def test_a_difference_between_modes_is_a_failure_of_the_later(tmp_path: Path) -> None:
    """Nothing is said about the return value; the modes are held against each other."""
    differing = serving("run", lambda kernel: run_reply(8 if kernel.jit else 7))
    case = seven(Expectation(privileged=LoadExpectation(), data=None, repeat=1, trace=()))
    case = replace(case, loadable=replace(case.loadable, expectation=_run_only()))

    records = run_cases(FakeGuests(tmp_path, booted(differing)), case)

    assert [r.verdict.outcome for r in records] == [
        Outcome.PASSED,
        Outcome.FAILED,
        Outcome.FAILED,
    ]
    assert records[1].verdict.reason == (
        "differs between interp (expected) and jit: retval 8, expected 7 (0x8 != 0x7)"
    )


def _run_only() -> Expectation:
    """Must be run; what it returns does not matter."""
    from harness.values.expectation import Retval

    return Expectation(privileged=LoadExpectation(retval=Retval(0, any_value=True)))


def test_a_guest_lost_in_mid_trial_costs_exactly_that_case(tmp_path: Path) -> None:
    """CRASHED, whatever a second attempt in a fresh guest gives; the next trial is sound."""
    dying = serving("run", lambda kernel: kernel.die(PANIC))
    guests = FakeGuests(tmp_path, booted(dying))

    records = run_cases(
        guests, ScriptedCase("before"), seven(), ScriptedCase("after"), modes=(Mode.INTERP,)
    )

    assert told(records) == [
        ("before", "interp", Outcome.PASSED, "guest-1"),
        ("seven", "interp", Outcome.CRASHED, "guest-1"),
        ("seven", "interp", Outcome.CRASHED, "guest-2"),
        ("after", "interp", Outcome.PASSED, "guest-2"),
    ]
    assert "Kernel panic - not syncing: sysrq triggered crash" in records[1].verdict.reason
    assert guests.discarded == ["guest-1"]


def test_a_guest_lost_without_last_words_has_crashed_too(tmp_path: Path) -> None:
    dying = serving("run", lambda kernel: kernel.die())

    *_, record = run_cases(FakeGuests(tmp_path, booted(dying)), seven(), modes=(Mode.INTERP,))

    assert record.verdict.outcome is Outcome.CRASHED
    assert record.verdict.reason.startswith("guest lost: the channel ended")


def test_a_guest_lost_before_the_first_operation_is_ours_and_tried_again(tmp_path: Path) -> None:
    dying = serving("mark", lambda kernel: kernel.die())

    records = run_cases(FakeGuests(tmp_path, booted(dying)), seven(), modes=(Mode.INTERP,))

    assert [(r.attempt, r.verdict.outcome, r.final, r.guest) for r in records] == [
        (1, Outcome.BROKEN, False, "guest-1"),
        (2, Outcome.PASSED, True, "guest-2"),
    ]


def test_a_guest_lost_while_the_mode_is_set_is_ours(tmp_path: Path) -> None:
    dying = serving("write_file", lambda kernel: kernel.die())

    records = run_cases(FakeGuests(tmp_path, booted(dying)), seven(), modes=(Mode.INTERP,))

    assert [r.verdict.outcome for r in records] == [Outcome.BROKEN, Outcome.PASSED]


def test_a_guest_that_never_boots_is_tried_three_times_and_every_attempt_kept(
    tmp_path: Path,
) -> None:
    records = run_cases(FakeGuests(tmp_path, never_boots), seven(), modes=(Mode.INTERP,))

    assert [(r.attempt, r.verdict.outcome, r.final) for r in records] == [
        (1, Outcome.BROKEN, False),
        (2, Outcome.BROKEN, False),
        (MAX_ATTEMPTS, Outcome.BROKEN, True),
    ]
    assert records[0].verdict.reason == "QEMU did not start"
    assert records[0].verdict.evidence == ("  remedy: install it",)
    assert records[0].guest == ""


def test_an_agent_that_could_not_do_its_part_is_ours_and_its_guest_is_kept(tmp_path: Path) -> None:
    def refuse_once(kernel: FakeKernel) -> None:
        sound = kernel.handlers["load"]

        def refuse(request: dict[str, Any]) -> dict[str, Any]:
            kernel.vm.channel.handlers["load"] = sound
            raise FakeRefusalError(12, "no memory for the object")

        kernel.handlers["load"] = refuse

    guests = FakeGuests(tmp_path, booted(refuse_once))
    records = run_cases(guests, seven(), modes=(Mode.INTERP,))

    assert [(r.verdict.outcome, r.guest) for r in records] == [
        (Outcome.BROKEN, "guest-1"),
        (Outcome.PASSED, "guest-1"),
    ]
    assert guests.discarded == []


@pytest.mark.parametrize(
    ("operation", "reply"),
    [
        ("load", {"errno": "none", "message": b"", "programs": [], "tables": []}),
        ("load", {}),
        ("load", {"errno": 0, "message": b"", "programs": [7], "tables": []}),
        ("load", load_reply(jited_size=[])),
        ("run", {"errno": 0, "retval": True, "data_out": b"", "ctx_out": b""}),
        ("run", {"errno": 0, "retval": 7, "data_out": "text", "ctx_out": b""}),
        ("health", health_reply(taint=True)),
        ("health", health_reply(perf_events=None)),
    ],
)
def test_a_reply_of_the_wrong_types_is_a_lost_guest_and_nothing_worse(
    tmp_path: Path, operation: str, reply: dict[str, Any]
) -> None:
    """A hostile guest must not bring the host down, nor the cases after it."""

    def act(guest: Guest) -> None:
        vm_of[0].channel.handlers[operation] = lambda request: reply
        seven().run(guest, Mode.INTERP)

    vm_of: list[Any] = []

    def boot(number: int) -> FakeKernel:
        kernel = FakeKernel()
        vm_of[:] = [_Vm(kernel)]
        return kernel

    records = run_cases(
        FakeGuests(tmp_path, boot), ScriptedCase("wrong", act), seven(), modes=(Mode.INTERP,)
    )

    assert [(r.program, r.verdict.outcome, r.final) for r in records] == [
        ("wrong", Outcome.CRASHED, False),
        ("wrong", Outcome.CRASHED, True),
        ("seven", Outcome.PASSED, True),
    ]
    assert "the agent's reply" in records[0].verdict.reason


class _Vm:
    """The channel of a kernel whose VM is made later."""

    def __init__(self, kernel: FakeKernel) -> None:
        self._kernel = kernel

    @property
    def channel(self) -> Any:  # noqa: ANN401 - a FakeChannel
        return self._kernel.vm.channel


def make_table(guest: Guest) -> None:
    guest.table("t", entries=1, key_size=4, value_size=4)


def make_link(guest: Guest) -> None:
    guest.load(b"object").filters["seven"].attach("kprobe/do_exit")


@pytest.mark.parametrize("errno", [1 << 40, -(1 << 40), 4096])
@pytest.mark.parametrize(
    ("operation", "act"), [("table_create", make_table), ("attach", make_link)]
)
def test_an_errno_beyond_all_bounds_is_no_crash_of_the_host(
    tmp_path: Path, operation: str, act: Callable[[Guest], None], errno: int
) -> None:
    """os.strerror() takes a C int; an agent may answer 64 bits."""
    reply = {"errno": errno, "message": b""}
    wrong = serving(operation, lambda kernel: reply)

    records = run_cases(
        FakeGuests(tmp_path, booted(wrong, wrong)), ScriptedCase("bad", act), ScriptedCase("next")
    )

    assert [(r.verdict.outcome, r.final) for r in records] == [
        (Outcome.CRASHED, False),
        (Outcome.CRASHED, True),
        (Outcome.PASSED, True),
    ]
    assert f"errno={errno}, which is not an errno" in records[0].verdict.reason


def test_a_splat_belongs_to_the_trial_between_whose_markers_it_lies(tmp_path: Path) -> None:
    """The guest that printed it is replaced, although it goes on answering."""

    def warn(kernel: FakeKernel) -> dict[str, Any]:
        kernel.vm.write_console(WARN)
        return run_reply(7)

    guests = FakeGuests(tmp_path, booted(serving("run", warn)))
    records = run_cases(
        guests, ScriptedCase("before"), seven(), ScriptedCase("after"), modes=(Mode.INTERP,)
    )

    assert told(records) == [
        ("before", "interp", Outcome.PASSED, "guest-1"),
        ("seven", "interp", Outcome.CRASHED, "guest-1"),
        ("seven", "interp", Outcome.CRASHED, "guest-2"),
        ("after", "interp", Outcome.PASSED, "guest-2"),
    ]
    assert "bpf_spoilt" in records[1].verdict.reason
    assert guests.discarded == ["guest-1"]


def test_a_taint_bit_that_came_up_is_a_crash(tmp_path: Path) -> None:
    def taint(kernel: FakeKernel) -> dict[str, Any]:
        kernel.vm.taint = 1 << 9
        return run_reply(7)

    guests = FakeGuests(tmp_path, booted(serving("run", taint)))
    record, _ = run_cases(guests, seven(), modes=(Mode.INTERP,))

    assert record.verdict.reason == "the kernel was tainted: W (the kernel warned)"
    assert record.verdict.outcome is Outcome.CRASHED
    assert guests.discarded == ["guest-1"]


def test_what_a_trial_leaves_behind_is_a_failure_and_ends_the_guest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.runner.shift.LEAK_WAIT_S", 0.05)

    def leak(kernel: FakeKernel) -> dict[str, Any]:
        reply = health_reply(programs=[7, 8], links=[7])
        kernel.vm.channel.handlers["health"] = lambda request: reply
        return run_reply(7)

    guests = FakeGuests(tmp_path, booted(serving("run", leak)))
    (record,) = run_cases(guests, seven(), modes=(Mode.INTERP,))

    assert record.verdict.outcome is Outcome.FAILED
    assert "left behind after everything was closed: 2 programs, 1 link" in record.verdict.reason
    assert guests.discarded == ["guest-1"]
