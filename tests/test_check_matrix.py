"""`bpf-harness check` on many targets, with a program in QEMU's place: what each one costs."""

import json
import signal
from pathlib import Path

import pytest

from harness.reports.jsonl import read_results
from harness.values.arch import RISCV64
from tests.check_command import Ended, processes_of, start

CASES = """
from harness.scenario import Bench, scenario


@scenario(modes="interp")
def first(bench: Bench) -> None:
    assert bench.guest.shell("true").wait() == 0


@scenario(modes="interp jit")
def second(bench: Bench) -> None:
    {second}
"""


def check(folder: Path, *arguments: str, second: str = "pass") -> Ended:
    """The end of a check of two scenarios, with its report in `folder`."""
    write_cases(folder, second)
    words = ("cases", "-j", "2", "--report-dir", "report", *arguments)
    with start(folder, "serve", *words) as run:
        return run.end()


def write_cases(folder: Path, second: str) -> None:
    (folder / "cases").mkdir()
    (folder / "cases" / "scenario_two.py").write_text(CASES.format(second=second))


def results(folder: Path) -> list[tuple[str, str, str, str, str]]:
    lines = (folder / "report" / "results.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    return sorted((r["arch"], r["kernel"], r["mode"], r["program"], r["outcome"]) for r in records)


def kernels(*names: str) -> tuple[str, ...]:
    return tuple(word for name in names for word in ("--kernel", name))


def test_every_architecture_meets_every_kernel(tmp_path: Path) -> None:
    ended = check(tmp_path, "--arch", "x86_64,s390x", *kernels("debian:6.1", "debian:7.2"))

    assert ended.status == 0, ended.stderr
    assert results(tmp_path) == [
        (arch, kernel, mode, program, "PASSED")
        for arch in ("s390x", "x86_64")
        for kernel in ("6.1-fake", "7.2-fake")
        for mode, program in (("interp", "first"), ("interp", "second"), ("jit", "second"))
    ]
    assert "12 trials: 12 passed" in ended.stdout
    assert (tmp_path / "report" / "summary.txt").read_text() == ended.stdout


def test_no_two_targets_share_the_name_of_a_guest(tmp_path: Path) -> None:
    """Or the console of one would overwrite that of another."""
    check(tmp_path, "--arch", "all", *kernels("debian:6.1"), "--isolate", "case")

    names = sorted(path.name for path in (tmp_path / "report" / "guests").iterdir())
    assert len(names) == 18
    assert names[0] == "1-x86_64-6.1-fake-guest-1"
    assert names[-1] == "6-arm-6.1-fake-guest-3"


def test_a_kernel_without_a_package_is_a_line(tmp_path: Path) -> None:
    ended = check(tmp_path, *kernels("debian:6.99", "debian:6.1"))

    line = "x86_64 × debian:6.99: no package (6.12 exist)"
    assert ended.status == 0
    assert line in ended.stdout
    assert line in ended.stderr
    assert "[3/3] 3 passed" in ended.stderr


@pytest.mark.parametrize("arches", ["x86_64", "x86_64 arm64"])
def test_nothing_but_kernels_without_a_package_is_2(tmp_path: Path, arches: str) -> None:
    """One line for each of several, and nothing is written."""
    ended = check(tmp_path, "--arch", arches, *kernels("debian:6.99"))

    assert ended.status == 2
    for arch in arches.split():
        assert f"no such kernel for {arch}" in ended.stderr
    assert "remedy: take 6.12" in ended.stderr
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("order", [("debian:6.98", "debian:6.1"), ("debian:6.1", "debian:6.98")])
def test_a_target_that_cannot_be_prepared_breaks_its_own_trials(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    """The others go on, whether they come before it or after it."""
    ended = check(tmp_path, *kernels(*order))

    assert ended.status == 3
    assert results(tmp_path) == [
        ("x86_64", "6.1-fake", "interp", "first", "PASSED"),
        ("x86_64", "6.1-fake", "interp", "second", "PASSED"),
        ("x86_64", "6.1-fake", "jit", "second", "PASSED"),
        ("x86_64", "debian:6.98", "interp", "first", "BROKEN"),
        ("x86_64", "debian:6.98", "interp", "second", "BROKEN"),
        ("x86_64", "debian:6.98", "jit", "second", "BROKEN"),
    ]
    assert "x86_64 × debian:6.98 cannot be run: the archive did not answer" in ended.stdout
    assert "remedy: try again" in ended.stdout


def test_an_architecture_this_machine_is_not_equipped_for_breaks_its_own_trials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are counted as those of the others; alone, it is the end."""
    monkeypatch.setenv("FAKE_MISSING", "arm")
    ended = check(tmp_path, "--arch", "arm x86_64", *kernels("debian:6.1"))

    assert ended.status == 3
    outcomes = {(arch, outcome) for arch, _, _, _, outcome in results(tmp_path)}
    assert outcomes == {("arm", "BROKEN"), ("x86_64", "PASSED")}
    assert len(results(tmp_path)) == 6
    assert "no qemu-system-arm on this machine" in ended.stdout

    with start(
        tmp_path, "serve", "cases", "--arch", "arm", *kernels("debian:6.1", "debian:7.2")
    ) as run:
        alone = run.end()
    assert alone.status == 3
    assert "remedy: install it" in alone.stderr


def test_a_failure_on_one_target_is_told_with_its_target(tmp_path: Path) -> None:
    second = "assert bench.arch.name != 's390x', 'big'"
    ended = check(tmp_path, "--arch", "x86_64 s390x", *kernels("debian:6.1"), second=second)

    assert ended.status == 1
    assert "scenario_two.py:second [s390x debian:6.1 interp jit]" in ended.stdout
    assert "6 trials: 2 failed, 4 passed" in ended.stdout


def test_two_names_of_one_kernel_are_run_once(tmp_path: Path) -> None:
    """Every trial has exactly one record."""
    ended = check(tmp_path, *kernels("debian:6.12", "debian:6.12.1"))

    assert ended.status == 0
    assert len(results(tmp_path)) == 3
    assert "x86_64 × debian:6.12.1: the same kernel as x86_64 × debian:6.12" in ended.stdout


def test_cpu_models_are_targets_of_their_own(tmp_path: Path) -> None:
    ended = check(tmp_path, *kernels("debian:6.1"), "--cpu", "max", "--cpu", "Nehalem")

    assert ended.status == 0, ended.stderr
    assert len(results(tmp_path)) == 6
    assert (tmp_path / "report/guests/2-x86_64-6.1-fake-Nehalem-guest-1").is_dir()


def test_a_sweep_runs_on_every_cpu_model_of_the_architecture(tmp_path: Path) -> None:
    """The run ends with what their machine code has in common with the first one's."""
    ended = check(tmp_path, "--arch", "riscv64", *kernels("debian:6.1"), "--cpu-sweep")

    records = read_results(tmp_path / "report" / "results.jsonl").records
    models = [model.qemu for model in RISCV64.cpu_models]
    assert ended.status == 0
    assert sorted({record.cpu for record in records}) == sorted(models)
    assert [line for line in ended.stdout.splitlines() if line.startswith("JITed")] == [
        f"JITed code on riscv64 6.1-fake, {model} against rv64: none to compare"
        for model in models[1:]
    ]


def test_a_sweep_over_models_that_are_named_is_2(tmp_path: Path) -> None:
    ended = check(tmp_path, "--cpu-sweep", "--cpu", "max")

    assert ended.status == 2
    assert "give only one of them" in ended.stderr


def test_bad_names_are_2_before_anything_is_prepared(tmp_path: Path) -> None:
    ended = check(tmp_path, *kernels("debian:6.1", "debian:nowhere"))

    assert ended.status == 2
    assert "unknown kernel 'debian:nowhere'" in ended.stderr
    assert not (tmp_path / "report").exists()


def test_a_program_that_no_architecture_has_is_2(tmp_path: Path) -> None:
    write_cases(tmp_path, "pass")
    words = ("cases/scenario_two.py:third", "--arch", "all", "--report-dir", "report")
    with start(tmp_path, "serve", *words) as run:
        ended = run.end()

    assert ended.status == 2
    assert "has no case 'third' here" in ended.stderr
    assert not (tmp_path / "report").exists()


def test_list_needs_no_kernel(tmp_path: Path) -> None:
    ended = check(tmp_path, "--arch", "all", *kernels("debian:6.98"), "--list")

    assert ended.status == 0
    assert ended.stdout.splitlines() == [
        "cases/scenario_two.py:first",
        "cases/scenario_two.py:second",
    ]


def test_the_time_limit_holds_while_a_target_is_prepared(tmp_path: Path) -> None:
    """A download must not outlast it; what the first target said until then is kept."""
    ended = check(tmp_path, *kernels("debian:6.1", "debian:6.97"), "--timeout", "4")

    assert ended.status == 124
    assert len(results(tmp_path)) == 3
    assert "the time limit came before the last verdict" in ended.stderr
    assert processes_of(tmp_path) == []


def test_a_signal_while_a_target_is_prepared_ends_the_guests_of_the_others(tmp_path: Path) -> None:
    write_cases(tmp_path, 'bench.guest.shell("hang").wait()')
    words = ("cases", "-j", "2", "--report-dir", "report", *kernels("debian:6.1", "debian:6.97"))

    with start(tmp_path, "serve", *words) as run:
        run.wait_for("1-x86_64-6.1-fake-guest-1")
        run.signal(signal.SIGTERM)
        ended = run.end()

    assert ended.status == 128 + signal.SIGTERM
    assert processes_of(tmp_path) == []
    assert (tmp_path / "report" / "summary.txt").exists()
