// SPDX-License-Identifier: GPL-2.0-only
// Memory that a filter has for each cgroup that it is attached to, and for each kind of event:
// kernel/bpf/local_storage.c. It is there when the filter is attached, full of nulls.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, __u64);
} packets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, __u64);
} packets_of_each_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} last SEC(".maps");

static void keep(__u64 count)
{
	__u32 slot = 0;

	bpf_map_update_elem(&last, &slot, &count, BPF_ANY);
}

SEC("cgroup_skb/egress")
__success __needs("cgroup-bpf cgroup_storage")
__trigger("@udp cgroup=filtered times=3 127.0.0.1:4000 text:hello")
__table(last, "u32:0", "u64:3") __varies(packets)
int packets_of_a_cgroup_are_counted(struct __sk_buff *skb)
{
	__u64 *count = bpf_get_local_storage(&packets, 0);

	keep(++*count);
	return 1;
}

SEC("cgroup_skb/egress")
__success __needs("cgroup-bpf cgroup_storage")
__trigger("@udp cgroup=filtered times=2 127.0.0.1:4000 text:hello")
__trigger("@udp cgroup=unfiltered times=2 127.0.0.1:4000 text:hello")
__table(last, "u32:0", "u64:2") __varies(packets)
int packets_of_another_cgroup_are_not(struct __sk_buff *skb)
{
	__u64 *count = bpf_get_local_storage(&packets, 0);

	keep(++*count);
	return 1;
}

SEC("cgroup_skb/egress")
__success __needs("cgroup-bpf percpu_cgroup_storage")
__trigger("@udp cgroup=filtered on=0 times=4 127.0.0.1:4000 text:hello")
__table(last, "u32:0", "u64:4") __varies(packets_of_each_cpu)
int packets_of_a_cpu_are_counted(struct __sk_buff *skb)
{
	__u64 *count = bpf_get_local_storage(&packets_of_each_cpu, 0);

	keep(++*count);
	return 1;
}

SEC("cgroup_skb/egress")
__failure __errno(EINVAL) __needs("cgroup_storage")
__msg("get_local_storage() doesn't support non-zero flags")
int flags_are_for_nothing(struct __sk_buff *skb)
{
	__u64 *count = bpf_get_local_storage(&packets, 1);

	return *count == 0;
}

SEC("cgroup_skb/egress")
__failure __errno(EACCES) __needs("cgroup_storage")
__msg("invalid access to map value, value_size=8 off=8 size=8")
int bytes_behind_it_are_not_its_own(struct __sk_buff *skb)
{
	__u64 *count = bpf_get_local_storage(&packets, 0);

	return count[1] == 0;
}

char _license[] SEC("license") = "GPL";
