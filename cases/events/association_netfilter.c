// SPDX-License-Identifier: GPL-2.0-only
// Filters of netfilter, which is what kernels before 6.4 do not know.
#include "association.h"
#include "loopback.h"

#define NF_DROP 0
#define NF_ACCEPT 1

#define FILTER(name, number, verdict) \
	SEC("?netfilter") int name(struct bpf_nf_ctx *ctx) \
	{ \
		if (!is_local(ctx)) \
			return NF_ACCEPT; \
		note(number); \
		return verdict; \
	}

FILTER(hook_1, 1, NF_ACCEPT)
FILTER(hook_2, 2, NF_ACCEPT)
FILTER(hook_3, 3, NF_ACCEPT)
FILTER(hook_drop, 0, NF_DROP)

char _license[] SEC("license") = "GPL";
