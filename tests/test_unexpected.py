"""Errors that nobody foresaw, and odd things that users name: none accuses the kernel."""

import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main as cli
from harness.guest.guest import Guest
from harness.runner.collect import Chosen, Collector
from harness.runner.scenario_case import read_scenarios
from harness.toolchain.plain_filters import PlainFilters
from harness.values.arch import X86_64
from harness.values.errors import AgentError, CaseError, HarnessError
from harness.values.event import Event
from harness.values.mode import Mode
from tests.fake_guests import FakeGuests, FakeKernel, ScriptedCase, run_cases


def guests(folder: Path) -> FakeGuests:
    return FakeGuests(folder, lambda number: FakeKernel())


def test_the_last_attempt_gets_another_guest(tmp_path: Path) -> None:
    """An agent that has run out of something will not have more of it the next time."""
    pool = guests(tmp_path)

    def refused(guest: Guest) -> None:
        raise AgentError("the agent refused load: no handle left", 28)

    records = run_cases(pool, ScriptedCase("full", refused), modes=(Mode.INTERP,))

    assert [record.guest for record in records] == ["guest-1", "guest-1", "guest-2"]
    assert pool.discarded == ["guest-1", "guest-2"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("oops"), "KeyError: 'oops'"),
        (OSError(28, "No space left on device", "x"), "No space left on device: 'x'"),
    ],
)
def test_an_unforeseen_error_ends_the_command_with_3(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's own 1 would say that the kernel failed."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)

    def fail(args: object) -> int:
        raise error

    monkeypatch.setattr("harness.cli.doctor.run", fail)

    assert cli.main(["doctor"]) == 3
    assert said in written.getvalue()


@pytest.mark.parametrize("statement", ["raise SystemExit(0)", "import sys; sys.exit()"])
def test_a_scenario_file_that_exits_is_malformed(statement: str, tmp_path: Path) -> None:
    """It would end the whole run, with exit code 0."""
    path = tmp_path / "scenario_exits.py"
    path.write_text(f"{statement}\n")

    with pytest.raises(CaseError, match="SystemExit"):
        read_scenarios(path)


class Reader:
    """In the compiler's place: a C file is its own object."""

    def __call__(self, source: Path, /) -> bytes:
        return source.read_bytes()

    def plain(
        self, source: Path, events: Mapping[str, Sequence[Event]], *, types: bool = True
    ) -> PlainFilters:
        raise NotImplementedError


def collector() -> Collector:
    return Collector(X86_64, Reader())


def test_an_object_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Not a traceback."""
    path = tmp_path / "gone.o"
    path.symlink_to("/proc/self/mem")

    with pytest.raises(HarnessError, match=r"gone\.o"):
        collector().collect([Chosen(path, None)])


def test_an_object_that_no_message_can_carry_is_refused_unread(tmp_path: Path) -> None:
    """A disk image that was named by mistake must not fill the memory."""
    path = tmp_path / "disk.img"
    with path.open("wb") as file:
        file.truncate(1 << 40)

    with pytest.raises(HarnessError, match=r"disk\.img has"):
        collector().collect([Chosen(path, None)])


def test_a_case_that_is_named_twice_runs_once(tmp_path: Path) -> None:
    """A folder and a file in it, for example: reports know a trial by its name."""
    path = tmp_path / "scenario_one.py"
    path.write_text(
        "from harness.scenario import Bench, scenario\n"
        "@scenario()\n"
        "def one(bench: Bench) -> None: ...\n"
    )

    cases: tuple[Any, ...] = collector().collect([Chosen(tmp_path, None), Chosen(path, None)])

    assert [case.id.program for case in cases] == ["one"]
