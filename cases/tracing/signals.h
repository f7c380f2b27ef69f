/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of the signals that were generated, for the filters of the event signal_generate. */
#include <case.h>

#define SIGURG 23 /* ignored unless caught, and the same number on every architecture */

struct answer {
	__u32 times;
	__s32 group;
	__s32 result;
	__u32 matches;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __s32);
	__type(value, struct answer);
} signals SEC(".maps");

static void count(__s32 sig, __s32 group, __s32 result, __u32 matches)
{
	struct answer *known, fresh = {1, group, result, matches};

	if (sig != SIGURG)
		return;
	known = bpf_map_lookup_elem(&signals, &sig);
	if (known)
		known->times++; /* one shell signals itself, so nobody else counts */
	else
		bpf_map_update_elem(&signals, &sig, &fresh, BPF_ANY);
}
