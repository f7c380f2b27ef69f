"""C files as people type them: functions without SEC() become filters of an event."""

from pathlib import Path

import pytest

from harness.toolchain.clang import installed_clang
from harness.toolchain.filter_source import FilterBuild, FilterStore
from harness.toolchain.plain_filters import PlainFilters, compile_plain_filters
from harness.toolchain.sysroot import Sysroot
from harness.values.arch import X86_64
from harness.values.errors import ObjectError, UnknownNameError, UsageError
from harness.values.event import parse_event

# The real filter.h needs the headers of the target; this one has the same names.
_FILTER_H = """
#define SEC(name) __attribute__((section(name), used))
struct bpf_context { unsigned long long arg1; };
#define FILTER_ENTRY_ARGS(name, function, section) \\
	SEC(section) int name(void *ctx) { function(ctx); return 0; }
#define FILTER_ENTRY_KPROBE FILTER_ENTRY_ARGS
"""
_MAIL = "int seen;\nvoid my_filter(struct bpf_context *ctx) { seen += ctx->arg1; }\n"
_WITH_SECTION = 'SEC("kprobe/do_exit") int on_exit(void *ctx) { return 0; }\n'


def _compile(folder: Path, text: str, **events: str) -> PlainFilters:
    (folder / "filter.h").write_text("#pragma once\n" + _FILTER_H)
    (folder / "f.c").write_text('#include "filter.h"\n' + text)
    sysroot = Sysroot(X86_64, folder / "nowhere", "key")
    build = FilterBuild(folder / "f.c", installed_clang(), sysroot, include=(folder,))
    wanted = {name: [parse_event(e) for e in text.split()] for name, text in events.items()}
    return compile_plain_filters(FilterStore(folder / "cache"), build, wanted)


def test_a_function_without_a_section_becomes_a_filter_of_its_name(tmp_path: Path) -> None:
    """It is void, and the program that the kernel sees is not."""
    made = _compile(tmp_path, _MAIL, my_filter="raw_tp/netif_receive_skb")

    assert [(f.name, f.section, f.returns_value) for f in made.object.filters] == [
        ("my_filter", "raw_tp/netif_receive_skb", True)
    ]
    assert made.events == {"my_filter": (parse_event("raw_tp/netif_receive_skb"),)}


def test_events_of_two_kinds_make_two_filters(tmp_path: Path) -> None:
    """And each knows what to attach to."""
    made = _compile(tmp_path, _MAIL, my_filter="raw_tp/a kprobe/b kprobe/c")

    assert made.events == {
        "my_filter": (parse_event("raw_tp/a"),),
        "my_filter__2": (parse_event("kprobe/b"), parse_event("kprobe/c")),
    }


def test_a_filter_with_a_section_goes_to_its_event(tmp_path: Path) -> None:
    """Beside functions without one, in the same file."""
    made = _compile(tmp_path, _MAIL + _WITH_SECTION, my_filter="raw_tp/a")

    assert made.events["on_exit"] == (parse_event("kprobe/do_exit"),)
    assert [entry.name for entry in made.entries] == ["my_filter"]


def test_an_event_on_the_command_line_is_taken_instead_of_the_sections(tmp_path: Path) -> None:
    """One filter, many events."""
    made = _compile(tmp_path, _WITH_SECTION, on_exit="kprobe/a kprobe/b")

    assert made.events == {"on_exit": (parse_event("kprobe/a"), parse_event("kprobe/b"))}


def test_an_event_of_another_type_is_refused_before_anything_boots(tmp_path: Path) -> None:
    """The message says which filters fit."""
    with pytest.raises(UsageError, match="on_exit cannot be attached to socket/lo") as caught:
        _compile(tmp_path, _WITH_SECTION, on_exit="socket/lo")
    assert "socket/lo takes filters of SEC socket" in str(caught.value)


def test_an_event_for_a_function_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A typing error would otherwise attach nothing."""
    with pytest.raises(UnknownNameError, match="--event names 'my_fitler'") as caught:
        _compile(tmp_path, _WITH_SECTION, my_fitler="raw_tp/a")
    assert "on_exit" in str(caught.value)


def test_a_function_without_an_event_is_refused(tmp_path: Path) -> None:
    """The message holds the option to add."""
    with pytest.raises(UsageError, match="nothing says what event my_filter"):
        _compile(tmp_path, _MAIL)


def test_a_file_without_any_filter_is_refused(tmp_path: Path) -> None:
    """As an object without any is."""
    with pytest.raises(ObjectError, match="holds no filter"):
        _compile(tmp_path, "int x;\n")


def test_warnings_come_once_and_from_the_users_file(tmp_path: Path) -> None:
    """It is compiled twice."""
    made = _compile(
        tmp_path,
        "void my_filter(struct bpf_context *ctx) { int unused; }\n",
        my_filter="raw_tp/a",
    )

    assert made.compiled.warnings.count("unused variable") == 1
