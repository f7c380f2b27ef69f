"""The table of events: what its rows say, that the agent knows them, and who fits whom."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from harness.formats.annotations import read_expectations
from harness.formats.object_file import ObjectFile
from harness.guest.features import find_feature
from harness.guest.links import wire_event
from harness.toolchain.agent import SOURCES
from harness.values.arch import ByteOrder
from harness.values.errors import AnnotationError, UnknownNameError
from harness.values.event import Event, misfit, parse_event
from harness.values.event_kind import EventKind, EventRow
from harness.values.event_rows import EVENTS
from harness.values.event_targets import counters
from harness.values.expectation import Expectation
from harness.values.filter_spec import FilterSpec

PAGE = Path(__file__).resolve().parents[1] / "docs" / "events.md"

# { "kprobe", "kind function offset", attach_kprobe, false },
_AGENT_KIND = re.compile(r'^\t\{ "([^"]+)", "kind ?([^"]*)", \w+,', re.M)


def agent_kinds() -> dict[str, frozenset[str]]:
    """The arguments of each kind that the agent's sources have."""
    sources = "".join(path.read_text() for path in SOURCES.glob("attach_*.c"))
    return {name: frozenset(words.split()) for name, words in _AGENT_KIND.findall(sources)}


def test_every_kind_has_one_row() -> None:
    assert sorted(row.kind.value for row in EVENTS) == sorted(kind.value for kind in EventKind)


def test_the_agent_knows_every_kind_that_is_attached() -> None:
    """A row without code behind it would be a promise."""
    wanted = {row.wire_kind for row in EVENTS if row.attaches}

    assert wanted - set(agent_kinds()) == set()


@pytest.mark.parametrize(
    "text",
    [
        "kprobe/f",
        "kprobe/f+0x10",
        "kretprobe/f",
        "ksyscall/mkdir",
        "kretsyscall/mkdir",
        "kprobe.multi/f,g",
        "kretprobe.multi/f*",
        "kprobe.session/f?",
        "uprobe//bin/busybox:f+4",
        "uretprobe//bin/busybox:0x40",
        "uprobe.multi//proc/self/exe:f*",
        "uretprobe.multi//a:b",
        "uprobe.session//a:b",
        "usdt//proc/self/exe:probed:called",
        "tp/a/b",
        "raw_tp/a",
        "raw_tp.w/a",
        "tp_btf/a",
        "fsession/f",
        "lsm.s/file_open",
        "freplace/f",
        "iter/task",
        "iter/task:7",
        "iter/cgroup",
        "iter/cgroup:up",
        "iter/cgroup:children:a/b",
        "iter.s/bpf_map_elem:seen",
        "perf_event/cpu-clock/1000",
        "perf_event/mem:jiffies:w",
        "perf_event/mem:0xffff0010/8:rw",
    ],
)
def test_an_event_is_written_as_it_is_read_and_the_agent_takes_its_words(text: str) -> None:
    event = parse_event(text)
    sent = wire_event(event)

    assert str(event) == text.replace("tp/a/b", "tracepoint/a/b")
    assert frozenset(sent) - {"kind"} <= agent_kinds()[str(sent["kind"])]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("kprobe.multi/f,g", {"functions": ["f", "g"]}),
        ("kprobe.multi/f*", {"pattern": "f*"}),
        ("uprobe//a/b:c+0x4", {"path": "/a/b", "function": "c", "offset": 4}),
        ("uprobe//a/b:0x40", {"path": "/a/b", "offset": 64}),
        ("perf_event/cpu-clock", {"type": 1, "config": 0, "period": 1_000_000}),
        ("perf_event/page-faults", {"type": 1, "config": 2, "period": 1}),
        ("perf_event/context-switches/10", {"type": 1, "config": 3, "period": 10}),
        ("perf_event/mem:jiffies:w", {"symbol": "jiffies", "length": 4, "access": 2}),
        ("perf_event/mem:0x10/8:rw", {"address": 16, "length": 8, "access": 3}),
        ("iter/task", {}),
        ("iter/task:7", {"pid": 7}),
        ("iter/bpf_map_elem:seen", {"table": "seen"}),
        ("iter/cgroup", {"cgroup": ".", "order": 2}),
        ("iter/cgroup:self", {"cgroup": "filtered", "order": 1}),
        ("iter/cgroup:children:a/b", {"cgroup": "a/b", "order": 5}),
        ("usdt//a/b:c:d", {"path": "/a/b", "provider": "c", "name": "d"}),
    ],
)
def test_a_target_comes_apart_into_what_the_agent_takes(
    text: str, arguments: dict[str, object]
) -> None:
    assert parse_event(text).arguments == arguments


@pytest.mark.parametrize(
    "text",
    ["iter/cgroup:", "iter/cgroup:down", "iter/cgroup:up:", "usdt//a", "usdt//a:b", "usdt/a:b:c"],
)
def test_a_target_of_the_wrong_form_is_no_event(text: str) -> None:
    with pytest.raises(UnknownNameError, match="does not say what to attach to"):
        parse_event(text)


