"""`bpf-harness bisect-step`: 0, 1 or 125, and one line, whatever happens."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli.git_codes import git_exit_code
from harness.cli.main import main
from tests.check_command import processes_of
from tests.step_command import ROOT, run_step, start

CASE = """\
from harness.scenario import Bench, scenario


@scenario(modes="{modes}", needs="{needs}")
def only(bench: Bench) -> None:
    {act}
"""


def case(folder: Path, act: str = "pass", *, modes: str = "interp", needs: str = "") -> str:
    path = folder / "scenario_only.py"
    path.write_text(CASE.format(act=act, modes=modes, needs=needs))
    return path.name


def step(
    folder: Path, *arguments: str, kernel: str = "kernel", behaviour: str = "serve"
) -> tuple[int, str]:
    """Exit code and standard output."""
    ended = run_step(folder, *arguments, "--kernel", kernel, "-j", "1", behaviour=behaviour)
    assert ended.stdout.count("\n") <= 1, ended.stdout
    return ended.status, ended.stdout


def test_all_passed_is_0(tmp_path: Path) -> None:
    assert step(tmp_path, case(tmp_path)) == (0, "kernel is good: 1 passed\n")


def test_a_failure_is_1(tmp_path: Path) -> None:
    status, line = step(tmp_path, case(tmp_path, "assert 1 == 2"))

    assert status == 1
    assert line.startswith("kernel is bad: FAILED scenario_only.py:only [interp]: ")


def test_a_panic_is_1(tmp_path: Path) -> None:
    status, line = step(tmp_path, case(tmp_path, 'bench.guest.shell("panic").wait()'))

    assert status == 1
    assert "CRASHED" in line
    assert "sysrq triggered crash" in line


@pytest.mark.parametrize("behaviour", ["refuse", "panic", "garbage", "hang"])
def test_a_guest_that_does_not_come_up_is_125(tmp_path: Path, behaviour: str) -> None:
    """A panic at boot, too: who knows whose fault it is."""
    status, line = step(tmp_path, case(tmp_path), "--boot-timeout", "1", behaviour=behaviour)

    assert status == 125
    assert line.startswith("kernel is cannot tell: BROKEN ")
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize(
    ("kernel", "said"),
    [
        ("no-build", "the tree does not build: tnum.c:18"),
        ("no-package", "404 Not Found remedy: try again"),
        ("no-boot", "QEMU did not start"),
        ("no-qemu", "not installed"),
        ("os-error", "Input/output error"),
        ("mistake", "a mistake in the harness itself"),
        ("interrupt", "interrupted"),
    ],
)
def test_what_goes_wrong_before_a_guest_is_125(tmp_path: Path, kernel: str, said: str) -> None:
    status, line = step(tmp_path, case(tmp_path), kernel=kernel)

    assert (status, line.startswith(f"{kernel} is cannot tell: ")) == (125, True)
    assert said in line


@pytest.mark.parametrize(
    "act", ["raise RuntimeError('the scenario itself')", 'bench.guest.shell("torn").wait()']
)
def test_a_broken_case_is_125_or_accuses_the_kernel_rightly(tmp_path: Path, act: str) -> None:
    """A mistake in the scenario is BROKEN; a guest that is lost in mid-trial is CRASHED."""
    status, line = step(tmp_path, case(tmp_path, act))

    assert (status, line.split(": ")[1].split()[0]) in {(125, "BROKEN"), (1, "CRASHED")}
    assert ("torn" in act) is (status == 1)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--nonsense",),
        ("--kernel", "a", "--tree", "b", "x"),
        ("-j", "none", "x"),
        ("absent.bpf.c",),
        ("scenario_only.py:absent",),
        ("scenario_only.py", "-k", "nothing"),
        ("scenario_only.py", "-k", "and and"),
        ("scenario_only.py", "--mode", "warp"),
        ("scenario_only.py", "--arch", "vax"),
        ("scenario_only.py", "--accel", "hope"),
        ("scenario_only.py", "--mode", "jit"),
    ],
)
def test_a_mistake_of_the_user_is_125(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """2 would be taken as bad, by a bisection that nobody watches."""
    case(tmp_path)

    ended = run_step(tmp_path, *arguments)

    assert ended.status == 125
    assert "Traceback" not in ended.stderr


def test_a_case_that_cannot_be_read_is_125(tmp_path: Path) -> None:
    (tmp_path / "scenario_only.py").write_text("this is not Python")

    assert step(tmp_path, "scenario_only.py")[0] == 125


def test_unsupported_is_125(tmp_path: Path) -> None:
    """The agent in QEMU's place knows no probe, so every feature is absent there."""
    status, line = step(tmp_path, case(tmp_path, needs="btf"))

    assert status == 125, line


