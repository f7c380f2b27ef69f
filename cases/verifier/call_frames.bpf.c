// SPDX-License-Identifier: GPL-2.0-only
// At most 16 frames (8 up to 7.1), and 512 bytes of stack for all of them together; pointers into a
// frame do not outlive it: check_func_call(), check_max_stack_depth() and prepare_func_exit() in
// kernel/bpf/verifier.c. How each frame is rounded up depends on the mode, 32 bytes divide by both.
#include <case.h>

#define ASM(text) asm volatile (text ::: __clobber_all)

#define CALLS(name, callee)				\
	static __used __naked __noinline int name(void)	\
	{						\
		ASM("call " #callee ";"			\
		    "r0 += 1;"				\
		    "exit;");				\
	}

static __used __naked __noinline int deepest(void)
{
	ASM("r0 = 1;"
	    "exit;");
}

CALLS(two_deep, deepest)
CALLS(three_deep, two_deep)
CALLS(four_deep, three_deep)
CALLS(five_deep, four_deep)
CALLS(six_deep, five_deep)
CALLS(seven_deep, six_deep)
CALLS(eight_deep, seven_deep)
CALLS(nine_deep, eight_deep)
CALLS(ten_deep, nine_deep)
CALLS(eleven_deep, ten_deep)
CALLS(twelve_deep, eleven_deep)
CALLS(thirteen_deep, twelve_deep)
CALLS(fourteen_deep, thirteen_deep)
CALLS(fifteen_deep, fourteen_deep)
CALLS(sixteen_deep, fifteen_deep)

SEC("socket") __needs("bpf-to-bpf")
__success __retval(8)
__naked int eight_frames(void)
{
	ASM("call seven_deep;"
	    "r0 += 1;"
	    "exit;");
}

SEC("socket") __needs("bpf-to-bpf")
__success __retval(16)
__kernels("", "7.1") __failure __errno(E2BIG) __msg("the call stack of 9 frames is too deep")
__naked int sixteen_frames(void)
{
	ASM("call fifteen_deep;"
	    "r0 += 1;"
	    "exit;");
}

SEC("socket")
__failure __errno(E2BIG)
__msg("the call stack of 17 frames is too deep")
__kernels("", "7.1") __msg("the call stack of 9 frames is too deep")
__naked int seventeen_frames(void)
{
	ASM("call sixteen_deep;"
	    "exit;");
}

/* A global function is verified by itself, so this is not seen frame by frame. */
__weak __noinline int calls_itself(int depth)
{
	int below;

	if (depth <= 0)
		return 0;
	below = calls_itself(depth - 1);
	__sink(below); /* or else it becomes a loop */
	return below + 1;
}

SEC("socket")
__failure __errno(EINVAL)
__msg("recursive call from calls_itself() to calls_itself()")
__kernels("6.2", "7.0") __failure __errno(E2BIG) __msg("the call stack of 8 frames is too deep !")
__kernels("", "6.1") __msg("back-edge from insn 6 to 3")
int recursion_through_a_global_function(struct __sk_buff *skb)
{
	return calls_itself(skb->mark);
}

#define USES_STACK(name, bytes)				\
	static __used __naked __noinline int name(void)	\
	{						\
		ASM("r0 = 0;"				\
		    "*(u64 *)(r10 - " #bytes ") = r0;"	\
		    "exit;");				\
	}

USES_STACK(uses_256_bytes, 256)
USES_STACK(uses_288_bytes, 288)

SEC("socket") __needs("bpf-to-bpf")
__success __retval(0)
__naked int frames_of_512_bytes_together(void)
{
	ASM("r0 = 0;"
	    "*(u64 *)(r10 - 256) = r0;"
	    "call uses_256_bytes;"
	    "exit;");
}

SEC("socket")
__failure __errno(EACCES)
__msg("combined stack size of 2 calls is 544. Too large")
__naked int frames_of_544_bytes_together(void)
{
	ASM("r0 = 0;"
	    "*(u64 *)(r10 - 256) = r0;"
	    "call uses_288_bytes;"
	    "exit;");
}

/* One after the other they share the room. */
SEC("socket") __needs("bpf-to-bpf")
__success __retval(0)
__naked int large_frames_in_turn(void)
{
	ASM("r0 = 0;"
	    "*(u64 *)(r10 - 224) = r0;"
	    "call uses_288_bytes;"
	    "call uses_256_bytes;"
	    "call uses_288_bytes;"
	    "exit;");
}

static __used __naked __noinline int returns_its_stack(void)
{
	ASM("r0 = r10;"
	    "exit;");
}

SEC("socket")
__failure __errno(EINVAL)
__msg("cannot return stack pointer to the caller")
__naked int stack_pointer_returned(void)
{
	ASM("call returns_its_stack;"
	    "r0 = 0;"
	    "exit;");
}

static __used __naked __noinline int leaves_its_stack_behind(void)
{
	ASM("*(u64 *)(r1 + 0) = r10;"
	    "r0 = 0;"
	    "exit;");
}

SEC("socket")
__failure __errno(EINVAL)
__msg("cannot spill pointers to stack into stack frame of the caller")
__naked int stack_pointer_left_in_the_callers_frame(void)
{
	ASM("r1 = r10;"
	    "r1 += -8;"
	    "call leaves_its_stack_behind;"
	    "r0 = 0;"
	    "exit;");
}

/* Pointers to anything else may go that way, and come back as what they were: the test run's 64
 * bytes are 14 of Ethernet header, pulled off, and 50 that skb->len counts.
 */
static __used __naked __noinline int leaves_its_argument_behind(void)
{
	ASM("*(u64 *)(r1 + 0) = r2;"
	    "r0 = 0;"
	    "exit;");
}

SEC("socket") __needs("bpf-to-bpf")
__success __retval(50)
__naked int context_left_in_the_callers_frame(void)
{
	ASM("r2 = r1;"
	    "r1 = r10;"
	    "r1 += -8;"
	    "call leaves_its_argument_behind;"
	    "r1 = *(u64 *)(r10 - 8);"
	    "r0 = *(u32 *)(r1 + 0);"
	    "exit;");
}

char _license[] SEC("license") = "GPL";
