// SPDX-License-Identifier: GPL-2.0-only
// Without CAP_PERFMON and CAP_BPF a program may do less with pointers, call less, and must not
// depend on what cannot be masked for speculation: check_alu_op(), sanitize_ptr_alu() and
// add_subprog_and_kfunc() in kernel/bpf/verifier.c.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

#define ASM(text, operands...) asm volatile (text : : operands : __clobber_all)

/* r0 = a value of 8 bytes, or out with 0; r6 = the context. */
#define VALUE						\
	"r6 = r1;"					\
	"r1 = 0;"					\
	"*(u32 *)(r10 - 4) = r1;"			\
	"r2 = r10;"					\
	"r2 += -4;"					\
	"r1 = %[numbers] ll;"				\
	"call %[bpf_map_lookup_elem];"			\
	"if r0 == 0 goto 9f;"

#define OUT						\
	"9: r0 = 0;"					\
	"exit;"

#define LOOKUP __imm(bpf_map_lookup_elem), __imm_addr(numbers)

/* Whether it is NULL one may ask. */
SEC("socket")
__success __success_unpriv
__put(numbers, "u32:0", "u64:13") __retval(13)
__naked int pointer_compared_with_null(void)
{
	ASM(VALUE "r0 = *(u64 *)(r0 + 0);"
		  "exit;" OUT, LOOKUP);
}

SEC("socket")
__success __retval(0)
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("R1 partial copy of pointer")
__naked int half_of_a_pointer_copied(void)
{
	ASM("w2 = w1;" OUT);
}

SEC("socket")
__success __retval(0)
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("R1 pointer arithmetic prohibited")
__naked int pointer_negated(void)
{
	ASM("r1 = -r1;" OUT);
}

SEC("socket")
__success __retval(0)
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("attempt to corrupt spilled pointer on stack")
__naked int half_of_a_spilled_pointer_overwritten(void)
{
	ASM("r0 = 0;"
	    "*(u64 *)(r10 - 8) = r1;"
	    "*(u32 *)(r10 - 8) = r0;" OUT);
}

SEC("socket")
__success __success_unpriv
__retval(50)
__naked int spilled_pointer_filled_again(void)
{
	ASM("*(u64 *)(r10 - 8) = r1;"
	    "r1 = *(u64 *)(r10 - 8);"
	    "r0 = *(u32 *)(r1 + 0);"
	    "exit;");
}

static __used __naked __noinline int nothing(void)
{
	ASM("r0 = 0;"
	    "exit;");
}

SEC("socket") __needs("bpf-to-bpf")
__success __retval(0)
__failure_unpriv __errno_unpriv(EPERM)
__msg_unpriv("loading/calling other bpf or kernel functions are allowed for "
	     "CAP_BPF and CAP_SYS_ADMIN")
__kernels("", "5.10")
__msg_unpriv("function calls to other bpf functions are allowed for CAP_BPF and CAP_SYS_ADMIN")
__naked int function_called(void)
{
	ASM("call nothing;"
	    "exit;");
}

SEC("socket")
__success __retval(0)
__failure_unpriv __errno_unpriv(EINVAL)
__msg_unpriv("program of this type cannot use helper bpf_trace_printk#6")
__kernels("", "6.9") __msg_unpriv("unknown func bpf_trace_printk#6")
int line_printed(void *ctx)
{
	char format[] = "x"; /* bpf_printk() would keep it in a frozen table */

	bpf_trace_printk(format, sizeof(format));
	return 0;
}

/* The offset is masked for speculation, too, and comes out the same. */
SEC("socket")
__success __success_unpriv
__put(numbers, "u32:0", "hex:0505050505050505") __retval(5)
__naked int index_bounded_by_comparison(void)
{
	ASM(VALUE "r1 = *(u32 *)(r6 + 0);"
		  "r1 >>= 4;"
		  "if r1 > 7 goto 9f;"
		  "r0 += r1;"
		  "r0 = *(u8 *)(r0 + 0);"
		  "exit;" OUT, LOOKUP);
}

/* Two ways to one addition with different offsets: no single mask would do for both. */
SEC("socket")
__success __put(numbers, "u32:0", "hex:0505050505050505") __retval(5)
__failure_unpriv __errno_unpriv(EACCES)
__msg_unpriv("tried to add from different maps, paths or scalars, "
	     "pointer arithmetic with it prohibited for !root")
__naked int index_with_bounds_that_depend_on_the_path(void)
{
	ASM(VALUE "r1 = *(u32 *)(r6 + 0);"
		  "r1 >>= 4;"
		  "r2 = r1;"
		  "if r1 > 7 goto 9f;"
		  "if r1 > 3 goto 1f;"
		  "r2 &= 1;"
		  "goto 2f;"
		  "1: r2 &= 7;"
		  "2: r0 += r2;"
		  "r0 = *(u8 *)(r0 + 0);"
		  "exit;" OUT, LOOKUP);
}

char _license[] SEC("license") = "GPL";