def test_the_time_limit_is_125(tmp_path: Path) -> None:
    status, line = step(tmp_path, case(tmp_path), "--timeout", "1", behaviour="hang")

    assert (status, line) == (125, "kernel is cannot tell: took longer than 1 s\n")
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_125_and_leaves_no_guest(tmp_path: Path, number: signal.Signals) -> None:
    words = ("bisect-step", case(tmp_path), "--kernel", "kernel", "-j", "1")
    with start(tmp_path, "hang", *words) as command:
        command.wait_for("console.log")
        command.signal(number)
        ended = command.end()

    assert (ended.status, ended.stdout) == (125, "kernel is cannot tell: interrupted\n")
    assert processes_of(tmp_path) == []


def test_a_line_that_nobody_reads_changes_no_verdict(tmp_path: Path) -> None:
    """A closed pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    words = ("bisect-step", case(tmp_path), "--kernel", "kernel", "-j", "1")
    with start(tmp_path, "serve", *words, stdout=writing) as command:
        os.close(writing)
        ended = command.end()

    assert ended.status == 0, ended.stderr


def test_looking_for_a_fix_exchanges_the_codes_and_not_the_words(tmp_path: Path) -> None:
    bad = case(tmp_path, "assert 1 == 2")
    assert step(tmp_path, bad, "--find-fix")[0] == 0
    assert "is bad" in step(tmp_path, bad, "--find-fix")[1]

    assert step(tmp_path, case(tmp_path), "--find-fix")[0] == 1
    assert step(tmp_path, case(tmp_path), "--find-fix", kernel="no-boot")[0] == 125


def test_the_report_stays_outside_of_the_tree(tmp_path: Path) -> None:
    """With the guest's console, and named on standard error."""
    ended = run_step(tmp_path, case(tmp_path), "--kernel", "kernel", "-j", "1")

    (report,) = (tmp_path / "state" / "bpf-harness" / "bisect").iterdir()
    assert f"bpf-harness: report: {report}" in ended.stderr
    names = {path.relative_to(report).as_posix() for path in report.rglob("*")}
    assert {"results.jsonl", "summary.txt", "guests/guest-1/console.log"} <= names


def test_the_commit_of_a_tree_is_its_name(tmp_path: Path) -> None:
    """A folder that is no kernel tree is no verdict either."""
    tree = tmp_path / "tree"
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(("git", "init", "-q", str(tree)), check=True)
    words = ("commit", "-q", "--allow-empty", "-m", "empty")
    subprocess.run(("git", "-C", str(tree), *identity, *words), check=True)
    head = subprocess.run(
        ("git", "-C", str(tree), "rev-parse", "--short=12", "HEAD"),
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()

    ended = run_step(tmp_path, case(tmp_path), "--tree", "tree", "-j", "1")

    assert ended.stdout.startswith(f"{head} is ")


@pytest.mark.parametrize("code", [2, 3, 4, 120, 124, 126, 130, 141, 143, 255])
def test_git_sees_no_other_code(code: int) -> None:
    assert git_exit_code(code) == 125
    assert [git_exit_code(0), git_exit_code(1), git_exit_code(125)] == [0, 1, 125]


@pytest.mark.parametrize("before", [(), ("-v",)])
def test_only_this_command_speaks_to_git(before: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as step_ends:
        main([*before, "bisect-step"])
    with pytest.raises(SystemExit) as check_ends:
        main([*before, "check", "--nonsense"])

    assert (step_ends.value.code, check_ends.value.code) == (125, 2)


@pytest.mark.parametrize(("command", "code"), [("bisect-step", 125), ("check", 3)])
def test_a_harness_that_cannot_be_imported_accuses_no_kernel(command: str, code: int) -> None:
    """Python would end with 1."""
    script = (
        "import runpy, sys; sys.modules['msgpack'] = None; "
        f"sys.argv = ['bpf-harness', {command!r}, 'x']; "
        "runpy.run_module('harness', run_name='__main__')"
    )
    ended = subprocess.run(
        (sys.executable, "-c", script), cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, "ImportError" in ended.stderr) == (code, True) or (
        ended.returncode,
        "ModuleNotFoundError" in ended.stderr,
    ) == (code, True)
