"""`bpf-harness bench`: what is measured of which targets, and the command behind the wall time."""

from pathlib import Path

import pytest

import harness.bench.guests
from harness.bench.guests import SELECTION, check_argv, measure_guests
from harness.cli.bench import Measure, _measures
from harness.cli.main import _parser
from harness.runner.target import TargetName
from harness.values.accel import AccelChoice
from harness.values.arch import ARM64, X86_64
from harness.values.errors import InfrastructureError

ROOT = Path(__file__).resolve().parent.parent
TWO = (TargetName(X86_64, "debian:7.2"), TargetName(ARM64, "debian:7.2"))


def measured_with(monkeypatch: pytest.MonkeyPatch, folder: Path, *runs: tuple[float, int]) -> str:
    """What comes of runs that took so many seconds and gave so many verdicts."""
    given = iter(runs)

    def timed(*_: object, **__: object) -> object:
        return harness.bench.guests.Timed(*next(given))

    monkeypatch.setattr(harness.bench.guests, "time_check", timed)
    return measure_guests(TWO, AccelChoice.TCG, folder)[0].measured


def test_one_target_is_measured_whole_and_many_by_boots_and_guests() -> None:
    """Many targets would take an hour otherwise; what is named is what is measured."""
    assert _measures(None, 1) == tuple(Measure)
    assert _measures(None, 2) == (Measure.BOOT, Measure.GUESTS)
    assert _measures(["host"], 2) == (Measure.HOST,)


def test_every_folder_of_the_selection_exists() -> None:
    assert [name for name in SELECTION if not (ROOT / "cases" / name).is_dir()] == []


def test_the_command_names_every_target_once(tmp_path: Path) -> None:
    """It is one that `check` can parse."""
    argv = check_argv(TWO, AccelChoice.TCG, tmp_path, 2)

    args = _parser().parse_args(argv[3:])
    assert (args.arch, args.kernel, args.jobs) == (["x86_64", "arm64"], ["debian:7.2"], 2)
    assert [Path(path).name for path in args.paths] == [Path(name).name for name in SELECTION]


def test_the_ratio_says_how_much_faster_two_guests_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs with one guest, between them two runs with two."""
    runs = ((80.0, 40), (55.0, 40), (65.0, 40), (100.0, 40))

    assert measured_with(monkeypatch, tmp_path, *runs) == "1.50"


def test_runs_with_different_verdicts_are_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half the trials take half the time."""
    with pytest.raises(InfrastructureError):
        measured_with(monkeypatch, tmp_path, (90.0, 40), (45.0, 20), (45.0, 20), (90.0, 40))
