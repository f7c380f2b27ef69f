"""Names of error numbers: one printed for each, all that people write taken."""

import pytest

from harness.values.errnos import ERRNO_NAMES, ERRNOS, errno_name, errno_text


@pytest.mark.parametrize(
    ("number", "name"),
    [(11, "EAGAIN"), (13, "EACCES"), (35, "EDEADLK"), (95, "EOPNOTSUPP"), (524, "ENOTSUPP")],
)
def test_a_number_is_printed_by_the_name_that_the_kernel_gives_it(number: int, name: str) -> None:
    """Python says EDEADLOCK and ENOTSUP; 524 is not in user space's list."""
    assert errno_name(number) == name


def test_a_number_without_a_name_stays_a_number() -> None:
    """Nothing is guessed."""
    assert errno_name(600) == "errno 600"


@pytest.mark.parametrize("name", ["EWOULDBLOCK", "EDEADLOCK", "ENOTSUP", "ENOTSUPP"])
def test_every_name_can_be_written(name: str) -> None:
    """Second names, too; each stands for a number that is printed."""
    assert ERRNOS[name] in ERRNO_NAMES


def test_no_name_is_lost_to_an_alias() -> None:
    """A number all of whose names were second ones would be printed as a number."""
    assert set(ERRNO_NAMES) == set(ERRNOS.values())


def test_a_refusal_is_told_in_words_and_by_number() -> None:
    """What is searched for is the word, what is written in a case the number."""
    assert errno_text(13) == "Permission denied (errno 13)"
