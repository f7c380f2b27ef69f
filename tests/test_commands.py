"""Running programs, and what is made of their failures."""

from pathlib import Path

import pytest

from harness.host.commands import Completed, find_program, require_ok, run_command
from harness.values.errors import InfrastructureError, MissingToolError


def test_a_program_and_everything_it_said_comes_back() -> None:
    """Status, both streams and the command itself."""
    done = run_command(("sh", "-c", "echo out; echo err >&2; exit 3"))

    assert (done.status, done.stdout, done.stderr) == (3, "out\n", "err\n")
    assert not done.ok


def test_a_missing_program_is_named_with_a_remedy() -> None:
    """Not a FileNotFoundError."""
    with pytest.raises(MissingToolError, match="no-such-program") as caught:
        run_command(("no-such-program", "--version"))

    assert "doctor" in (caught.value.remedy or "")


def test_programs_do_not_read_our_standard_input() -> None:
    """A program that asks a question must not hang."""
    assert run_command(("cat",)).stdout == ""


def test_root_programs_are_found_by_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """depmod lies in /usr/sbin, which is not on the PATH of Debian's normal users."""
    done = run_command(("sh", "-c", "echo $PATH"))

    assert "/usr/sbin" in done.stdout.strip().split(":")
    assert find_program("no-such-program") is None


@pytest.mark.parametrize(
    "said",
    [
        "tar: ./usr: Cannot write: No space left on device",
        "E: You don't have enough free space in /var/cache/apt/archives/.",
        "dpkg-deb: error: Disk quota exceeded",
    ],
)
def test_a_full_disk_is_told_from_other_failures(said: str) -> None:
    """Programs report it in their own words."""
    done = Completed(("tar",), 2, "", said)

    with pytest.raises(InfrastructureError, match="no space left"):
        require_ok(done, "unpacking", Path("/cache"))


def test_a_program_that_went_well_did_not_fill_the_disk() -> None:
    """The words alone do not make a failure."""
    done = Completed(("grep",), 0, "No space left on device", "")

    assert require_ok(done, "searching", Path("/cache")) is done


def test_a_failure_shows_the_end_of_what_was_said() -> None:
    """What was being done, the command, the status and the last lines."""
    done = Completed(("depmod", "-b", "x"), 1, "", "\n".join(f"line {n}" for n in range(20)))

    with pytest.raises(InfrastructureError) as caught:
        require_ok(done, "indexing modules", Path("/cache"))

    message = caught.value.message
    assert "indexing modules failed: `depmod -b x` ended with status 1" in message
    assert "line 19" in message
    assert "line 3\n" not in message
