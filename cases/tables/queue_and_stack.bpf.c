// SPDX-License-Identifier: GPL-2.0-only
// Tables without keys: first in, first out, and last in, first out. queue_stack_map_push_elem(),
// __queue_map_get() and __stack_map_get() in kernel/bpf/queue_stack_maps.c.
#include "answers.h"

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 3);
	__uint(key_size, 0);
	__uint(value_size, sizeof(__u32));
} queue SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 3);
	__uint(key_size, 0);
	__uint(value_size, sizeof(__u32));
} stack SEC(".maps");

static __always_inline int push(void *table, __u32 value, __u64 flags)
{
	return bpf_map_push_elem(table, &value, flags);
}

/* What comes out, or the errno. */
static __always_inline int pop(void *table)
{
	int value, error = bpf_map_pop_elem(table, &value);

	return error ? error : value;
}

static __always_inline int peek(void *table)
{
	int value, error = bpf_map_peek_elem(table, &value);

	return error ? error : value;
}

SEC("socket")
__success __retval(0)
ANSWER(0, 11) ANSWER(1, 11) ANSWER(2, 12) ANSWER(3, 13) ANSWER(4, -2) ANSWER(5, -2)
int queue_gives_the_first(void *ctx)
{
	push(&queue, 11, BPF_ANY);
	push(&queue, 12, BPF_ANY);
	answer(0, peek(&queue));
	answer(1, pop(&queue));
	push(&queue, 13, BPF_ANY);
	answer(2, pop(&queue));
	answer(3, pop(&queue));
	answer(4, pop(&queue));
	answer(5, peek(&queue));
	return 0;
}

SEC("socket")
__success __retval(0)
ANSWER(0, 12) ANSWER(1, 12) ANSWER(2, 13) ANSWER(3, 11) ANSWER(4, -2) ANSWER(5, -2)
int stack_gives_the_last(void *ctx)
{
	push(&stack, 11, BPF_ANY);
	push(&stack, 12, BPF_ANY);
	answer(0, peek(&stack));
	answer(1, pop(&stack));
	push(&stack, 13, BPF_ANY);
	answer(2, pop(&stack));
	answer(3, pop(&stack));
	answer(4, pop(&stack));
	answer(5, peek(&stack));
	return 0;
}

#define FILL(table)								\
	push(table, 1, BPF_ANY);						\
	push(table, 2, BPF_ANY);						\
	push(table, 3, BPF_ANY)

/* -E2BIG; BPF_EXIST throws the oldest away instead, which the queue gives first. */
SEC("socket")
__success __retval(0)
ANSWER(0, -7) ANSWER(1, 0) ANSWER(2, 2) ANSWER(3, 3) ANSWER(4, 4) ANSWER(5, -2)
int full_queue_refuses_or_forgets(void *ctx)
{
	FILL(&queue);
	answer(0, push(&queue, 4, BPF_ANY));
	answer(1, push(&queue, 4, BPF_EXIST));
	answer(2, pop(&queue));
	answer(3, pop(&queue));
	answer(4, pop(&queue));
	answer(5, pop(&queue));
	return 0;
}

SEC("socket")
__success __retval(0)
ANSWER(0, -7) ANSWER(1, 0) ANSWER(2, 4) ANSWER(3, 3) ANSWER(4, 2) ANSWER(5, -2)
int full_stack_refuses_or_forgets(void *ctx)
{
	FILL(&stack);
	answer(0, push(&stack, 4, BPF_ANY));
	answer(1, push(&stack, 4, BPF_EXIST));
	answer(2, pop(&stack));
	answer(3, pop(&stack));
	answer(4, pop(&stack));
	answer(5, pop(&stack));
	return 0;
}

/* -EINVAL: there is no key that could be there already. */
SEC("socket")
__success __retval(0)
ANSWER(0, -22) ANSWER(1, -22) ANSWER(2, -2)
int push_refuses_flags(void *ctx)
{
	answer(0, push(&queue, 1, BPF_NOEXIST));
	answer(1, push(&stack, 1, 4));
	answer(2, pop(&queue));
	return 0;
}

char _license[] SEC("license") = "GPL";
