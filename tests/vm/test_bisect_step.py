"""`bpf-harness bisect-step` on a real guest: the page's examples, good and bad on one kernel."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.vm.conftest import KERNEL

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 300.0


@pytest.mark.parametrize(
    ("example", "mode", "status", "said"),
    [
        # Mended in Debian's 6.12.85.
        ("smallest_quotient", "interp", 0, "is good: 1 passed"),
        # Refused since Debian's 6.12.94.
        ("short_packet", "jit", 1, "is bad: FAILED"),
    ],
)
def test_the_examples_have_the_verdicts_that_the_page_tells(
    tmp_path: Path, example: str, mode: str, status: int, said: str
) -> None:
    case = ROOT / "docs" / "examples" / f"{example}.bpf.c"
    words = ("bisect-step", str(case), "--kernel", KERNEL, "--mode", mode)
    report = ("--report-dir", str(tmp_path / "report"))

    ended = subprocess.run(
        (sys.executable, "-m", "harness", *words, *report),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )

    assert (ended.returncode, ended.stdout.count("\n")) == (status, 1), ended.stderr
    assert ended.stdout.startswith(f"{KERNEL} {said}")
    assert (tmp_path / "report" / "guests" / "guest-1" / "command.txt").exists()
