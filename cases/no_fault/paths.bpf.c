// SPDX-License-Identifier: GPL-2.0-only
// Paths of files that are closed, into buffers that are too small, of files that have none any more or
// never had: bpf_d_path() in kernel/trace/bpf_trace.c.
#include "places.h"

struct path {
	void *mnt;
} __attribute__((preserve_access_index));

struct file {
	struct path f_path;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, char[32]);
	__type(value, __s64);
} paths SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} seen SEC(".maps");

enum { RAN, WRONG };

static __always_inline void mark(__u32 slot)
{
	__u32 one = 1;

	bpf_map_update_elem(&seen, &slot, &one, BPF_ANY);
}

/* The shell is sh; the agent closes files, too. */
static __always_inline int by_the_shell(void)
{
	char name[16] = {};

	bpf_get_current_comm(name, sizeof(name));
	return name[0] == 's' && name[1] == 'h' && !name[2];
}

#define CLOSED(commands)                                                                  \
	SEC("fentry/filp_close")                                                          \
	__success __needs("fentry") __trigger(commands)

#define KEEPS_PATH(name)                                                                  \
	int name(__u64 *ctx)                                                              \
	{                                                                                 \
		struct file *file = (void *)ctx[0];                                       \
		char to[32] = {};                                                         \
		__s64 size;                                                               \
                                                                                          \
		if (!by_the_shell())                                                      \
			return 0;                                                         \
		size = bpf_d_path(&file->f_path, to, sizeof(to));                         \
		if (to[1] == 't' && to[2] == 'm' && to[3] == 'p' && size > 0) {           \
			for (int i = 0; i < (int)sizeof(to); i++)                         \
				if (i >= size)                                            \
					to[i] = 0;                                        \
			bpf_map_update_elem(&paths, to, &size, BPF_ANY);                  \
		}                                                                         \
		return 0;                                                                 \
	}

/* What a task leaves open is closed at its end; close(2) goes another way since v6.6. */
CLOSED("(exec 3>/tmp/x; :); rm /tmp/x")
__table(paths, "text:/tmp/x zero:26", "s64:7")
KEEPS_PATH(of_a_file)

CLOSED("(exec 3>/tmp/x; rm /tmp/x; :)")
__table(paths, "text:/tmp/x hex:20 text:(deleted) zero:16", "s64:17")
KEEPS_PATH(of_a_file_that_was_removed)

#define INTO(name, size, condition)                                                       \
	CLOSED("(exec 3>/tmp/x; :); : | :; rm /tmp/x")                                    \
	__table(seen, "u32:0", "u32:1") __table(seen, "u32:1", "u32:0")                   \
	int name(__u64 *ctx)                                                              \
	{                                                                                 \
		struct file *file = (void *)ctx[0];                                       \
		char to[32];                                                              \
		long got;                                                                 \
                                                                                          \
		if (!by_the_shell())                                                      \
			return 0;                                                         \
		__builtin_memset(to, 0x55, sizeof(to));                                   \
		got = bpf_d_path(&file->f_path, to, size);                                \
		mark(RAN);                                                                \
		if (!(condition))                                                         \
			mark(WRONG);                                                      \
		return 0;                                                                 \
	}

INTO(into_nothing, 0, got == 0 && to[0] == 0x55)
INTO(into_a_byte, 1, got == -ENAMETOOLONG && to[1] == 0x55)
INTO(into_three_bytes, 3, got < 0 && to[3] == 0x55)

char _license[] SEC("license") = "GPL";
