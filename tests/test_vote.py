"""Rules of the vote: implementations have voices, a minority is named, a tie accuses nobody."""

import pytest

from harness.judge.vote import Dissent, count_votes, first_difference
from harness.values.ballot import Ballot, Fact, Voter
from harness.values.mode import Mode

JITS = (Mode.JIT, Mode.JIT_HARDEN)


def voters(arch: str, *modes: Mode, kernel: str = "7.2.13") -> tuple[Voter, ...]:
    return tuple(Voter(arch, kernel, "", mode) for mode in modes or tuple(Mode))


def retval(number: int) -> Ballot:
    return (Fact("retval", str(number)),)


def dissent_of(*cast: tuple[Ballot, tuple[Voter, ...]]) -> Dissent:
    found = count_votes(dict(cast))
    assert found is not None
    return found


def test_equal_ballots_are_no_dissent() -> None:
    everybody = voters("x86_64") + voters("s390x", Mode.INTERP)

    assert count_votes({retval(4): everybody}) is None


def test_a_single_jit_against_all_others_is_the_minority() -> None:
    """Both modes of it, and nobody else."""
    good = voters("x86_64") + voters("arm64", Mode.INTERP) + voters("s390x", Mode.INTERP)
    bad = voters("arm64", *JITS)

    found = dissent_of((retval(4), good), (retval(5), bad))

    assert found.decided
    assert found.dissenters == bad
    assert found.reason == (
        "retval 5 by arm64 JIT; the majority has 4: "
        "x86_64 interpreter, x86_64 JIT, arm64 interpreter, s390x interpreter"
    )
    assert found.evidence == (
        "4:",
        "  x86_64 7.2.13: interp jit jit-harden",
        "  arm64 7.2.13: interp",
        "  s390x 7.2.13: interp",
        "5:",
        "  arm64 7.2.13: jit jit-harden",
    )


def test_many_kernels_do_not_make_a_majority() -> None:
    """Twelve trials of one architecture are two implementations; four others outvote them."""
    bad = tuple(v for k in ("5.10", "6.1", "6.12", "7.2") for v in voters("x86_64", kernel=k))
    good = voters("arm64") + voters("riscv64", Mode.INTERP) + voters("arm", Mode.INTERP)

    found = dissent_of((retval(5), bad), (retval(4), good))

    assert found.decided
    assert set(found.dissenters) == set(bad)


def test_one_kernel_that_differs_from_the_other_generations_is_the_minority() -> None:
    """Its JIT speaks for both values: it is one voice against four."""
    good = voters("x86_64", kernel="6.12") + voters("arm64") + voters("x86_64", Mode.INTERP)
    bad = voters("x86_64", Mode.JIT)

    found = dissent_of((retval(4), good), (retval(5), bad))

    assert found.dissenters == bad
    assert "retval 5 by x86_64 7.2.13 jit; the majority has 4" in found.reason


def test_implementations_on_both_sides_are_named_by_their_kernels() -> None:
    """It is the release that makes the difference, not the machine."""
    found = dissent_of(
        (retval(4), voters("x86_64", kernel="6.12") + voters("s390x", Mode.INTERP)),
        (retval(5), voters("x86_64", kernel="5.10")),
    )

    assert found.reason == (
        "retval 5 by x86_64 5.10; the majority has 4: x86_64 6.12, s390x interpreter"
    )


def test_a_tie_names_both_and_accuses_nobody() -> None:
    found = dissent_of(
        (retval(4), voters("x86_64", Mode.INTERP)), (retval(5), voters("s390x", Mode.INTERP))
    )

    assert not found.decided
    assert found.dissenters == ()
    assert found.reason == (
        "no majority: retval 5 by s390x 7.2.13 interp; 4 by x86_64 7.2.13 interp"
    )


def test_the_largest_of_three_values_is_no_majority_unless_it_has_more_than_the_rest() -> None:
    two = voters("x86_64", Mode.INTERP, Mode.JIT)
    found = dissent_of(
        (retval(4), two), (retval(5), voters("arm64", Mode.JIT)), (retval(6), voters("arm", *JITS))
    )

    assert not found.decided
    assert "and 1 more values" in found.reason


def test_only_facts_that_both_have_are_compared() -> None:
    """Bytes that nobody can read are compared within a byte order: their names differ."""
    little = (*retval(4), Fact("table .bss (little-endian)", "0=05000000"))
    big = (*retval(4), Fact("table .bss (big-endian)", "0=00000005"))
    cast = {little: voters("x86_64") + voters("arm64"), big: voters("s390x", Mode.INTERP)}
    assert count_votes(cast) is None

    other = (*retval(4), Fact("table .bss (little-endian)", "0=06000000"))
    found = dissent_of(*cast.items(), (other, voters("arm", Mode.INTERP)))

    assert found.fact == "table .bss (little-endian)"
    assert found.dissenters == voters("arm", Mode.INTERP)


@pytest.mark.parametrize(
    ("one", "other", "parts"),
    [
        ("4", "5", ("4", "5")),
        ("0=1; 1=2; 2=3", "0=1; 1=5; 2=3", ("1=2", "1=5")),
        ("0=1", "0=1; 1=2", ("1 entries", "2 entries")),
        ("0=1", "empty", ("0=1", "empty")),
        ("x" * 500, "y", ("x" * 160 + " …", "y")),
    ],
)
def test_a_difference_is_told_by_its_first_part(
    one: str, other: str, parts: tuple[str, str]
) -> None:
    assert first_difference(one, other) == parts
