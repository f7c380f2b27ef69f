// SPDX-License-Identifier: GPL-2.0-only
// Calls of helpers: five arguments, 64 bits come back, r6 to r9 are the callee's to save (RFC 9669,
// section 4.3.1): JMP_CALL of ___bpf_prog_run() in kernel/bpf/core.c, and what the JITs and
// do_misc_fixups() in kernel/bpf/verifier.c put in its place.
#include "vector.h"

/* r6 * 3 + r7 * 5 + r8 * 7 + r9 * 11, which are left, right, and both with 1 added. */
#define KEPT(V)									\
	V(0, 0, 0, 18)								\
	V(1, 0x0123456789abcdef, 0xfedcba9876543210, 0xf92c5f92c5f92c68)	\
	V(2, -1, 1, 0x18)

SEC("socket")
__success __retval(0)
KEPT(ROW)
int helper_keeps_r6_to_r9(void *ctx)
{
	_Pragma("clang loop unroll(disable)")
	for (__u32 slot = 0; slot < 3; slot++) {
		struct row *row = find_row(slot);

		if (!row)
			return -1;
		asm volatile("r1 = %[left]\n\t"
			     "r2 = %[right]\n\t"
			     "*(u64 *)(r10 - 64) = r6\n\t"
			     "*(u64 *)(r10 - 72) = r7\n\t"
			     "*(u64 *)(r10 - 80) = r8\n\t"
			     "*(u64 *)(r10 - 88) = r9\n\t"
			     "r6 = r1\n\t"
			     "r7 = r2\n\t"
			     "r8 = r1\n\t"
			     "r8 += 1\n\t"
			     "r9 = r2\n\t"
			     "r9 += 1\n\t"
			     "call %[bpf_get_prandom_u32]\n\t"
			     "call %[bpf_ktime_get_ns]\n\t"
			     "r6 *= 3\n\t"
			     "r7 *= 5\n\t"
			     "r8 *= 7\n\t"
			     "r9 *= 11\n\t"
			     "r0 = r6\n\t"
			     "r0 += r7\n\t"
			     "r0 += r8\n\t"
			     "r0 += r9\n\t"
			     "r6 = *(u64 *)(r10 - 64)\n\t"
			     "r7 = *(u64 *)(r10 - 72)\n\t"
			     "r8 = *(u64 *)(r10 - 80)\n\t"
			     "r9 = *(u64 *)(r10 - 88)\n\t"
			     "%[result] = r0"
			     : [result] "=r"(row->result)
			     : [left] "r"(row->left), [right] "r"(row->right),
			       __imm(bpf_get_prandom_u32), __imm(bpf_ktime_get_ns)
			     : "r0", "r1", "r2", "r3", "r4", "r5");
	}
	return 0;
}

/* -EINVAL, all 64 bits of it. */
SEC("socket")
__success __retval(0) __needs("bpf_strtol")
__table(rows, "u32:0", "u64:0 u64:0 s64:-22")
int helper_returns_a_negative_number(void *ctx)
{
	struct row *row = find_row(0);
	char text[8] = "none";
	long number;

	if (!row)
		return -1;
	row->result = bpf_strtol(text, sizeof(text), 0, &number);
	return 0;
}

struct line {
	char text[24];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct line);
} lines SEC(".maps");

SEC("socket")
__success __retval(19) __needs("bpf_snprintf")
__put(rows, "u32:0", "u64:0x0123456789abcdef u64:0x89abcdef u64:0")
__table(lines, "u32:0", "text:123456789abcdef/-17 zero:5")
int helper_with_five_arguments(void *ctx)
{
	static const char format[] = "%llx/%d";
	struct row *row = find_row(0);
	__u32 key = 0;
	struct line *line = bpf_map_lookup_elem(&lines, &key);
	__u64 arguments[2];

	if (!row || !line)
		return -1;
	arguments[0] = row->left;
	arguments[1] = -17;
	/* The length that it returns counts the null byte. */
	return bpf_snprintf(line->text, sizeof(line->text), format, arguments,
			    sizeof(arguments)) - 1;
}

/* The verifier or the JIT puts loads in the place of these calls; that the interpreter makes them is
 * the subject of survival/inlined_helpers.bpf.c. 1: the number of the CPU stays; 2: the two ways to
 * the current task lead to the same.
 */
SEC("socket")
__success __retval(3) __modes("jit jit-harden") __needs("bpf_get_current_task_btf btf")
int helpers_put_in_line(void *ctx)
{
	__u32 cpu = bpf_get_smp_processor_id();
	int same = 0;

	if (bpf_get_smp_processor_id() == cpu)
		same |= 1;
	if (bpf_get_current_task() == (__u64)bpf_get_current_task_btf())
		same |= 2;
	return same;
}

char _license[] SEC("license") = "GPL";
