"""What the text of a C file says about how it wants to be compiled."""

import pytest

from harness.formats.c_source import CSource, SourceStyle, parse_c_source
from harness.values.errors import UsageError


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("void f(struct bpf_context *ctx) {}", SourceStyle.PLAIN),
        ("/* #include <case.h> */\n// #include <case.h>\nint x;", SourceStyle.PLAIN),
        ("#include <filter.h>\n", SourceStyle.FILTER),
        ('# include "filter.h"\n#include <x.h>', SourceStyle.FILTER),
        ("#include <case.h>\n", SourceStyle.FULL),
        ('#include "vmlinux.h"\n', SourceStyle.FULL),
    ],
)
def test_the_headers_say_how_a_file_is_written(text: str, style: SourceStyle) -> None:
    """A file that includes nothing is written as in the mail, and gets filter.h."""
    assert parse_c_source(text).style is style


@pytest.mark.parametrize(
    ("text", "has_license"),
    [
        ('char _license[] SEC("license") = "GPL";', True),
        ('char l[] __attribute__((section("license"))) = "GPL";', True),
        ('// char _license[] SEC("license") = "GPL";', False),
        ('char *x = "// not a comment"; char l[] SEC( "license" ) = "GPL";', True),
        ("int x;", False),
    ],
)
def test_a_license_is_found_where_the_compiler_finds_it(text: str, has_license: bool) -> None:
    """Not in comments."""
    assert parse_c_source(text).has_license is has_license


def test_the_instruction_set_is_chosen_by_a_comment() -> None:
    """The only option there is; without it, version 3."""
    assert parse_c_source("// bpf-harness: cpu=v4\n#include <case.h>").cpu == "v4"
    assert parse_c_source("").cpu == "v3"
    assert parse_c_source("") == CSource(SourceStyle.PLAIN)


@pytest.mark.parametrize("option", ["cpu=v9", "cpu", "optimise=yes", ""])
def test_an_unknown_option_is_refused(option: str) -> None:
    """It would otherwise be silently without effect."""
    with pytest.raises(UsageError, match="unknown option") as caught:
        parse_c_source(f"// SPDX\n// bpf-harness: {option}\n")
    assert "v1 v2 v3 v4" in str(caught.value)
