"""harness.runner.matrix: which targets a run can begin with, and cases that are not for all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.runner.collect import Chosen, Found
from harness.runner.matrix import (
    find_everywhere,
    first_to_run,
    no_package_line,
    prepare_each,
)
from harness.runner.target import Target, TargetName
from harness.values.arch import ARM, RISCV64, S390X, X86_64, Arch
from harness.values.errors import (
    BootError,
    CaseError,
    HarnessError,
    KernelError,
    NoPackageError,
    UsageError,
)
from tests.fake_guests import TARGET
from tests.recorded_files import recorded_object
from tests.test_collect import collector, obj


def steps(*outcomes: Target | HarnessError) -> Iterator[object]:
    rest = iter(outcomes)

    def prepare(name: TargetName) -> Target:
        outcome = next(rest)
        if isinstance(outcome, HarnessError):
            raise outcome
        return outcome

    names = [TargetName(X86_64, f"debian:6.{n}") for n in range(len(outcomes))]
    return iter(first_to_run(prepare_each(names, prepare)))


def absent(text: str) -> NoPackageError:
    return NoPackageError(text, ("6.12", "7.2"))


def find(path: Path, program: str, *arches: Arch) -> dict[Arch, Found]:
    choices = (Chosen.parse(f"{path}:{program}" if program else str(path)),)
    return find_everywhere([(a, collector(a)) for a in arches], choices, lambda name: True)


def test_a_pair_without_a_package_is_told_with_what_exists() -> None:
    name = TargetName(RISCV64, "debian:6.1")

    assert no_package_line(name, absent("x")) == (
        "riscv64 × debian:6.1: no package (6.12 7.2 exist)"
    )
    assert no_package_line(name, NoPackageError("x", ())).endswith("no package (none exists)")


@pytest.mark.parametrize("outcome", [TARGET, BootError("no QEMU")])
def test_a_run_begins_with_the_first_that_is_there_or_is_not_the_users_fault(
    outcome: Target | HarnessError,
) -> None:
    """What was named wrongly before it comes along; what comes after it is not prepared yet."""
    assert len(list(steps(absent("a"), KernelError("b"), outcome, TARGET))) == 3


def test_a_run_of_nothing_but_absent_kernels_is_refused_naming_all() -> None:
    with pytest.raises(NoPackageError, match="a"):
        steps(absent("a"))
    with pytest.raises(UsageError, match="none of the targets can be:\na\nb") as caught:
        steps(absent("a"), absent("b"))

    assert caught.value.exit_code == 2


def test_a_wrong_name_is_told_rather_than_absent_kernels() -> None:
    """It is what the user can mend."""
    with pytest.raises(KernelError, match="an image of another architecture"):
        steps(absent("a"), KernelError("an image of another architecture"))


def test_a_case_for_one_byte_order_says_why_it_is_not_here(tmp_path: Path) -> None:
    path = tmp_path / "case_h.o"
    path.write_bytes(recorded_object("case_h.big.o"))

    found = find(path, "", S390X)[S390X]

    assert "whole" not in [case.id.program for case in found.cases]
    assert [(left.id.program, left.reason) for left in found.not_here if left.id.privileged] == [
        ("whole", "only on little-endian machines: a byte is read")
    ]


def test_a_case_for_some_architectures_names_them(tmp_path: Path) -> None:
    """And is chosen by its name without an error where it is not for all that were named."""
    path = tmp_path / "a.o"
    path.write_bytes(recorded_object("second_generation.o"))
    whole = find(path, "", ARM)[ARM]
    left = next(one for one in whole.not_here if one.reason == "only on X86_64 ARM64")

    found = find(path, left.id.program, X86_64, ARM)

    assert {case.id.program for case in found[X86_64].cases} == {left.id.program}
    assert found[ARM].cases == ()


def test_a_program_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.o"
    path.write_bytes(obj("one"))

    with pytest.raises(CaseError, match="has no case 'two' here") as caught:
        find(path, "two", X86_64, ARM)
    assert caught.value.remedy == "it has: one"
