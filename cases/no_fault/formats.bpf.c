// SPDX-License-Identifier: GPL-2.0-only
// Addresses that are printed as what they point to: bpf_bprintf_prepare() in kernel/bpf/helpers.c copies
// with the fault-safe functions, and prints nothing, or nulls, where there is nothing.
#include "places.h"
#include <bpf/bpf_tracing.h>

#define NOTHING(name, format, number, needs...)                                           \
	SEC("raw_tp")                                                                     \
	__success __retval(3) __needs("bpf_snprintf") needs                               \
	int name(void *ctx)                                                               \
	{                                                                                 \
		char out[48] = {};                                                        \
		__u64 address = (number);                                                 \
		long size;                                                                \
                                                                                          \
		__sink(address);                                                          \
		size = BPF_SNPRINTF(out, sizeof(out), "<" format ">", address);           \
		return __builtin_memcmp(out, "<>", 3) ? 0 : size;                         \
	}

NOTHING(text_at_null, "%s", 0, APART)
NOTHING(text_beyond_memory, "%s", BEYOND_MEMORY, APART)
NOTHING(text_in_the_last_page, "%s", LAST_PAGE, APART)
NOTHING(kernel_text_at_null, "%pks", 0, APART)
NOTHING(kernel_text_in_no_half, "%pks", NO_HALF)
NOTHING(kernel_text_between_areas, "%pks", BETWEEN_AREAS)
NOTHING(user_text_at_null, "%pus", 0)
NOTHING(user_text_not_mapped, "%pus", USER_SPACE)
NOTHING(user_text_in_the_kernel, "%pus", BETWEEN_AREAS)

#define NULLS(name, format, number, text, needs...)                                       \
	SEC("raw_tp")                                                                     \
	__success __retval(1) __needs("bpf_snprintf") needs                               \
	int name(void *ctx)                                                               \
	{                                                                                 \
		char out[48] = {};                                                        \
		__u64 address = (number);                                                 \
                                                                                          \
		__sink(address);                                                          \
		BPF_SNPRINTF(out, sizeof(out), format, address);                          \
		return !__builtin_memcmp(out, text, sizeof(text));                        \
	}

NULLS(address_of_four_bytes_at_null, "%pi4", 0, "000.000.000.000", APART)
NULLS(address_of_four_bytes_in_the_last_page, "%pI4", LAST_PAGE, "0.0.0.0")
NULLS(address_of_sixteen_bytes_between_areas, "%pi6", BETWEEN_AREAS,
      "00000000000000000000000000000000")

/* A line is printed all the same. */
SEC("raw_tp/signal_generate")
__success __trigger("kill -URG $$") __trace("of null: <>")
__needs("tracefs separate-address-spaces trace_printk-two-strings")
int line_about_null(struct bpf_raw_tracepoint_args *ctx)
{
	const char *address = 0;

	if (ctx->args[0] != 23)
		return 0;
	__sink(address);
	bpf_printk("of null: <%s>", address);
	return 0;
}

char _license[] SEC("license") = "GPL";
