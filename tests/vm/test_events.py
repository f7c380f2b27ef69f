"""Events that cannot be attached to leave nothing behind; what iterators print is bounded."""

import pytest

from harness.guest.filters import LoadOptions
from harness.guest.guest import Guest
from harness.guest.links import AttachError
from harness.values.errors import RefusedError
from tests.vm.conftest import Compile

FILTERS = """
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 20000);
	__type(key, __u32);
	__type(value, __u64);
} rows SEC(".maps");

SEC("kprobe")
int on_function(void *ctx)
{
	return 0;
}

SEC("raw_tp")
int on_tracepoint(void *ctx)
{
	return 0;
}

SEC("perf_event")
int on_counter(void *ctx)
{
	return 0;
}

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	void *key;
	void *value;
} __attribute__((preserve_access_index));

SEC("?iter/bpf_map_elem")
int on_row(struct bpf_iter__bpf_map_elem *ctx)
{
	static const char row[] =
		"a row of the table that is one hundred letters long, or nearly so, "
		"with the null byte after it\\n";

	if (ctx->key)
		bpf_seq_printf(ctx->meta->seq, row, sizeof(row), 0, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
"""

ITERATED = LoadOptions(filters=("on_row",))
MAX_READ = 1024 * 1024


@pytest.mark.parametrize(
    ("name", "event", "remedy"),
    [
        ("on_function", "kprobe/shmem_mkdri", "near it: kprobe/shmem_mkdir"),
        ("on_function", "kretprobe/shmem_mkdri", "near it: kretprobe/shmem_mkdir"),
        ("on_function", "ksyscall/renamat2", "near it: ksyscall/renameat2"),
        ("on_function", "uprobe//proc/self/exe:probed_ad", "knows no such event"),
        ("on_function", "uprobe//no/such/file:0x10", "knows no such event"),
        ("on_function", "tp/sched/sched_switch", "takes filters of SEC tp tracepoint"),
        ("on_tracepoint", "raw_tp/sched_swich", "near it: raw_tp/sched_switch"),
        ("on_counter", "perf_event/mem:no_such_symbol:w", "knows no such event"),
    ],
)
def test_a_refused_event_leaves_nothing_behind(
    guest: Guest, compile_text: Compile, name: str, event: str, remedy: str
) -> None:
    """No link, no perf event, no probe in tracefs; and the message says what might do."""
    loaded = guest.load(compile_text(FILTERS))
    before = guest.health()

    with pytest.raises(AttachError) as refused:
        loaded.filters[name].attach(event)

    after = guest.health()
    assert remedy in str(refused.value)
    # What an earlier test has left to RCU may be freed meanwhile.
    assert not after.objects - before.objects
    assert (after.perf_events, after.probes, after.handles) == (
        before.perf_events,
        before.probes,
        before.handles,
    )


def test_what_an_iterator_prints_is_cut(guest: Guest, compile_text: Compile) -> None:
    loaded = guest.load(compile_text(FILTERS), ITERATED)
    link = loaded.filters["on_row"].attach("iter/bpf_map_elem:rows")

    once, twice = link.read(), link.read()

    assert MAX_READ <= len(once) < MAX_READ + 4096
    assert once == twice


def test_only_iterators_are_read(guest: Guest, compile_text: Compile) -> None:
    link = guest.load(compile_text(FILTERS)).filters["on_tracepoint"].attach("raw_tp/sys_enter")

    with pytest.raises(RefusedError, match="cannot read raw_tp/sys_enter"):
        link.read()
