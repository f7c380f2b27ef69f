/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the operations on tables share: a key or a value out of a request, and
 * one page of a dump. Knows sizes; no file of it knows what the bytes mean.
 */
#ifndef AGENT_TABLES_H
#define AGENT_TABLES_H

#include "agent.h"

/* What bpf(2) gets for a key or a value: bytes of the request, or a descriptor. */
struct element {
	struct bytes bytes;
	uint64_t fd;		/* the memory behind bytes, when it is a descriptor */
};

int arg_key(const struct agent *agent, struct call *call, const struct table *table,
	    struct element *key);
int table_size_fault(struct call *call, const struct table *table, const char *arg, size_t size,
		     size_t wanted);
char *alloc_value(struct call *call, const struct table *table);

/* A table without keys takes NULL, which is not the same as no bytes. */
static inline const void *key_or_null(const struct table *table, const struct element *key)
{
	return table->key_size ? key->bytes.data : NULL;
}

/* One page of a dump: keys and values, one after the other in the kernel's order. */
struct page {
	size_t limit, room, count;	/* entries: asked for, in memory, there */
	char *keys, *values;
	char *cursor;			/* where the next page goes on */
	size_t cursor_size;
	bool batched;			/* the cursor is one of BPF_MAP_LOOKUP_BATCH */
	bool begun, more;
	bool take;			/* what is read is removed */
};

int page_start(struct page *page, struct call *call, const struct table *table, size_t limit);
int page_fill(struct page *page, const struct table *table);
void page_end(struct page *page);

#endif
