"""harness.runner.selection: the language of -k."""

import pytest

from harness.runner.selection import parse_selection
from harness.values.errors import UsageError

NAMES = ("verifier/oob.bpf.c:stack", "verifier/oob.bpf.c:ctx", "compute/jit-harden.c:add")


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("", NAMES),
        ("  ", NAMES),
        ("oob", NAMES[:2]),
        ("oob and not ctx", NAMES[:1]),
        ("stack or add", (NAMES[0], NAMES[2])),
        ("oob and not (stack or ctx)", ()),
        ('"jit-harden"', NAMES[2:]),
        ("not oob and not add", ()),
    ],
)
def test_words_are_joined_as_in_pytest(text: str, chosen: tuple[str, ...]) -> None:
    wanted = parse_selection(text)

    assert tuple(filter(wanted, NAMES)) == chosen


@pytest.mark.parametrize(
    "text", ["oob and", "a b", "f(x)", "a + b", "3", "__import__('os')", "(", "a.b", "\0"]
)
def test_anything_else_is_refused_and_nothing_is_evaluated(text: str) -> None:
    with pytest.raises(UsageError, match="is not an expression"):
        parse_selection(text)
