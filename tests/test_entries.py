"""Entries: which program the kernel gets for which function and event."""

from pathlib import Path

import pytest

from harness.formats.loose_functions import LooseFunction
from harness.toolchain.entries import Entry, plan_entries, typed_event, wrap_source
from harness.values.errors import UsageError
from harness.values.event import Event, parse_event

_FILTER = LooseFunction("my_filter", "bpf_context")
_SOCKET = LooseFunction("on_packet", "__sk_buff")


def _events(*texts: str) -> list[Event]:
    return [parse_event(text) for text in texts]


def _plan(function: LooseFunction, *texts: str) -> list[tuple[str, str, str, int]]:
    entries = plan_entries([function], {function.name: _events(*texts)})
    return [(e.name, e.macro, e.section, len(e.events)) for e in entries]


@pytest.mark.parametrize(
    ("event", "macro", "section"),
    [
        ("raw_tp/netif_receive_skb", "ARGS", "raw_tp/netif_receive_skb"),
        ("raw_tracepoint/sys_enter", "ARGS", "raw_tp/sys_enter"),
        ("tp_btf/netif_receive_skb", "ARGS", "tp_btf/netif_receive_skb"),
        ("fentry/do_exit", "ARGS", "fentry/do_exit"),
        ("kprobe/do_exit", "KPROBE", "kprobe/do_exit"),
        ("kretprobe/do_exit", "KRETPROBE", "kretprobe/do_exit"),
        ("kprobe.multi/a,b", "KPROBE", "kprobe.multi/a,b"),
        ("uretprobe//bin/x:f", "KRETPROBE", "uretprobe//bin/x:f"),
        ("lsm/file_open", "ARGS", "lsm/file_open"),
    ],
)
def test_the_event_decides_how_the_context_is_made(event: str, macro: str, section: str) -> None:
    """Arguments as words are there already; registers have to be copied."""
    assert _plan(_FILTER, event) == [("my_filter", macro, section, 1)]


def test_a_function_with_a_context_of_its_own_gets_it_as_it_is() -> None:
    """libbpf knows no interface in a section name."""
    assert _plan(_SOCKET, "socket/lo") == [("on_packet", "OWN", "socket", 1)]
    assert _plan(_SOCKET, "tcx/egress/lo") == [("on_packet", "OWN", "tcx/egress", 1)]
    assert _plan(_SOCKET, "cgroup_skb/ingress") == [("on_packet", "OWN", "cgroup_skb/ingress", 1)]
    assert _plan(LooseFunction("f", "record"), "tp/sched/sched_switch") == [
        ("f", "OWN", "tracepoint/sched/sched_switch", 1)
    ]
    assert _plan(LooseFunction("f", "bpf_perf_event_data"), "perf_event/cpu-clock/1000") == [
        ("f", "OWN", "perf_event", 1)
    ]
    assert _plan(LooseFunction("f", "bpf_iter__bpf_map_elem"), "iter/bpf_map_elem:rows") == [
        ("f", "OWN", "iter/bpf_map_elem", 1)
    ]


def test_one_program_is_attached_to_all_events_of_a_kind() -> None:
    """ "One program = one event" is the misunderstanding that the mail names."""
    assert _plan(_FILTER, "kprobe/a", "kprobe/b", "kprobe/a") == [
        ("my_filter", "KPROBE", "kprobe/a", 2)
    ]


def test_each_kind_and_each_fixed_target_needs_a_program_of_its_own() -> None:
    """The first has the function's name, so that reports show what the user wrote."""
    assert _plan(_FILTER, "raw_tp/a", "fentry/b", "kprobe/c", "fentry/d", "raw_tp/e") == [
        ("my_filter", "ARGS", "raw_tp/a", 2),
        ("my_filter__2", "ARGS", "fentry/b", 1),
        ("my_filter__3", "KPROBE", "kprobe/c", 1),
        ("my_filter__4", "ARGS", "fentry/d", 1),
    ]


def test_helpers_are_no_filters() -> None:
    """A global function of other arguments is left alone unless an event names it."""
    assert plan_entries([LooseFunction("helper", None), _SOCKET], {}) == ()


@pytest.mark.parametrize(
    ("function", "events", "message", "remedy"),
    [
        (_FILTER, [], "nothing says what event my_filter", "--event my_filter=raw_tp/"),
        (_FILTER, ["socket/lo"], "socket/lo has no arguments", "struct __sk_buff"),
        (_FILTER, ["xdp/lo"], "xdp/lo has no arguments", "struct xdp_md"),
        (_FILTER, ["lwt_in"], "lwt_in has no arguments", "struct __sk_buff"),
        (_FILTER, ["iter/task"], "iter/task has no arguments", "the event's own context"),
        (_FILTER, ["tp/a/b"], "tracepoint/a/b has no arguments", "tp_btf/NAME or raw_tp/NAME"),
        (
            LooseFunction("helper", None),
            ["raw_tp/a"],
            "helper cannot be a filter",
            "void helper(struct bpf_context *ctx)",
        ),
    ],
)
def test_a_function_and_an_event_that_do_not_fit_are_refused(
    function: LooseFunction, events: list[str], message: str, remedy: str
) -> None:
    """With what to write instead."""
    with pytest.raises(UsageError, match=message) as caught:
        plan_entries([function], {function.name: _events(*events)})
    assert remedy in (caught.value.remedy or "")


def test_the_wrapper_renames_the_function_and_gives_its_name_to_the_program() -> None:
    """The user's file itself is included, not copied: line numbers stay true."""
    entries = plan_entries([_FILTER], {"my_filter": _events("raw_tp/a", "fentry/b")})

    text = wrap_source(Path("/somewhere/mail.c"), entries)

    assert text.splitlines() == [
        "/* What the kernel sees of mail.c: made by bpf-harness run. */",
        "#include <filter.h>",
        "#pragma clang attribute push(__attribute__((always_inline)), apply_to = function)",
        "#define my_filter my_filter__body",
        '#include "/somewhere/mail.c"',
        "#undef my_filter",
        "#pragma clang attribute pop",
        'FILTER_ENTRY_ARGS(my_filter, my_filter__body, "raw_tp/a")',
        'FILTER_ENTRY_ARGS(my_filter__2, my_filter__body, "fentry/b")',
    ]


def test_a_path_that_c_cannot_name_is_refused() -> None:
    """There is no way to write a quotation mark in an #include."""
    entry = Entry("f", _FILTER, "raw_tp/a", (), "ARGS")

    with pytest.raises(UsageError, match="cannot include"):
        wrap_source(Path('/some"where/mail.c'), [entry])


@pytest.mark.parametrize(
    ("event", "typed"),
    [
        ("raw_tp/netif_rx", "tp_btf/netif_rx"),
        ("kprobe/do_exit", "fentry/do_exit"),
        ("kprobe/do_exit+8", None),
        ("fentry/do_exit", None),
        ("kretprobe/do_exit", None),
    ],
)
def test_the_typed_twin_of_an_event_is_known(event: str, typed: str | None) -> None:
    """What to suggest to somebody whose plain dereference was refused."""
    assert typed_event(parse_event(event)) == typed
