/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Debugging code that looks like normal kernel code, for `bpf-harness run FILE.c`:
 *
 *	void my_filter(struct bpf_context *ctx)
 *	{
 *		struct sk_buff *skb = (struct sk_buff *)ctx->arg1;
 *
 *		if (strcmp(skb->dev->name, "lo") == 0)
 *			trace_printk("skb %p len %d\n", skb, skb->len);
 *	}
 *
 *	bpf-harness run FILE.c --event my_filter=tp_btf/netif_receive_skb --trigger 'ping -c 1 127.0.0.1'
 *
 * A file that includes nothing gets this header without asking. All types of the kernel are there,
 * and their offsets are those of the kernel that is running, whatever it is (CO-RE). Where kernels
 * carry no types (arm), there are only those that user space has, too; arguments can still be
 * printed, counted and compared, but a file that names a struct sk_buff does not compile.
 *
 * A filter without SEC() is a global function that takes a struct bpf_context *. The host adds the
 * program that the kernel sees, one for each kind of event; it returns 0, or what the function
 * returns. What ctx->arg1 … ctx->arg6 are depends on the event:
 *
 *	event			arguments			plain dereference, skb->dev->name
 *	tp_btf/NAME		of the tracepoint		yes
 *	fentry/FUNCTION		of the function			yes
 *	fexit/FUNCTION		of the function, then		yes
 *				its return value
 *	raw_tp/NAME		of the tracepoint		no: use bpf_load_pointer or bpf_core_cast
 *	kprobe/FUNCTION		of the function			no: the same
 *	kretprobe/FUNCTION	arg1 is the return value	no: the same
 *
 * The verifier knows the types of what tp_btf and fentry hand over, and lets them be followed with
 * plain loads: one from an address that is not there gives 0 and does not fault. With kprobe and
 * raw_tp an argument is a mere number to it; bpf_core_cast(ctx->arg1, struct sk_buff) makes it such
 * a pointer (Linux 6.2 and later, and only with the JIT), bpf_load_pointer reads one value from any
 * address. Nothing here can fault, however wrong the address.
 *
 * A filter with SEC() is an ordinary one: it returns an int and takes the event's own context, which
 * for all events above but the kprobes is a struct bpf_context as well.
 */
#ifndef BPF_HARNESS_FILTER_H
#define BPF_HARNESS_FILTER_H

#ifndef FILTER_WITHOUT_TYPES
#include <vmlinux.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/ptrace.h>
#include <linux/types.h>
#endif
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

/* The arguments of the event. Events with typed arguments hand over exactly this. */
struct bpf_context {
	unsigned long long arg1;
	unsigned long long arg2;
	unsigned long long arg3;
	unsigned long long arg4;
	unsigned long long arg5;
	unsigned long long arg6;
};

/* For a file that does not name one. The helpers that read kernel memory are for the GPL only. */
#ifndef FILTER_HAS_LICENSE
char filter_license[] SEC("license") = "GPL";
#endif

/* Strings that are longer than this are compared up to here. */
#define FILTER_STRING_MAX 256

/* libbpf's, made to take the number that ctx->arg1 is. */
#undef bpf_core_cast
#define bpf_core_cast(address, type)                                                     \
	((__typeof__(type) *)bpf_rdonly_cast((const void *)(address),                    \
					     bpf_core_type_id_kernel(type)))

/* The value at a kernel address; 0 if there is no memory. */
#define bpf_load_pointer(address)                                                        \
	({                                                                               \
		__typeof__(*(address)) __value = {};                                     \
		bpf_probe_read_kernel(&__value, sizeof(__value), (address));             \
		__value;                                                                 \
	})

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define filter_as_text(word) __builtin_bswap64(word)
#else
#define filter_as_text(word) (word)
#endif

/* Negative, 0 or positive as strcmp and memcmp return it; the words hold bytes in memory order. */
static __always_inline int filter_order(__u64 a, __u64 b)
{
	if (a == b)
		return 0;
	return filter_as_text(a) < filter_as_text(b) ? -1 : 1;
}

/*
 * These take any address: of the stack, of a literal, of the kernel. Memory that cannot be read is
 * different from everything, even from itself.
 */
static __always_inline int filter_memcmp(const void *a, const void *b, __u64 size)
{
	for (__u64 at = 0; at < size && at < FILTER_STRING_MAX; at += 8) {
		__u64 left = 0, right = 0, count = size - at;
		int order;

		if (count > 8)
			count = 8;
		if (bpf_probe_read_kernel(&left, count, a + at) ||
		    bpf_probe_read_kernel(&right, count, b + at))
			return 1;
		order = filter_order(left, right);
		if (order)
			return order;
	}
	return 0;
}

