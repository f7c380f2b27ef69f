// SPDX-License-Identifier: GPL-2.0-only
// bpf_test_finish(error) hands a test run's errno to be read and written: include/trace/events/bpf_test_run.h.
#include <case.h>

#define EXDEV 18

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __s32);
} before SEC(".maps");

SEC("raw_tp.w/bpf_test_finish")
int spoils(__u64 *ctx)
{
	__s32 *error = (void *)ctx[0], *found = bpf_map_lookup_elem(&before, &(__u32){0});

	if (found)
		*found = *error + 1;
	*error = -EXDEV;
	return 0;
}

SEC("socket")
int seven(void *ctx)
{
	return 7;
}

char _license[] SEC("license") = "GPL";
