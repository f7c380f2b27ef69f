// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table page by page: with BPF_MAP_LOOKUP_BATCH where its type has it, key
 * after key where it has not. Knows what a cursor is, which is nobody else's
 * business; refuses to know what is in keys and values.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

#define ENOTSUPP 524		/* include/linux/errno.h: no errno of user space */
#define BATCH_LEAST 64		/* entries: a hash gives whole buckets, see page_batch() */
#define BATCH_GROWTH 16		/* times that many, for one bucket */

static size_t at_most(size_t value, size_t most)
{
	return value < most ? value : most;
}

/* A batch's cursor is a key, or the number of a bucket. */
static size_t cursor_room(const struct table *table)
{
	return table->key_size < sizeof(uint32_t) ? sizeof(uint32_t) : table->key_size;
}

static int make_room(struct page *page, const struct table *table, size_t entries)
{
	char *keys = realloc(page->keys, entries * table->key_size + 1);
	char *values = realloc(page->values, entries * table->value_bytes + 1);

	if (keys)
		page->keys = keys;
	if (values)
		page->values = values;
	if (!keys || !values)
		return ENOMEM;
	page->room = entries;
	return 0;
}

/* Entries of a page: as many as were asked for, or fit into DUMP_BYTES_MAX; one at least. */
int page_start(struct page *page, struct call *call, const struct table *table, size_t limit)
{
	size_t most = DUMP_BYTES_MAX / (table->key_size + table->value_bytes + 1);

	if (!limit)
		return refuse(call, EINVAL, "%s: limit must be greater than 0", call->op);
	page->limit = at_most(limit, most ? most : 1);
	page->cursor = calloc(1, cursor_room(table));
	if (!page->cursor || table->value_bytes > MESSAGE_MAX / 2 ||
	    make_room(page, table, page->limit))
		return refuse(call, ENOMEM, "%s: no memory for a page of table %s", call->op,
			      table->name);
	return 0;
}

void page_end(struct page *page)
{
	free(page->keys);
	free(page->values);
	free(page->cursor);
}

/* Appends a batch to the page; *count is how many were asked for, then how many came. */
static int batch(struct page *page, const struct table *table, uint32_t *count)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	char *values = page->values + page->count * table->value_bytes;
	char *keys = page->keys + page->count * table->key_size;
	char next[cursor_room(table)];
	int err;

	err = -(page->take ? bpf_map_lookup_and_delete_batch : bpf_map_lookup_batch)(
		table->fd, page->begun ? page->cursor : NULL, next, keys, values, count, &opts);
	/* ENOENT: these are the last ones. */
	if (!err || (err == ENOENT && *count) || err == EINTR)
		memcpy(page->cursor, next, cursor_room(table));
	return err;
}

/* Whether the kernel does not know batches of this type, or at all. */
static bool has_no_batches(const struct page *page, int err)
{
	return !page->begun && (err == ENOTSUPP || err == EINVAL || err == ENOSPC);
}

/*
 * One batch, which may be short: the kernel stops when others want the CPU. A
 * hash gives whole buckets, and ENOSPC if the first one does not fit; then more
 * is asked for. Returns an errno: EOPNOTSUPP if the type has no batches, ENOENT
 * after the last entry.
 */
static int page_batch(struct page *page, const struct table *table)
{
	size_t most = page->limit * BATCH_GROWTH;
	uint32_t count;
	int err;

	for (;;) {
		count = page->room - page->count;
		err = batch(page, table, &count);
		if (err != ENOSPC || page->count || page->room * 2 > most)
			break;
		if (make_room(page, table, page->room * 2))
			return ENOMEM;
	}
	if (has_no_batches(page, err))
		return EOPNOTSUPP;
	/* EINTR, up to v6.13: entries went away while they were read; what was read counts. */
	if (!err || err == ENOENT || err == EINTR) {
		page->count += at_most(count, page->room - page->count);
		page->begun = page->batched = true;
		page->cursor_size = cursor_room(table);
	}
	return err == EINTR ? 0 : err;
}

