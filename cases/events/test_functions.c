// SPDX-License-Identifier: GPL-2.0-only
// Filters on the functions that the kernel calls for a test run of any of them: net/bpf/test_run.c.
#include "counts.h"

SEC("?fentry/bpf_fentry_test2")
int entry(__u64 *ctx)
{
	count((__s32)ctx[0]);
	count((__u64)ctx[1] & 0xff);
	return 0;
}

SEC("?fexit/bpf_fentry_test2")
int at_exit(__u64 *ctx)
{
	count((__s32)ctx[2]);
	return 0;
}

SEC("?fentry.s/bpf_fentry_test1")
int entry_asleep(__u64 *ctx)
{
	char byte;

	count(bpf_copy_from_user(&byte, sizeof(byte), (void *)0));
	return 0;
}

SEC("?fexit.s/bpf_fentry_test1")
int exit_asleep(__u64 *ctx)
{
	char byte;

	count(bpf_copy_from_user(&byte, sizeof(byte), (void *)0));
	count((__s32)ctx[1]);
	return 0;
}

SEC("?fmod_ret.s/bpf_fentry_test1")
int result_asleep(__u64 *ctx)
{
	char byte;

	count(bpf_copy_from_user(&byte, sizeof(byte), (void *)0));
	return 0;
}

// Called with 1 and the address of a 2, which it does not make a 3 if it is not run.
SEC("?fmod_ret/bpf_modify_return_test")
int result(__u64 *ctx)
{
	count((__s32)ctx[0]);
	return 17;
}

char _license[] SEC("license") = "GPL";
