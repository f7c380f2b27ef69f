"""Patterns: a POSIX expression means in Python what it means to regcomp."""

import pytest

from harness.formats.pattern import MAX_LENGTH, parse_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "span"),
    [
        ("R1 (x)", "a R1 (x)", (2, 8)),
        ("a.c", "abc", None),
        ("R{{[0-9]+}} !read_ok", "1: R10 !read_ok", (3, 15)),
        ("({{[a-f0-9]+}}) *", "(7b) *", (0, 6)),
        ("s{{min|max}}=1", "smin", (0, 4)),
        ("{{(retq|jmp\t0x)}}", "jmp\t0x10", (0, 6)),
        ("{{^}}b", "a\nb", (2, 3)),
        ("a{{$}}", "a\nb", (0, 1)),
        ("a{{.}}b", "a\nb", None),
        ("a{{[^x]}}b", "a\nb", None),
        ("a{{[^x]}}b", "a-b", (0, 3)),
        ("a{{[]x]}}b", "a]b", (0, 3)),
        ("a{{[^]x]}}b", "a]b", None),
        (r"a{{[\d]}}b", "a5b", None),
        (r"a{{[\d]}}b", "a\\b", (0, 3)),
        ("{{([[:xdigit:]]{2,4})}}!", "0x1fA!", (2, 6)),
        ("{{[[:space:]]}}", "\t", (0, 1)),
        ("{{[a-]}}", "-", (0, 1)),
        (r"{{\.}}", "a.", (1, 2)),
        (r"{{\<is\>}}", "this is", (5, 7)),
        ("{{(a|)b}}", "b", (0, 1)),
        ("{{ab*?}}c", "abbc", (0, 4)),
        ("{{x?}}", "y", (0, 0)),
    ],
)
def test_a_pattern_finds_what_regexec_finds(
    pattern: str, text: str, span: tuple[int, int] | None
) -> None:
    """Plain text is taken literally; between {{ and }} stands an extended expression."""
    assert parse_pattern(pattern).search(text) == span


def test_a_search_can_begin_and_end_anywhere() -> None:
    """Messages are searched one after the other, and absent ones between two others."""
    for pattern in (parse_pattern("ab"), parse_pattern("{{ab}}")):
        assert pattern.search("ab ab ab", 1) == (3, 5)
        assert pattern.search("ab ab ab", 4, 7) is None


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a{{b", "does not close"),
        ("{{(a}}", "unmatched"),
        ("{{[a}}", r"\[ without \]"),
        ("{{[[:digits:]]}}", "unknown character class"),
        ("{{[[.a.]]}}", "collating"),
        ("{{*a}}", "nothing before"),
        ("{{(+a)}}", "nothing before"),
        ("{{a|*}}", "nothing before"),
        ("{{(?:a)}}", "nothing before"),
        ("{{(a{})}}", "begins no repetition"),
        ("{{(a{2000})}}", "more than 1000"),
        ("{{(a{3,2})}}", "not a regular expression"),
        # The loader ends the expression at the first }}, and so must a case.
        ("{{a{2}}}", "begins no repetition"),
        ("{{[z-a]}}", "not a regular expression"),
        (r"{{(a)\1}}", "back reference"),
        ("{{a\\}}", "trailing backslash"),
        ("{{(a+)+}}b", "for ever"),
        ("{{((a|b*){1,})}}", "for ever"),
        ("{{x}}" * (MAX_LENGTH + 1), "longer than 254"),
    ],
)
def test_what_regcomp_refuses_is_refused(pattern: str, message: str) -> None:
    """So that a file that passes here passes the kernel's own loader."""
    with pytest.raises(ValueError, match=message):
        parse_pattern(pattern)


def test_repetitions_beside_each_other_are_fine() -> None:
    """Only nested ones can take exponential time, and no selftest has any."""
    pattern = parse_pattern("{{.*}} R4={{[^)]*}} R5={{(a|b)+}}")

    assert pattern.search("; R4=x R5=a") == (0, 11)
