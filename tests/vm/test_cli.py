"""The commands on a real guest, each in a process of its own, and the pytest plugin."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

from harness.runner.target import Target
from tests.check_command import processes_of

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 120.0
PLUGIN = "harness.pytest_plugin"

CASE = """\
#include <case.h>

SEC("socket")
__success __retval(7)
int seven(void *ctx)
{
	return 7;
}

SEC("socket")
__success __retval(8)
int not_eight(void *ctx)
{
	return 7;
}

char _license[] SEC("license") = "GPL";
"""

SCENARIOS = """\
from harness.scenario import Bench, scenario


@scenario(modes="interp")
def a_before(bench: Bench) -> None:
    assert bench.guest.shell("true").wait() == 0


@scenario(modes="interp")
def b_panics(bench: Bench) -> None:
    bench.guest.shell("echo c >/proc/sysrq-trigger").wait()


@scenario(modes="interp")
def c_after(bench: Bench) -> None:
    assert bench.guest.shell("true").wait() == 0


@scenario(modes="interp")
def d_hangs(bench: Bench) -> None:
    bench.guest.shell("sleep 1000").wait()
"""


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        (sys.executable, *arguments),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Status, stdout and stderr of `python ARGUMENTS…`."""
    with start(folder, *arguments) as process:
        try:
            stdout, stderr = process.communicate(timeout=LIMIT_S)
        finally:
            process.kill()
    return process.returncode, stdout, stderr


def outcomes(folder: Path) -> list[tuple[str, str, str, bool]]:
    """Program, mode, outcome, and whether the guest is that of the record before."""
    lines = (folder / "report/results.jsonl").read_text().splitlines()
    # An attempt that was tried again is ours: emulation on a busy machine may fail to boot.
    records = [record for record in map(json.loads, lines) if record["final"]]
    guests = [records[0]["guest"], *(record["guest"] for record in records)]
    return [
        (r["program"], r["mode"], r["outcome"], r["guest"] == before)
        for r, before in zip(records, guests, strict=False)
    ]


def test_a_case_that_panics_the_kernel_costs_exactly_that_case(
    target: Target, tmp_path: Path
) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/scenario_panic.py").write_text(SCENARIOS)
    (tmp_path / "cases/seven.bpf.c").write_text(CASE)
    words = ("check", "cases", "--report-dir", "report", "-j", "1", "--mode", "interp,jit")

    status, stdout, stderr = run(tmp_path, "-m", "harness", *words, "-k", "not d_hangs")

    assert outcomes(tmp_path) == [
        ("seven", "interp", "PASSED", True),
        ("not_eight", "interp", "FAILED", True),
        ("a_before", "interp", "PASSED", True),
        ("b_panics", "interp", "CRASHED", False),
        ("c_after", "interp", "PASSED", False),
        ("seven", "jit", "PASSED", True),
        ("not_eight", "jit", "FAILED", True),
    ], stderr
    assert status == 1
    assert "Kernel panic - not syncing: sysrq triggered crash" in stdout
    assert "retval 7, expected 8 (0x7 != 0x8)" in stdout
    assert processes_of(tmp_path) == []


def test_sigterm_leaves_nothing_behind(target: Target, tmp_path: Path) -> None:
    (tmp_path / "scenario_hang.py").write_text(SCENARIOS)
    words = ("check", "scenario_hang.py:d_hangs", "--report-dir", "report", "-j", "1")

    with start(tmp_path, "-m", "harness", *words) as process:
        console = tmp_path / "report/guests/guest-1/console.log"
        end = time.monotonic() + LIMIT_S
        while not console.exists() or b"bpf-harness: begin" not in console.read_bytes():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=30)

    assert process.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in stderr
    assert processes_of(tmp_path) == []
    assert {path.name for path in tmp_path.iterdir()} <= {
        "scenario_hang.py",
        "report",
        "__pycache__",
    }


def test_shell_runs_a_command_and_ends_with_its_status(target: Target, tmp_path: Path) -> None:
    status, stdout, stderr = run(tmp_path, "-m", "harness", "shell", "-c", "uname -r; exit 3")

    assert (status, stdout) == (3, f"{target.kernel.release}\n"), stderr
    assert list(tmp_path.iterdir()) == []


def test_the_pytest_plugin_runs_a_file_of_cases(target: Target, tmp_path: Path) -> None:
    """Through the same runner: the same verdicts, the same reasons."""
    (tmp_path / "seven.bpf.c").write_text(CASE)
    installed = any(entry.value == PLUGIN for entry in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", PLUGIN)

    status, stdout, stderr = run(
        tmp_path, "-m", "pytest", *plugin, "-p", "no:cacheprovider", "--arch=x86_64",
        "--bpf-mode=jit", "-v", "seven.bpf.c",
    )  # fmt: skip

    assert status == 1, stdout + stderr
    assert "seven.bpf.c::seven[jit] PASSED" in stdout
    assert "seven.bpf.c::not_eight[jit] FAILED" in stdout
    assert "retval 7, expected 8 (0x7 != 0x8)" in stdout
    assert "reproduce: bpf-harness check" in stdout
    assert processes_of(tmp_path) == []


def test_records_are_printed_by_the_types_that_the_object_tells(
    target: Target, tmp_path: Path
) -> None:
    """Of a ring and of a perf buffer; one of another size than its type is told of."""
    source = str(ROOT / "cases/tables/typed_records.c")
    trigger = "@syscall mkdirat AT_FDCWD text:/tmp/new 0700"

    status, stdout, _ = run(
        tmp_path, "-m", "harness", "run", source, "--json", "--trigger", trigger
    )

    records = [json.loads(line) for line in stdout.splitlines()]
    pid, cpu = records[0]["record"]["pid"], records[2]["cpu"]
    assert records == [
        {
            "table": "ring",
            "cpu": None,
            "record": {"pid": pid, "stage": "ENTERED", "comm": "fire"},
        },
        {
            "table": "ring",
            "cpu": None,
            "record": "02000000",
            "error": "4 bytes, struct event has 24",
        },
        {"table": "perf", "cpu": cpu, "record": {"pid": pid, "stage": "LEFT", "comm": "fire"}},
    ]
    assert status == 0
