// SPDX-License-Identifier: GPL-2.0-only
// Programs that user space runs, and that make system calls themselves: bpf_prog_test_run_syscall()
// in net/bpf/test_run.c.
#include <case.h>

struct order {
	__u32 price;
	__u32 pieces;
};

SEC("syscall")
__success __needs("syscall-programs")
__ctx("u32:7 u32:6") __retval(42)
int context_is_read(struct order *order)
{
	return order->price * order->pieces;
}

// bpf(2) BPF_MAP_CREATE of a hash of 4 bytes to 8 gives a descriptor, which is to be closed again.
SEC("syscall")
__success __needs("syscall-programs")
__ctx("zero:8") __retval(0)
int table_is_made(struct order *order)
{
	union bpf_attr make = {
		.map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 3,
	};
	long table = bpf_sys_bpf(BPF_MAP_CREATE, &make, sizeof(make));

	if (table <= 0)
		return 1;
	return bpf_sys_close(table) ? 2 : 0;
}

// What it is not given it must not read.
SEC("syscall")
__success __needs("syscall-programs")
__ctx("u32:0 u32:9") __retval(-22)
int system_call_is_refused(struct order *order)
{
	union bpf_attr make = { .map_type = BPF_MAP_TYPE_HASH, .key_size = order->price };

	return bpf_sys_bpf(BPF_MAP_CREATE, &make, sizeof(make));
}

char _license[] SEC("license") = "GPL";
