// SPDX-License-Identifier: GPL-2.0-only
// Tables that a program may only read or only write, and constants that the verifier knows because
// nobody can write them: check_map_access_type(), bpf_map_is_rdonly() and
// check_map_func_compatibility() in kernel/bpf/verifier.c.
#include <case.h>

const volatile __u32 limit = 5;
const volatile __u32 disabled = 0;
__u32 variable = 0;

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
__msg("write into map forbidden, value_size=8 off=0 size=4")
__naked int constant_written(void)
{
	asm volatile ("r1 = %[limit] ll;"
		      "r0 = 0;"
		      "*(u32 *)(r1 + 0) = r0;"
		      "exit;" : : __imm_addr(limit) : __clobber_all);
}

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

/* An invalid access behind a condition that cannot hold is never looked at. */
#define READ_NULL_IF(variable)				\
	asm volatile ("r1 = %[" #variable "] ll;"	\
		      "r0 = *(u32 *)(r1 + 0);"		\
		      "if r0 == 0 goto 1f;"		\
		      "r1 = 0;"				\
		      "r0 = *(u32 *)(r1 + 0);"		\
		      "1: exit;" : : __imm_addr(variable) : __clobber_all)

SEC("socket")
__success __retval(0)
__naked int code_ruled_out_by_a_constant(void)
{
	READ_NULL_IF(disabled);
}

SEC("socket")
__failure __errno(EACCES)
__msg("R1 invalid mem access 'scalar'")
__naked int code_not_ruled_out_by_a_variable(void)
{
	READ_NULL_IF(variable);
}

/* As many rounds as the constant says, with an index proven by it. */
SEC("socket")
__success __retval(10)
int loop_bounded_by_a_constant(void *ctx)
{
	__u8 squares[5] = {};
	__u32 i, sum = 0;

	for (i = 0; i < limit; i++)
		((volatile __u8 *)squares)[i] = i;
	for (i = 0; i < limit; i++)
		sum += ((volatile __u8 *)squares)[i];
	return sum;
}

char _license[] SEC("license") = "GPL";
