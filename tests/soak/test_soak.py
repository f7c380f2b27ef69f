"""Guests restored one after the other, struck by signals now and then: nothing is left or lost.

Fifteen on each target in the ordinary tests; `make soak` restores a thousand.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.runner.batch import MAX_ATTEMPTS
from harness.runner.target import prepare_target
from harness.values.accel import AccelChoice
from harness.values.arch import parse_arch
from tests.footprint import growth_kib
from tests.soak.mix import EXPECTED, expected_of
from tests.soak.soak import JOBS, Soak, Soaked

_TARGETS = (("x86_64", "debian:6.12"), ("s390x", "debian:7.2"))

# Every case once: what is imported, compiled and cached is there then.
_WARM_UP = len(EXPECTED)

# 1 to 2 KiB were measured, with the few words of each record that the soak keeps.
_GROWTH_KIB_A_RESTORE = 20.0

# Of a running guest: agent, monitor, and while it starts their other ends, a log, a state, a pipe.
_DESCRIPTORS_A_GUEST = 9
_GUESTS_AT_ONCE = JOBS + len(_TARGETS)


@pytest.fixture(scope="module")
def soak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Soak]:
    """Warmed up, with its temporary files in a folder of its own."""
    folder = tmp_path_factory.mktemp("soak")
    targets = [
        prepare_target(parse_arch(arch), kernel, AccelChoice.AUTO) for arch, kernel in _TARGETS
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", os.fspath(folder / "tmp"))
        patch.setattr(tempfile, "tempdir", None)
        soak = Soak(targets, folder)
        soak.run(_WARM_UP)
        yield soak
    # A hundred MiB for each target, which pytest would keep.
    shutil.rmtree(soak.snapshots)


@pytest.fixture(scope="module")
def soaked(soak: Soak, restores: int, seed: int, figures: Callable[[str], None]) -> Soaked:
    figures(f"soak: strikes of --soak-seed {seed}")
    soaked = soak.run(restores, seed=seed)
    struck = Counter(strike.value for strike in soaked.strikes)
    memory = soaked.seen.memory_kib
    before, after = (len(one.descriptor) for one in (soaked.before, soaked.after))
    figures(
        f"soak: {soaked.started} guests on {len(_TARGETS)} targets in {soaked.seconds:.0f} s; "
        f"{len(soaked.strikes)} strikes in {soaked.volleys} volleys {dict(struck)}, "
        f"{len(broken(soaked))} attempts BROKEN"
    )
    figures(
        f"soak: memory {memory[0]} KiB at first, {memory[-1]} KiB at last, "
        f"{growth_kib(memory):.1f} KiB a trial; descriptors {before} before, {after} after, "
        f"{soaked.seen.descriptors} at most; folders of guests {size_mib(soak.guests):.1f} MiB"
    )
    return soaked


def broken(soaked: Soaked) -> list[str]:
    """Reasons of the attempts that were ours."""
    return [told.reason for told in soaked.seen.records if told.outcome == "BROKEN"]


def size_mib(folder: Path) -> float:
    """On the disk, blocks of folders included."""
    return sum(path.lstat().st_blocks for path in folder.rglob("*")) / 2048


def test_each_trial_has_one_final_record_with_the_right_verdict(
    soaked: Soaked, restores: int
) -> None:
    final = [told for told in soaked.seen.records if told.final]
    wrong = []
    for told in final:
        outcome, reason = expected_of(told.program)
        if told.outcome != outcome.value or reason not in told.reason:
            wrong.append(told)

    assert wrong == []
    assert len({(told.arch, told.program) for told in final}) == len(final)
    assert len(final) == restores * len(_TARGETS)


def test_a_strike_costs_an_attempt_at_most(soaked: Soaked) -> None:
    """And nothing but a strike does; what panics may be tried again, too."""
    again = [told for told in soaked.seen.records if not told.final]

    assert soaked.strikes
    assert len(broken(soaked)) <= len(soaked.strikes), Counter(broken(soaked))
    assert [told for told in again if told.outcome not in ("BROKEN", "CRASHED")] == []
    # A crash is made once more, however many attempts were BROKEN before it.
    assert max(told.attempt for told in soaked.seen.records) <= MAX_ATTEMPTS + 1


def test_each_guest_is_used_once_and_has_its_three_files(soaked: Soaked, soak: Soak) -> None:
    used = Counter(told.guest for told in soaked.seen.records if told.guest)

    assert set(used.values()) == {1}
    for folder in soak.guests.iterdir():
        names = {path.name for path in folder.iterdir()}
        assert names == {"console.log", "command.txt", "qemu.log"}, folder


def test_nothing_stays_in_our_process(soaked: Soaked) -> None:
    """No child, thread or descriptor, no temporary file, no other saved state."""
    assert soaked.after.beyond(soaked.before) == []


def test_nothing_gathers_while_the_run_is_on(soaked: Soaked) -> None:
    """What is only let go of at its end would end a longer run."""
    others = len(soaked.before.descriptor)

    assert soaked.seen.descriptors <= others + _GUESTS_AT_ONCE * _DESCRIPTORS_A_GUEST
    assert soaked.seen.children <= len(soaked.before.child) + _GUESTS_AT_ONCE
    # The guests' users, one starter for each target, and the storm.
    assert soaked.seen.threads <= len(soaked.before.thread) + JOBS + len(_TARGETS) + 1


def test_memory_does_not_grow(soaked: Soaked) -> None:
    assert growth_kib(soaked.seen.memory_kib) < _GROWTH_KIB_A_RESTORE
