"""harness.judge.leaks: what a trial may leave in its guest, and what that says."""

from dataclasses import replace

import pytest

from harness.judge.leaks import MAX_LOSS_KB, MAX_NOISE_KB, has_grown, judge_leaks, worn_out
from harness.values.observation import Health, Objects, SettingChange, Survival
from harness.values.verdict import Outcome
from tests.judging import HEALTHY, objects


def left(after: Health, *settings: SettingChange) -> tuple[str, tuple[str, ...]] | None:
    """The reason of the FAILED verdict, and its evidence."""
    verdict = judge_leaks(Survival(HEALTHY, after, settings=settings))
    if verdict is None:
        return None
    assert verdict.outcome is Outcome.FAILED
    return verdict.reason, verdict.evidence


def short_of(kb: int) -> Health:
    return replace(HEALTHY, available_kb=HEALTHY.available_kb - kb)


def holding(**counts: int) -> Health:
    return replace(HEALTHY, objects=objects(**counts))


@pytest.mark.parametrize(
    ("after", "leaks"),
    [
        (holding(programs=4), "1 program"),
        (holding(programs=5, tables=3, links=4), "2 programs, 1 table, 3 links"),
        (holding(links=2), "1 link"),
        (replace(holding(btfs=2), handles=1), "1 BTF, 1 handle"),
        (replace(HEALTHY, perf_events=1), "1 perf event"),
        (replace(HEALTHY, probes=2), "2 probes"),
        (replace(HEALTHY, perf_events=2, processes=2), "2 perf events, 2 processes"),
    ],
)
def test_what_is_left_behind_fails_the_trial(after: Health, leaks: str) -> None:
    """Everything was closed, so nothing may be more than before."""
    assert left(after) == (f"left behind after everything was closed: {leaks}", ())
    assert has_grown(HEALTHY, after)


def test_less_than_before_is_no_leak() -> None:
    """What an earlier trial left may go at last."""
    fewer = replace(holding(), available_kb=500_000)

    assert left(fewer) is None
    assert not has_grown(HEALTHY, fewer)


def test_as_many_as_before_but_others_are_a_leak() -> None:
    """One that went does not make up for one that stays: ids are given once."""
    other = Objects(programs=frozenset({1, 2, 4}))

    assert left(replace(HEALTHY, objects=other)) == (
        "left behind after everything was closed: 1 program",
        (),
    )


def test_a_setting_that_was_left_changed_is_named_with_both_values() -> None:
    change = SettingChange("kernel.panic", "0", "1")

    assert left(HEALTHY, change) == ("left settings changed: kernel.panic 0 → 1", ())


def test_all_that_was_left_is_in_one_reason() -> None:
    after = replace(short_of(70 * 1024), processes=1)

    assert left(after, SettingChange("kernel.panic", "0", "1")) == (
        "left behind after everything was closed: 1 process; left settings changed: "
        "kernel.panic 0 → 1; 70 MiB of memory were not given back",
        (),
    )


def test_settings_that_came_and_went_and_long_ones_are_one_line() -> None:
    came = SettingChange("net.ipv4.conf.veth0.mtu", None, "1500")
    went = SettingChange("net.ipv4.tcp_key", "x" * 1000, None)

    reason = f"net.ipv4.conf.veth0.mtu (absent) → 1500, net.ipv4.tcp_key {'x' * 60}… → (absent)"
    assert left(HEALTHY, came, went) == (f"left settings changed: {reason}", ())


def test_many_changed_settings_are_in_the_evidence_up_to_a_bound() -> None:
    changes = tuple(SettingChange(f"net.s{number}", "0", "1") for number in range(100))

    said = left(HEALTHY, *changes)

    assert said is not None
    reason, evidence = said
    assert reason == ("left settings changed: net.s0 0 → 1, net.s1 0 → 1, net.s2 0 → 1 and 97 more")
    assert (len(evidence), evidence[39]) == (40, "net.s39 0 → 1")


def test_memory_that_is_gone_fails_the_trial_from_a_bound_on() -> None:
    assert left(short_of(MAX_LOSS_KB)) is None
    assert left(short_of(MAX_LOSS_KB + 1)) == ("64 MiB of memory were not given back", ())
    assert left(short_of(100 * 1024)) == ("100 MiB of memory were not given back", ())


def test_less_memory_than_that_is_waited_for_and_wears_the_guest_out() -> None:
    noise, loss = short_of(MAX_NOISE_KB), short_of(MAX_NOISE_KB + 1)

    assert (has_grown(HEALTHY, noise), worn_out(HEALTHY, noise)) == (False, False)
    assert (has_grown(HEALTHY, loss), worn_out(HEALTHY, loss)) == (True, True)


def test_memory_that_the_agent_keeps_is_not_lost() -> None:
    """Object files for the next load, and buffers that malloc() holds."""
    kept = replace(short_of(100_000), resident_kb=HEALTHY.resident_kb + 100_000)

    assert left(kept) is None
    assert not worn_out(HEALTHY, kept)


def test_a_lost_guest_has_left_nothing() -> None:
    assert judge_leaks(Survival(HEALTHY, None, lost="silence")) is None
