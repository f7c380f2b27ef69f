"""Which tables a filter can reach, in objects that clang makes."""

from pathlib import Path

import pytest

from harness.formats.object_file import ObjectFile, read_object
from harness.toolchain.clang import installed_clang
from harness.toolchain.filter_source import FilterBuild, FilterStore
from harness.toolchain.sysroot import get_sysroot
from harness.values.arch import S390X, X86_64, Arch

_SOURCE = """
#include <case.h>

#define TABLE(name)				\\
	struct {				\\
		__uint(type, BPF_MAP_TYPE_ARRAY); \\
		__uint(max_entries, 1);		\\
		__type(key, __u32);		\\
		__type(value, __u64);		\\
	} name SEC(".maps")

TABLE(own);
TABLE(called);
TABLE(nobodys);
struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} slot SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__array(values, struct inner);
} outer SEC(".maps") = { .values = { [1] = &slot } };
__u64 sum;

static __noinline int function(__u32 key)
{
	return bpf_map_lookup_elem(&called, &key) != 0;
}

SEC("socket") int uses_its_own(void *ctx)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&own, &key) != 0;
}

SEC("socket") int calls(struct __sk_buff *skb)
{
	return function(skb->len);
}

SEC("socket") int looks_into_slots(void *ctx)
{
	__u32 key = 1;

	return bpf_map_lookup_elem(&outer, &key) != 0;
}

SEC("socket") int counts(void *ctx)
{
	sum += 1;
	return 0;
}

SEC("xdp") int uses_none(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
"""


@pytest.fixture(params=[X86_64, S390X], ids=str)
def compiled(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectFile:
    arch: Arch = request.param
    source = tmp_path / "tables.bpf.c"
    source.write_text(_SOURCE)
    store = FilterStore(tmp_path / "cache")
    return read_object(store.get(FilterBuild(source, installed_clang(), get_sysroot(arch))).data)


@pytest.mark.parametrize(
    ("name", "tables"),
    [
        ("uses_its_own", {"own"}),
        ("calls", {"called"}),
        ("looks_into_slots", {"outer", "slot"}),
        ("counts", {".bss"}),
        ("uses_none", set()),
    ],
)
def test_a_filter_reaches_what_it_refers_to(
    compiled: ObjectFile, name: str, tables: set[str]
) -> None:
    assert set(compiled.filter(name).tables) == tables
