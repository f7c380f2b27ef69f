// SPDX-License-Identifier: GPL-2.0-only
// Pages of memory that filters and user space share: allocated one after the other, given back,
// and never more than there are (kernel/bpf/arena.c).
#include "answers.h"

#define __arena __attribute__((address_space(1)))
#define PAGES 4

extern void __arena *bpf_arena_alloc_pages(void *table, void __arena *at, __u32 count, int node,
					   __u64 flags) __ksym __weak;
extern void bpf_arena_free_pages(void *table, void __arena *at, __u32 count) __ksym __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PAGES);
} arena SEC(".maps");

#define ANY_NODE (-1)

/* What is written is read; all of it was null before. */
SEC("syscall")
__success __retval(0) __modes("jit jit-harden") __needs("arena arena-programs btf")
ANSWER(0, 0) ANSWER(1, 7) ANSWER(2, 1)
int page_holds_what_is_written(void *ctx)
{
	volatile __u64 __arena *page = bpf_arena_alloc_pages(&arena, 0, 1, ANY_NODE, 0);

	if (!page)
		return 1;
	answer(0, page[100]);
	page[100] = 7;
	answer(1, page[100]);
	answer(2, page[101] == 0);
	bpf_arena_free_pages(&arena, (void __arena *)page, 1);
	return 0;
}

/* Four pages and no fifth; one that is given back is there again. */
SEC("syscall")
__success __retval(0) __modes("jit jit-harden") __needs("arena arena-programs btf")
ANSWER(0, 4) ANSWER(1, 0) ANSWER(2, 1)
int pages_come_to_an_end(void *ctx)
{
	void __arena *page, *last = 0;
	int count = 0;

	for (int i = 0; i < PAGES; i++) {
		page = bpf_arena_alloc_pages(&arena, 0, 1, ANY_NODE, 0);
		if (page)
			count++;
		last = page;
	}
	answer(0, count);
	answer(1, !!bpf_arena_alloc_pages(&arena, 0, 1, ANY_NODE, 0));
	bpf_arena_free_pages(&arena, last, 1);
	answer(2, !!bpf_arena_alloc_pages(&arena, 0, 1, ANY_NODE, 0));
	return 0;
}

/* More at once than there are; then all at once. */
SEC("syscall")
__success __retval(0) __modes("jit jit-harden") __needs("arena arena-programs btf")
ANSWER(0, 0) ANSWER(1, 1)
int pages_lie_side_by_side(void *ctx)
{
	volatile __u8 __arena *pages;

	answer(0, !!bpf_arena_alloc_pages(&arena, 0, PAGES + 1, ANY_NODE, 0));
	pages = bpf_arena_alloc_pages(&arena, 0, PAGES, ANY_NODE, 0);
	answer(1, !!pages);
	if (!pages)
		return 1;
	for (int i = 0; i < PAGES; i++)
		pages[i * 4096] = i;
	return pages[3 * 4096] - 3;
}

/* An atomic works on it as on any memory. */
SEC("syscall")
__success __retval(0) __modes("jit jit-harden") __needs("arena arena-atomics btf")
ANSWER(0, 0) ANSWER(1, 5)
int arena_is_added_to_atomically(void *ctx)
{
	__u64 __arena *page = bpf_arena_alloc_pages(&arena, 0, 1, ANY_NODE, 0);

	if (!page)
		return 1;
	answer(0, __sync_fetch_and_add(page, 5));
	answer(1, *page);
	return 0;
}

/* Memory that was never allocated, or is not any more, reads as 0 and does not fault. */
SEC("syscall")
__success __retval(0) __modes("jit jit-harden") __needs("arena arena-programs btf")
ANSWER(0, 9) ANSWER(1, 0)
int memory_given_back_reads_as_null(void *ctx)
{
	volatile __u64 __arena *page = bpf_arena_alloc_pages(&arena, 0, 1, ANY_NODE, 0);

	if (!page)
		return 1;
	*page = 9;
	answer(0, *page);
	bpf_arena_free_pages(&arena, (void __arena *)page, 1);
	answer(1, *page);
	return 0;
}

char _license[] SEC("license") = "GPL";