static __always_inline int filter_strncmp(const char *a, const char *b, __u64 size)
{
	/* Seven characters a time: the eighth byte of each read is the null byte after them. */
	for (__u64 at = 0; at < size && at < FILTER_STRING_MAX; at += 7) {
		__u64 left = 0, right = 0, count = size - at;
		int order;

		if (count > 7)
			count = 7;
		if (bpf_probe_read_kernel_str(&left, count + 1, a + at) < 0 ||
		    bpf_probe_read_kernel_str(&right, count + 1, b + at) < 0)
			return 1;
		order = filter_order(left, right);
		if (order)
			return order;
		/* Equal, and the string ended within it. */
		if (!((char *)&left)[6])
			return 0;
	}
	return 0;
}

static __always_inline int filter_strcmp(const char *a, const char *b)
{
	return filter_strncmp(a, b, FILTER_STRING_MAX);
}

/* Macros, because clang would turn calls of the C library's names into calls of a C library. */
#define bpf_memcmp(a, b, size) filter_memcmp(a, b, size)
#define memcmp(a, b, size) filter_memcmp(a, b, size)
#define strcmp(a, b) filter_strcmp(a, b)
#define strncmp(a, b, size) filter_strncmp(a, b, size)

/*
 * trace_printk(format, …) as in the kernel: the format is any string, and there may be up to
 * twelve arguments (more than three need Linux 5.16). The mail's
 * bpf_trace_printk(format, sizeof(format), a, b, c) is the kernel's own helper.
 */
#define FILTER_FORMAT_MAX 128
#define trace_printk(format, args...)                                                    \
	({                                                                               \
		char __format[FILTER_FORMAT_MAX];                                        \
		long __size = bpf_probe_read_kernel_str(__format, sizeof(__format), format); \
		if (__size > 0)                                                          \
			filter_print(__format, __size, ##args);                          \
		__size;                                                                  \
	})
#define filter_print(format, size, args...)                                              \
	___bpf_nth(_, ##args, filter_print_long, filter_print_long, filter_print_long,   \
		   filter_print_long, filter_print_long, filter_print_long,              \
		   filter_print_long, filter_print_long, filter_print_long,              \
		   bpf_trace_printk, bpf_trace_printk, bpf_trace_printk,                 \
		   bpf_trace_printk)(format, size, ##args)
#define filter_print_long(format, size, args...)                                         \
	({                                                                               \
		unsigned long long __args[___bpf_narg(args)];                            \
		_Pragma("GCC diagnostic push")                                           \
		_Pragma("GCC diagnostic ignored \"-Wint-conversion\"")                   \
		___bpf_fill(__args, args);                                               \
		_Pragma("GCC diagnostic pop")                                            \
		bpf_trace_vprintk(format, size, __args, sizeof(__args));                 \
	})

/* ---- what the host adds below a file: the programs that the kernel sees */

/* 0 for a void function: the kernel refuses a program that leaves its result to chance. */
#define filter_result(call)                                                              \
	__builtin_choose_expr(__builtin_types_compatible_p(__typeof__(call), void),      \
			      ((call), 0), (call))

/* Events that hand over their arguments as an array of 64-bit words. */
#define FILTER_ENTRY_ARGS(name, function, section)                                       \
	SEC(section) int name(unsigned long long *args)                                  \
	{                                                                                \
		return filter_result(function((struct bpf_context *)args));               \
	}

/* Entry of a kernel function: its arguments are in registers. */
#define FILTER_ENTRY_KPROBE(name, function, section)                                     \
	SEC(section) int name(struct pt_regs *regs)                                      \
	{                                                                                \
		struct bpf_context ctx = {                                               \
			PT_REGS_PARM1(regs), PT_REGS_PARM2(regs), PT_REGS_PARM3(regs),   \
			PT_REGS_PARM4(regs), filter_parm5(regs), filter_parm6(regs),     \
		};                                                                       \
                                                                                         \
		return filter_result(function(&ctx));                                    \
	}

/* Return from a kernel function: only its result is left. */
#define FILTER_ENTRY_KRETPROBE(name, function, section)                                  \
	SEC(section) int name(struct pt_regs *regs)                                      \
	{                                                                                \
		struct bpf_context ctx = { PT_REGS_RC(regs) };                           \
                                                                                         \
		return filter_result(function(&ctx));                                    \
	}

/* A function that takes the event's own context: struct __sk_buff *, struct pt_regs *, … */
#define FILTER_ENTRY_OWN(name, function, section)                                        \
	SEC(section) int name(void *ctx)                                                 \
	{                                                                                \
		return filter_result(function(ctx));                                     \
	}

/* arm passes only four arguments in registers, s390 five. */
#ifdef __TARGET_ARCH_arm
#define filter_parm5(regs) 0
#else
#define filter_parm5(regs) PT_REGS_PARM5(regs)
#endif
#if defined(__TARGET_ARCH_arm) || defined(__TARGET_ARCH_s390)
#define filter_parm6(regs) 0
#else
#define filter_parm6(regs) PT_REGS_PARM6(regs)
#endif

#endif
