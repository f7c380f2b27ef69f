// SPDX-License-Identifier: GPL-2.0-only
// Tables that a program may only read or only write: check_map_access_type() and
// check_map_func_compatibility() in kernel/bpf/verifier.c.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, __u32);
	__type(value, __u32);
} settings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_WRONLY_PROG);
	__type(key, __u32);
	__type(value, __u32);
} results SEC(".maps");

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("write into map forbidden, value_size=4 off=0 size=4")
int value_written_that_may_only_be_read(void *ctx)
{
	__u32 key = 0, *value = bpf_map_lookup_elem(&settings, &key);

	if (value)
		*value = 1;
	return 0;
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("write into map forbidden")
int value_updated_that_may_only_be_read(void *ctx)
{
	__u32 key = 0, value = 1;

	bpf_map_update_elem(&settings, &key, &value, 0);
	return 0;
}

SEC("socket")
__failure __failure_unpriv __errno(EACCES) __errno_unpriv(EACCES)
__msg("read from map forbidden, value_size=4 off=0 size=4")
int value_read_that_may_only_be_written(void *ctx)
{
	__u32 key = 0, *value = bpf_map_lookup_elem(&results, &key);

	return value ? *value : 0;
}

SEC("socket")
__success __success_unpriv
__table(results, "u32:0", "u32:7")
__retval(0)
int value_written_that_may_only_be_written(void *ctx)
{
	__u32 key = 0, *value = bpf_map_lookup_elem(&results, &key);

	if (value)
		*value = 7;
	return 0;
}

char _license[] SEC("license") = "GPL";
