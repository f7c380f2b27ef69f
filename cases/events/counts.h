/* SPDX-License-Identifier: GPL-2.0-only */
/* How often something was seen, by a number that says what. */
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __s64);
	__type(value, __u64);
} seen SEC(".maps");

/* Not atomic, which the JIT of arm does not know: each key is counted by one task at a time. */
static __always_inline void count(__s64 key)
{
	__u64 one = 1, *times = bpf_map_lookup_elem(&seen, &key);

	if (times)
		++*times;
	else
		bpf_map_update_elem(&seen, &key, &one, BPF_ANY);
}

/* Whether the task that runs has this name, of at most 7 letters. */
#define runs(name)                                                                       \
	({                                                                               \
		char __comm[16];                                                         \
		bpf_get_current_comm(__comm, sizeof(__comm));                            \
		!__builtin_memcmp(__comm, name, sizeof(name));                           \
	})
