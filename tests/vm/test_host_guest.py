"""`bpf-harness shell --guest host`: programs of this machine under another kernel."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.runner.target import Target
from tests.check_command import processes_of

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 400


def run(
    folder: Path, kernel: str, *words: str, limit_s: int = 300
) -> "subprocess.CompletedProcess[str]":
    options = ("--guest", "host", "--kernel", kernel, "--time-limit", str(limit_s))
    return subprocess.run(
        (sys.executable, "-m", "harness", "shell", *options, *words),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


@pytest.fixture
def kernel(target: Target) -> str:
    """The same release with all its modules: the cloud's kernels have no 9p."""
    return f"debian:{target.kernel.release.replace('-cloud-', '-')}"


def test_a_program_has_the_hosts_files_and_changes_none(kernel: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("host\n")

    done = run(
        tmp_path,
        kernel,
        "-c",
        "uname -r; cat file; echo guest > file; cat file; echo e >&2; exit 3",
    )

    release = kernel.removeprefix("debian:")
    assert (done.returncode, done.stdout) == (3, f"{release}\nhost\nguest\n"), done.stderr
    assert done.stderr.endswith("e\n")
    assert (tmp_path / "file").read_text() == "host\n"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_crash_is_told_whatever_the_program_says(kernel: str, tmp_path: Path) -> None:
    done = run(tmp_path, kernel, "-c", "echo begun; echo c > /proc/sysrq-trigger; exit 0")

    assert (done.returncode, done.stdout) == (1, "begun\n"), done.stderr
    assert "the kernel crashed: " in done.stderr
    assert "sysrq triggered crash" in done.stderr


def test_the_time_limit_ends_all_of_it(kernel: str, tmp_path: Path) -> None:
    done = run(tmp_path, kernel, "--", "sleep", "1000", limit_s=15)

    assert done.returncode == 124, done.stderr
    assert "the time limit of 15 s came" in done.stderr
    assert processes_of(tmp_path) == []


def test_a_kernel_without_9p_is_refused_with_one_that_has_it(
    target: Target, kernel: str, tmp_path: Path
) -> None:
    done = run(tmp_path, f"debian:{target.kernel.release}", "--", "true")

    assert done.returncode == 2
    assert "it lacks 9P_FS" in done.stderr
    assert f"--kernel {kernel}" in done.stderr