/* Batches until the page is full. Returns an errno, as page_batch() does but for ENOENT. */
static int page_batches(struct page *page, const struct table *table)
{
	int err = 0;

	while (!err && page->count < page->limit)
		err = page_batch(page, table);
	/* The next bucket does not fit any more; it is the first of the next page. */
	if (err == ENOSPC && page->count)
		err = 0;
	page->more = !err;
	return err == ENOENT ? 0 : err;
}

/* Returns an errno; an entry that went away meanwhile is left out. */
static int page_entry(struct page *page, const struct table *table)
{
	char *value = page->values + page->count * table->value_bytes;
	int err = -bpf_map_lookup_elem(table->fd, page->cursor, value);

	if (err == ENOENT)
		return 0;
	if (err)
		return err;
	memcpy(page->keys + page->count * table->key_size, page->cursor, table->key_size);
	page->count++;
	return 0;
}

/* Returns an errno. */
static int page_walk(struct page *page, const struct table *table)
{
	char next[table->key_size + 1];
	size_t visits = 0;
	int err;

	page->cursor_size = table->key_size;
	while (page->count < page->limit && visits++ < DUMP_VISITS_MAX) {
		err = -bpf_map_get_next_key(table->fd, page->begun ? page->cursor : NULL, next);
		if (err)
			return err == ENOENT ? 0 : err;
		memcpy(page->cursor, next, table->key_size);
		page->begun = true;
		err = page_entry(page, table);
		if (err)
			return err;
	}
	page->more = true;
	return 0;
}

/* Returns an errno. */
int page_fill(struct page *page, const struct table *table)
{
	int err = EOPNOTSUPP;

	page->count = 0;
	page->more = false;
	if (page->take || page->batched || (!page->begun && page->limit >= BATCH_LEAST))
		err = page_batches(page, table);
	if (err != EOPNOTSUPP || page->take || page->batched)
		return err;
	return page_walk(page, table);
}

/* The first byte says which kind of cursor follows. */
static int read_cursor(struct page *page, struct call *call, const struct table *table)
{
	struct bytes cursor;

	if (arg_bin_or(call, "cursor", UINT32_MAX, &cursor))
		return -1;
	if (!cursor.data)
		return 0;
	page->batched = cursor.size && cursor.data[0] == 'b';
	page->cursor_size = page->batched ? cursor_room(table) : table->key_size;
	if (table_size_fault(call, table, "cursor", cursor.size, page->cursor_size + 1))
		return -1;
	memcpy(page->cursor, cursor.data + 1, page->cursor_size);
	page->begun = true;
	return 0;
}

static void put_cursor(struct page *page, struct call *call)
{
	char kind = page->batched ? 'b' : 'k';

	if (!page->more) {
		put_nil(&call->pack, "cursor");
		return;
	}
	put_key(&call->pack, "cursor");
	msgpack_pack_bin(&call->pack, page->cursor_size + 1);
	msgpack_pack_bin_body(&call->pack, &kind, 1);
	msgpack_pack_bin_body(&call->pack, page->cursor, page->cursor_size);
}

static void page_put(struct page *page, struct call *call, const struct table *table, int err)
{
	if (err)
		page->count = 0;
	result(call, 5);
	put_int(&call->pack, "errno", err);
	put_bin(&call->pack, "keys", page->keys, page->count * table->key_size);
	put_bin(&call->pack, "values", page->values, page->count * table->value_bytes);
	put_bool(&call->pack, "more", page->more);
	put_cursor(page, call);
}

int op_table_dump(struct agent *agent, struct call *call)
{
	struct page page = { 0 };
	struct table table;
	uint64_t limit;
	int err;

	if (arg_table(agent, call, &table) ||
	    arg_u64_or(call, "limit", DUMP_MAX, &limit, DUMP_MAX) ||
	    arg_bool_or(call, "take", &page.take, false))
		return -1;
	err = page_start(&page, call, &table, limit);
	if (!err)
		err = read_cursor(&page, call, &table);
	if (!err)
		page_put(&page, call, &table, page_fill(&page, &table));
	page_end(&page);
	return err;
}
