"""harness.runner.scenario_case: what becomes of what a scenario raises, and files that are none."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from harness.guest.guest import Guest
from harness.runner.scenario_case import ScenarioCase, read_scenarios
from harness.toolchain.plain_filters import PlainFilters
from harness.values.arch import X86_64
from harness.values.case import CaseId
from harness.values.errors import CaseError, SilenceError
from harness.values.event import Event
from harness.values.mode import Mode
from harness.values.verdict import Outcome, Verdict
from harness.vm.fake import FakeVm


class NoCompiler:
    """These scenarios compile nothing."""

    def __call__(self, source: Path, /) -> bytes:
        raise AssertionError(source)

    def plain(
        self, source: Path, events: Mapping[str, Sequence[Event]], *, types: bool = True
    ) -> PlainFilters:
        raise AssertionError(source)


HEAD = """\
from harness.scenario import Bench, RefusedError, scenario
from harness.values.errors import SilenceError


@scenario(modes="jit interp", needs="btf two-cpus")
def only(bench: Bench) -> None:
"""


def run(folder: Path, body: str) -> Verdict:
    """The verdict on a scenario with this body."""
    source = folder / "scenario_only.py"
    source.write_text(f"{HEAD}    {body}\n")
    (spec,) = read_scenarios(source)
    case = ScenarioCase(CaseId("scenario_only.py", spec.name), spec, source, X86_64, NoCompiler())
    return case.run(Guest(FakeVm(folder / "console.log", {})), Mode.JIT).verdict


def test_a_scenario_that_returns_has_passed(tmp_path: Path) -> None:
    assert run(tmp_path, "bench.guest.health()") == Verdict(Outcome.PASSED, "as expected")


def test_an_assertion_is_a_failure_with_the_line_it_stands_in(tmp_path: Path) -> None:
    verdict = run(tmp_path, "assert bench.u32(-1) == b'', 'not empty'")

    assert verdict == Verdict(
        Outcome.FAILED,
        "not empty (scenario_only.py:7: assert bench.u32(-1) == b'', 'not empty')",
    )


def test_a_refused_operation_is_a_failure(tmp_path: Path) -> None:
    verdict = run(tmp_path, "raise RefusedError('cannot attach', 22)")

    assert verdict == Verdict(Outcome.FAILED, "cannot attach")


def test_any_other_exception_is_the_scenarios_own_fault(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"only: KeyError: 'x' \(scenario_only.py:7: \{\}\['x'\]"):
        run(tmp_path, "{}['x']")


def test_a_lost_guest_goes_on_its_way(tmp_path: Path) -> None:
    with pytest.raises(SilenceError):
        run(tmp_path, "raise SilenceError('no reply')")


def test_a_declaration_says_modes_and_needs(tmp_path: Path) -> None:
    source = tmp_path / "scenario_x.py"
    source.write_text(f"{HEAD}    pass\n")

    (spec,) = read_scenarios(source)

    assert (spec.modes, spec.needs) == ((Mode.JIT, Mode.INTERP), ("btf", "two-cpus"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no scenario"),
        ("def broken(:\n", "SyntaxError"),
        ("import no_such_module_here\n", "ModuleNotFoundError"),
        (f"{HEAD}    pass\n".replace("jit interp", "warp"), "unknown mode 'warp'"),
    ],
)
def test_a_file_that_is_none_is_a_case_error(tmp_path: Path, text: str, said: str) -> None:
    source = tmp_path / "scenario_x.py"
    source.write_text(text)

    with pytest.raises(CaseError, match=said):
        read_scenarios(source)
