// SPDX-License-Identifier: GPL-2.0-only
// Stacks of the task that runs, of those that it leaves and goes to, of the kernel and of user space,
// where those have frames or none: an error or a size, and what was not filled is zeroed.
// bpf_get_stack() and bpf_get_task_stack() in kernel/bpf/stackmap.c.
#include "places.h"

#define WORDS 16
#define BYTES (WORDS * 8)

#define OF_TEST_RUN(name, result, size, flags)                                            \
	SEC("raw_tp")                                                                     \
	__success __retval(result)                                                        \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 frames[WORDS];                                                      \
                                                                                          \
		__builtin_memset(frames, 0xff, sizeof(frames));                           \
		return filled(frames, size, bpf_get_stack(ctx, frames, size, flags));     \
	}

/* 1 if the answer fits to what was filled, or the errno. */
static __always_inline long filled(const __u64 *frames, long size, long got)
{
	if (got < 0)
		return frames[0] || frames[WORDS - 1] ? -1000 : got;
	if (got > size || got % 8)
		return -1001;
	return got < BYTES && frames[WORDS - 1] && ~frames[WORDS - 1] ? -1002 : 1;
}

OF_TEST_RUN(of_the_kernel, 1, BYTES, 0)
OF_TEST_RUN(of_the_kernel_without_the_last_frame, 1, BYTES, 1)
OF_TEST_RUN(of_user_space, 1, BYTES, BPF_F_USER_STACK)
OF_TEST_RUN(one_frame, 1, 8, 0)

#define REFUSED(name, result, size, flags)                                                \
	SEC("raw_tp")                                                                     \
	__success __retval(result)                                                        \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 frames[WORDS];                                                      \
		long error;                                                               \
                                                                                          \
		__builtin_memset(frames, 0xff, sizeof(frames));                           \
		error = bpf_get_stack(ctx, frames, size, flags);                          \
		return frames[0] & 0xff ? 1 : error;                                      \
	}

REFUSED(frames_that_are_cut, -22, 12, 0)
REFUSED(flags_that_nobody_knows, -22, BYTES, 1ull << 40)
REFUSED(build_ids_of_the_kernel, -22, BYTES, BPF_F_USER_BUILD_ID)

/* More frames are to be skipped than there are. */
SEC("raw_tp")
__success __retval(1)
int more_frames_skipped_than_there_are(void *ctx)
{
	__u64 frames[WORDS];
	long got;

	__builtin_memset(frames, 0xff, sizeof(frames));
	got = bpf_get_stack(ctx, frames, sizeof(frames), 255);
	return got <= 0 && !frames[0] && !frames[WORDS - 1];
}

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

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

/* How often tasks change nobody can say; that they do, to and from kernel threads, is sure. */
#define OF_OTHERS(name, argument, flags, needs)                                           \
	SEC("tp_btf/sched_switch")                                                        \
	__success __needs("btf bpf_get_task_stack task-stacks-nulled" needs)              \
	__trigger("for i in 1 2 3 4 5; do usleep 1000; done")                             \
	__table(seen, "u32:0", "u32:1") __table(seen, "u32:1", "u32:0")                   \
	int name(__u64 *ctx)                                                              \
	{                                                                                 \
		struct task_struct *task = (void *)ctx[argument];                         \
		__u64 frames[WORDS];                                                      \
		long got;                                                                 \
                                                                                          \
		__builtin_memset(frames, 0xff, sizeof(frames));                           \
		got = bpf_get_task_stack(task, frames, sizeof(frames), flags);            \
		mark(RAN);                                                                \
		if (filled(frames, sizeof(frames), got) < -999)                           \
			mark(WRONG);                                                      \
		return 0;                                                                 \
	}

OF_OTHERS(of_the_task_that_is_left, 1, 0, "")
OF_OTHERS(of_the_task_that_comes, 2, 0, "")
OF_OTHERS(in_user_space_of_the_task_that_is_left, 1, BPF_F_USER_STACK, " user-stacks-under-locks")
OF_OTHERS(in_user_space_of_the_task_that_comes, 2, BPF_F_USER_STACK, " user-stacks-under-locks")

/* Tasks that end have no memory of their own any more. */
#define OF_THE_DYING(name, flags)                                                         \
	SEC("tp_btf/sched_process_exit")                                                  \
	__success __needs("btf bpf_get_task_stack") __trigger("true & sleep 0; wait")     \
	__table(seen, "u32:0", "u32:1") __table(seen, "u32:1", "u32:0")                   \
	int name(__u64 *ctx)                                                              \
	{                                                                                 \
		struct task_struct *task = (void *)ctx[0];                                \
		__u64 frames[WORDS];                                                      \
		long got;                                                                 \
                                                                                          \
		__builtin_memset(frames, 0xff, sizeof(frames));                           \
		got = bpf_get_task_stack(task, frames, sizeof(frames), flags);            \
		mark(RAN);                                                                \
		if (filled(frames, sizeof(frames), got) < -999)                           \
			mark(WRONG);                                                      \
		return 0;                                                                 \
	}

OF_THE_DYING(of_a_task_that_ends, 0)
OF_THE_DYING(in_user_space_of_a_task_that_ends, BPF_F_USER_STACK)

char _license[] SEC("license") = "GPL";
