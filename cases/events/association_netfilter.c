// SPDX-License-Identifier: GPL-2.0-only
// Filters of netfilter, which is what kernels before 6.4 do not know.
#include "association.h"

#define FILTER(name, number, verdict) \
	SEC("?netfilter") int name(void *ctx) { note(number); return verdict; }

/* NF_ACCEPT and NF_DROP */
FILTER(hook_1, 1, 1)
FILTER(hook_2, 2, 1)
FILTER(hook_3, 3, 1)
FILTER(hook_drop, 0, 0)

char _license[] SEC("license") = "GPL";
