// SPDX-License-Identifier: GPL-2.0-only
// Reads at an address that is handed over; for the scenario beside it.
#include "places.h"

SEC("raw_tp")
int read_nothing(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 bytes[SIZE / 8] = {~0ull, ~0ull}, text[SIZE / 8] = {~0ull, ~0ull};
	void *at = (void *)ctx->args[0];
	int answer = judge(bpf_probe_read_kernel(bytes, SIZE, at), bytes);

	return answer == ZEROED ? judge(bpf_probe_read_kernel_str(text, SIZE, at), text) : answer;
}

#define REFUSAL_LEAVES_SOMETHING(type)                                                    \
	({                                                                                \
		type to = (type)~0ull;                                                    \
		bpf_probe_read_kernel(&to, sizeof(to), (void *)ctx->args[0]) && to;       \
	})

/* The width that every register can be read in. */
SEC("raw_tp")
int read_register(struct bpf_raw_tracepoint_args *ctx)
{
	return REFUSAL_LEAVES_SOMETHING(__u32);
}

SEC("raw_tp")
int read_register_in_other_widths(struct bpf_raw_tracepoint_args *ctx)
{
	return REFUSAL_LEAVES_SOMETHING(__u8) || REFUSAL_LEAVES_SOMETHING(__u16) ||
	       REFUSAL_LEAVES_SOMETHING(__u64);
}

char _license[] SEC("license") = "GPL";
