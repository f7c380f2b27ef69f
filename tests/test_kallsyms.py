"""harness.formats.kallsyms: functions by their offset in the kernel's text."""

import pytest

from harness.formats.kallsyms import Symbols, format_kallsyms, parse_kallsyms

# The beginning is x86_64's, where per-CPU symbols lie at 0; KASLR has moved the rest.
TEXT = b"""\
0000000000000000 A fixed_percpu_data
ffffffffb5000000 T _stext
ffffffffb5000000 T _text
ffffffffb5000040 t do_check
ffffffffb5000040 t do_check_alias
ffffffffb5000100 W weak.isra.0
ffffffffb5000180 d no_function
ffffffffb5000200 D _etext
ffffffffb6000000 t __exittext_end
ffffffffc0001000 t in_a_module\t[virtio_console]
"""


def parsed(text: bytes = TEXT) -> Symbols:
    symbols = parse_kallsyms(text)
    assert symbols is not None
    return symbols


@pytest.mark.parametrize(
    ("offset", "name"),
    [
        (0x0, "_stext+0x0"),
        (0x3F, "_stext+0x3f"),
        (0x40, "do_check+0x0"),
        (0x1FF, "weak.isra.0+0xff"),
        (0x200, None),
        (-1, None),
        (0xB001000, None),
    ],
)
def test_an_offset_is_in_the_function_that_begins_before_it(offset: int, name: str | None) -> None:
    """Of several at one address the first; nothing beyond the kernel's own text."""
    assert parsed().name(offset) == name


def test_what_is_kept_says_the_same() -> None:
    assert parse_kallsyms(format_kallsyms(parsed())) == parsed()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"0000000000000000 T _stext\n0000000000000000 t do_check\n0000000000000000 D _etext\n",
        TEXT[: TEXT.index(b"ffffffffb5000200")],
        b"\xff\x00 nothing of the kind\n" * 9,
    ],
    ids=["empty", "hidden by kptr_restrict", "cut off", "garbage"],
)
def test_a_text_that_does_not_tell_all_gives_nothing(text: bytes) -> None:
    assert parse_kallsyms(text) is None
