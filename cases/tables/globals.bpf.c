// SPDX-License-Identifier: GPL-2.0-only
// Global variables are tables with one entry: their values are there before the run, and what the
// filter makes of them after it. resolve_pseudo_ldimm64() in kernel/bpf/verifier.c puts addresses
// within the entry into the program (array_map_direct_value_addr() in kernel/bpf/arraymap.c).
#include "answers.h"

/* One variable a section, so that it is known what stands where in the table. */
struct {
	__u32 word;
	__u16 half;
	__u8 bytes[2];
	__u64 number;
} initialised = { 0x01020304, 0x0506, { 7, 8 }, 0x1112131415161718 };

__u64 zeros[4];

const volatile __u32 constants[4] = { 10, 20, 30, 40 };

__u32 named[2] SEC(".data.named") = { 1, 2 };

SEC("socket")
__success __retval(0)
ANSWER(0, 0x01020304) ANSWER(1, 0x0506) ANSWER(2, 15) ANSWER(3, 0x1112131415161718)
__table(.data, "u32:0", "u32:0x01020305 u16:0x0506 u8:7 u8:9 u64:0x1112131415161719")
int initialised_variables(void *ctx)
{
	answer(0, initialised.word++);
	answer(1, initialised.half);
	answer(2, initialised.bytes[0] + initialised.bytes[1]++);
	answer(3, initialised.number++);
	return 0;
}

SEC("socket")
__success __retval(0)
__table(.bss, "u32:0", "u64:0 u64:0 u64:7 u64:0")
int zeroed_variables(void *ctx)
{
	__u64 sum = zeros[0] + zeros[1] + zeros[2] + zeros[3];

	zeros[2] = 7;
	return sum;
}

/* User space wrote into the table before the run. */
SEC("socket")
__success __retval(15)
__put(.bss, "u32:0", "u64:1 u64:2 u64:4 u64:8")
__table(.bss, "u32:0", "u64:15 u64:2 u64:4 u64:8")
int variables_written_by_user_space(void *ctx)
{
	zeros[0] += zeros[1] + zeros[2] + zeros[3];
	return zeros[0];
}

SEC("socket")
__success __retval(70)
__put(.bss, "u32:0", "u64:2 u64:3 u64:0 u64:0")
int constants_by_a_variable_index(void *ctx)
{
	return constants[zeros[0] & 3] + constants[zeros[1] & 3];
}

SEC("socket")
__success __retval(0)
__table(.data.named, "u32:0", "u32:1 u32:3")
int variable_in_a_section_of_its_own(void *ctx)
{
	named[1] += named[0];
	return 0;
}

char _license[] SEC("license") = "GPL";
