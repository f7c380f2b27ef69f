"""`bpf-harness check` on a program in QEMU's place: exit codes, signals, a full disk."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.check_command import Ended, processes_of, start

SCENARIOS = """
from harness.scenario import Bench, scenario


@scenario(modes="interp")
def first(bench: Bench) -> None:
    assert bench.guest.shell("true").wait() == 0


@scenario(modes="interp")
def second(bench: Bench) -> None:
    {second}


@scenario(modes="interp")
def third(bench: Bench) -> None:
    bench.guest.health()
"""


def cases(folder: Path, second: str = "pass") -> Path:
    """A folder with one file of three scenarios, of which the second does as said."""
    path = folder / "cases"
    path.mkdir()
    (path / "scenario_three.py").write_text(SCENARIOS.format(second=second))
    return path


def check(folder: Path, *arguments: str, path: str = "cases", behaviour: str = "serve") -> Ended:
    """The end of one check of the cases in `folder`, with its report there."""
    with start(folder, behaviour, path, "-j", "1", "--report-dir", "report", *arguments) as run:
        return run.end()


def results(folder: Path) -> list[tuple[str, str, int]]:
    lines = (folder / "report" / "results.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    return [(r["program"], r["outcome"], r["attempt"]) for r in records]


def test_all_passed_is_0_and_the_report_is_whole(tmp_path: Path) -> None:
    cases(tmp_path)

    ended = check(tmp_path)

    assert ended.status == 0, ended.stderr
    assert results(tmp_path) == [
        ("first", "PASSED", 1),
        ("second", "PASSED", 1),
        ("third", "PASSED", 1),
    ]
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert {"results.jsonl", "junit.xml", "results.ktap", "summary.txt"} <= names
    assert (tmp_path / "report/guests/guest-1/command.txt").exists()


def test_a_failure_is_1(tmp_path: Path) -> None:
    cases(tmp_path, "assert 1 == 2")

    ended = check(tmp_path)

    assert ended.status == 1
    assert results(tmp_path)[1] == ("second", "FAILED", 1)


def test_a_panic_in_mid_run_costs_exactly_that_case(tmp_path: Path) -> None:
    cases(tmp_path, 'bench.guest.shell("panic").wait()')

    ended = check(tmp_path)

    assert ended.status == 1
    assert results(tmp_path) == [
        ("first", "PASSED", 1),
        ("second", "CRASHED", 1),
        ("second", "CRASHED", 2),
        ("third", "PASSED", 1),
    ]
    assert "sysrq triggered crash" in ended.stderr
    assert (tmp_path / "report/guests/guest-2").is_dir()


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("refuse", "unsupported machine type"),
        ("panic", "sysrq triggered crash"),
        ("garbage", "where a frame must begin"),
        ("hang", "no ready event"),
    ],
)
def test_a_guest_that_does_not_come_up_is_3(tmp_path: Path, behaviour: str, said: str) -> None:
    """Never accused: each attempt is BROKEN, and the message tells what QEMU or the guest said."""
    cases(tmp_path)

    ended = check(tmp_path, "-k", "first", "--boot-timeout", "1", behaviour=behaviour)

    assert ended.status == 3
    assert results(tmp_path) == [
        ("first", "BROKEN", 1),
        ("first", "BROKEN", 2),
        ("first", "BROKEN", 3),
    ]
    assert said in (tmp_path / "report/results.jsonl").read_text()
    assert processes_of(tmp_path) == []


def test_nothing_to_run_is_4(tmp_path: Path) -> None:
    cases(tmp_path)

    ended = check(tmp_path, "-k", "fourth")

    assert (ended.status, ended.stdout) == (4, "")
    assert "nothing to run on x86_64" in ended.stderr
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--arch", "vax"), "unknown architecture 'vax'"),
        (("--mode", "warp"), "unknown mode 'warp'"),
        (("--isolate", "trial"), "unknown isolation 'trial'"),
        (("--accel", "hope"), "unknown accelerator 'hope'"),
        (("-k", "first and"), "is not an expression"),
        (("-k", "first + second"), "neither a word nor and, or, not"),
        (("-j", "0"), "0 is not a positive number"),
    ],
)
def test_bad_input_is_2_with_the_remedy_and_nothing_written(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    cases(tmp_path)

    ended = check(tmp_path, *arguments)

    assert ended.status == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere", "no such file or folder: nowhere"),
        ("cases/scenario_three.py:fourth", "it has: first second third"),
        ("empty", "no cases in empty"),
        ("note.py", "note.py holds no scenario"),
    ],
)
def test_a_path_without_cases_is_2(tmp_path: Path, path: str, said: str) -> None:
    cases(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.py").touch()

    ended = check(tmp_path, path=path)

    assert ended.status == 2
    assert said in ended.stderr
    assert not (tmp_path / "report").exists()


def test_every_malformed_file_is_named(tmp_path: Path) -> None:
    folder = cases(tmp_path)
    (folder / "scenario_wrong.py").write_text("import nothing_of_that_name\n")
    (folder / "scenario_empty.py").write_text("")
    (folder / "no.bpf.c").write_text("not ELF")

    ended = check(tmp_path)

    assert ended.status == 2
    for name in ("scenario_wrong.py", "scenario_empty.py", "no.bpf.c"):
        assert name in ended.stderr
    assert "3 files hold malformed cases" in ended.stderr


def test_list_names_the_cases_and_starts_nothing(tmp_path: Path) -> None:
    cases(tmp_path)

    ended = check(tmp_path, "--list", "-k", "not second", behaviour="refuse")

    assert ended.status == 0
    assert ended.stdout.split() == [
        "cases/scenario_three.py:first",
        "cases/scenario_three.py:third",
    ]


def test_the_time_limit_is_124_and_what_was_known_is_kept(tmp_path: Path) -> None:
    cases(tmp_path, 'bench.guest.shell("hang").wait()')

    ended = check(tmp_path, "--timeout", "2")

    assert ended.status == 124
    assert results(tmp_path) == [("first", "PASSED", 1)]
    assert "the time limit came before the last verdict" in ended.stderr
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("behaviour", ["hang", "serve"])
def test_a_signal_ends_everything(tmp_path: Path, behaviour: str, number: signal.Signals) -> None:
    """While a guest boots, and while a case runs: no process and no temporary file is left."""
    cases(tmp_path, 'bench.guest.shell("hang").wait()')
    before = {path.name for path in tmp_path.iterdir()} | {"report", "programs", "__pycache__"}
    arguments = ("cases", "-j", "2", "--report-dir", "report", "--isolate", "case")

    with start(tmp_path, behaviour, *arguments) as run:
        run.wait_for("console.log" if behaviour == "hang" else "guest-2")
        run.signal(number)
        ended = run.end()

    assert ended.status == 128 + number, ended.stderr
    assert "Traceback" not in ended.stderr
    assert processes_of(tmp_path) == []
    assert {path.name for path in tmp_path.iterdir()} <= before
    assert (tmp_path / "report" / "summary.txt").exists()


def test_a_signal_before_the_first_guest_ends_it_too(tmp_path: Path) -> None:
    """Ctrl-C while Python files are being read."""
    folder = cases(tmp_path)
    (folder / "scenario_slow.py").write_text(
        "import pathlib, time\npathlib.Path('reading').touch()\ntime.sleep(1)\n"
    )

    with start(tmp_path, "serve", "cases", "--report-dir", "report") as run:
        run.wait_for("reading")
        run.signal(signal.SIGINT)
        ended = run.end()

    assert ended.status == 130
    assert "Traceback" not in ended.stderr


def test_a_report_directory_that_cannot_be_written_is_3(tmp_path: Path) -> None:
    cases(tmp_path)
    (tmp_path / "report").write_text("a file is in the way")

    ended = check(tmp_path)

    assert ended.status == 3
    assert "cannot write report" in ended.stderr
    assert "remedy: give a folder with --report-dir" in ended.stderr


def test_a_report_that_cannot_grow_does_not_take_the_verdicts_along(tmp_path: Path) -> None:
    """From the second case on no file of ours may be longer than it is."""
    cases(tmp_path, "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))")

    ended = check(tmp_path)

    assert ended.status == 3
    assert results(tmp_path) == [("first", "PASSED", 1)]
    assert "cannot write report/results.jsonl: File too large" in ended.stderr
    assert _THREE_PASSED in ended.stdout
    assert "Traceback" not in ended.stderr


_THREE_PASSED = "cases  interp       3"
_TINY_DISK = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
_FILL = "open('report/filler', 'wb', 0).write(bytes(1 << 20))"


def on_a_tiny_disk(folder: Path, *arguments: str, limit: str = "size=64k") -> Ended:
    """A check whose report lies in a little memory that is gone with it."""
    (folder / "report").mkdir()
    script = f'mount -t tmpfs -o {limit} none report && exec "$@"'
    try:
        subprocess.run((*_TINY_DISK, "mount -t tmpfs none report"), cwd=folder, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this machine lets nobody mount a tmpfs: {error}")
    words = ("cases", "-j", "1", "--report-dir", "report", *arguments)
    with start(folder, "serve", *words, within=(*_TINY_DISK, script, "sh")) as run:
        return run.end()


def test_a_disk_that_is_full_before_the_run_is_3(tmp_path: Path) -> None:
    cases(tmp_path)

    ended = on_a_tiny_disk(tmp_path, limit="nr_inodes=1")

    assert ended.status == 3
    assert "cannot write report/report.json: No space left on device" in ended.stderr
    assert "remedy: free some space, or give another folder with --report-dir" in ended.stderr


def test_a_disk_that_fills_in_the_run_is_3_and_the_verdicts_are_printed(tmp_path: Path) -> None:
    cases(tmp_path, _FILL)

    ended = on_a_tiny_disk(tmp_path)

    assert ended.status == 3
    assert "cannot write report/junit.xml: No space left on device" in ended.stderr
    assert "remedy: free some space, or give another folder with --report-dir" in ended.stderr
    assert _THREE_PASSED in ended.stdout
    assert "Traceback" not in ended.stderr


def test_a_guest_that_finds_the_disk_full_is_broken(tmp_path: Path) -> None:
    """Its folder, its command or its console cannot be written; that is nobody's traceback."""
    cases(tmp_path, f"{_FILL}; bench.guest.shell('torn').wait()")

    ended = on_a_tiny_disk(tmp_path)

    # The second, whose guest was lost, is a crash.
    assert ended.status == 1
    assert "BROKEN cases/scenario_three.py:third" in ended.stdout
    assert "No space left on device" in ended.stdout
    assert "Traceback" not in ended.stderr