@pytest.mark.parametrize("row", EVENTS, ids=lambda row: row.kind.value)
def test_a_row_says_all_that_docs_show(row: object) -> None:
    """Its feature is one that can be probed, and its form one that can be read."""
    found = next(each for each in EVENTS if each is row)

    assert all((found.sections, found.attach, found.trigger))
    assert any(found.form.startswith(section.partition("/")[0]) for section in found.sections)
    assert not found.feature or find_feature(found.feature)


@pytest.mark.parametrize(
    ("section", "event"),
    [
        ("kprobe/a", "kprobe/b"),
        ("kprobe", "kretprobe/b"),
        ("?uprobe", "ksyscall/mkdir"),
        ("uprobe.s", "uprobe//a:b"),
        ("kretprobe.multi/f", "kprobe.multi/g"),
        ("fentry/a", "fentry/a"),
        ("iter/bpf_map_elem", "iter/bpf_map_elem:seen"),
        ("perf_event", "perf_event/mem:jiffies:w"),
        ("something/new", "kprobe/b"),
    ],
)
def test_filters_of_one_program_type_fit_each_others_events(section: str, event: str) -> None:
    """What the table does not know is left to the kernel."""
    assert misfit(section, parse_event(event)) is None


@pytest.mark.parametrize(
    ("section", "event", "reason"),
    [
        ("socket", "kprobe/b", "kprobe/b takes filters of SEC kprobe "),
        ("kprobe/a", "socket/lo", 'socket/unix, not of SEC("kprobe/a")'),
        ("kprobe/a", "kprobe.multi/a", "takes filters of SEC kprobe.multi"),
        ("uprobe.s", "kprobe/a", "takes filters of SEC kprobe "),
        ("uprobe", "usdt//a:b:c", "takes filters of SEC usdt "),
        ("fentry/a", "fentry/b", 'bound to fentry/b when it is loaded: write SEC("fentry/b")'),
        ("kprobe/a", "tp_btf/a", 'write SEC("tp_btf/a")'),
        ("iter/task", "iter/bpf_map_elem:a", 'write SEC("iter/bpf_map_elem")'),
        ("syscall", "syscall", "nothing is attached to syscall"),
    ],
)
def test_a_filter_of_another_type_is_told_which_types_fit(
    section: str, event: str, reason: str
) -> None:
    assert reason in (misfit(section, parse_event(event)) or "")


def read(section: str, *tags: str) -> Expectation:
    numbered = tuple(f"comment:{i}:{tag}" for i, tag in enumerate(tags))
    spec = FilterSpec("f", section, 2, "GPL", tags=numbered)
    try:
        event = parse_event(section)
    except UnknownNameError:
        event = None
    obj = ObjectFile(ByteOrder.LITTLE, "GPL", (replace(spec, event=event),), ())
    return read_expectations(obj)["f"]


def test_a_case_may_say_what_it_is_attached_to() -> None:
    """Several are several associations, in this order."""
    found = read(
        "kprobe",
        "bh_event=kprobe/a",
        "bh_event=kretprobe/b",
        "bh_event=kprobe/a",
        "bh_trigger=true",
    )

    assert found.events == (
        Event(EventKind.KPROBE, "a"),
        Event(EventKind.KRETPROBE, "b"),
        Event(EventKind.KPROBE, "a"),
    )


@pytest.mark.parametrize(
    ("section", "tags", "message"),
    [
        ("kprobe", ("bh_trigger=true",), 'SEC("kprobe") does not say what to attach it to'),
        ("kprobe", ("bh_event=kprobe/a",), "nothing would make it happen"),
        ("kprobe/a", ("bh_read=x",), "__read is for iterators"),
        ("kprobe", ("bh_event=kprob/a", "bh_trigger=true"), "near it: kprobe"),
        ("kprobe", ("bh_event=kprobe", "bh_trigger=true"), "write kprobe/FUNCTION"),
        ("socket", ("bh_event=kprobe/a", "bh_trigger=true"), "takes filters of SEC kprobe"),
    ],
)
def test_a_case_with_an_impossible_event_is_malformed(
    section: str, tags: tuple[str, ...], message: str
) -> None:
    """Found before anything boots: exit code 2."""
    with pytest.raises(AnnotationError) as refused:
        read(section, *tags)

    assert message in str(refused.value)


def test_counters_are_perf_events() -> None:
    assert {parse_event(f"perf_event/{name}").kind for name in counters()} == {EventKind.PERF_EVENT}


def table_line(row: EventRow) -> str:
    """What docs/events.md says of a row."""
    sections = " ".join(f"`{section}`" for section in row.fitting)
    feature = f"`{row.feature}`" if row.feature else ""
    return f"| `{row.form}` | {sections} | {row.attach} | {row.trigger} | {feature} |"


def test_the_page_of_events_shows_the_table() -> None:
    """Line by line; a row that is not there, or says something else, is printed as it should be."""
    page = PAGE.read_text().splitlines()

    assert [line for line in map(table_line, EVENTS) if line not in page] == []
