// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables from user space: create, update, remove, lookup, dump. Knows how
 * long a table's keys and values are for bpf(2), which the kernel trusts the
 * caller to know; refuses to know what is in them.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"

static int create(struct agent *agent, struct call *call, uint64_t as, int fd, const char *name)
{
	struct holding *holding = calloc(1, sizeof(*holding));
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	if (!holding) {
		close(fd);
		return refuse(call, ENOMEM, "table_create: no memory for a handle");
	}
	holding->fd = fd;
	holding->is_table = true;
	strcpy(holding->name, name);
	registry_add(&agent->handles, &holding->entry, as);
	bpf_map_get_info_by_fd(fd, &info, &size);
	result(call, 2);
	put_int(&call->pack, "errno", 0);
	put_uint(&call->pack, "id", info.id);
	return 0;
}

static int reply_not_created(struct call *call, int err)
{
	result(call, 2);
	put_int(&call->pack, "errno", err);
	put_nil(&call->pack, "id");
	return 0;
}

/* "inner" is the pattern for the tables that a table of tables may hold. */
static int read_inner(const struct agent *agent, struct call *call,
		      struct bpf_map_create_opts *opts)
{
	struct ref ref;
	int fd;

	if (!arg_find(call, "inner"))
		return 0;
	if (arg_ref(call, "inner", &ref))
		return -1;
	fd = table_fd_of(agent, call, &ref);
	if (fd < 0)
		return -1;
	opts->inner_map_fd = fd;
	return 0;
}

int op_table_create(struct agent *agent, struct call *call)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	uint64_t as, type, key_size, value_size, entries;
	char name[NAME_SIZE];
	int fd;

	if (arg_new(call, &as) || registry_check_new(&agent->handles, call, as) ||
	    arg_text(call, "name", name, sizeof(name)) ||
	    arg_u64(call, "type", UINT32_MAX, &type) ||
	    arg_u64(call, "key_size", UINT32_MAX, &key_size) ||
	    arg_u64(call, "value_size", UINT32_MAX, &value_size) ||
	    arg_u64(call, "entries", UINT32_MAX, &entries) ||
	    arg_u32_or(call, "flags", &opts.map_flags, 0) || read_inner(agent, call, &opts))
		return -1;
	fd = bpf_map_create(type, name, key_size, value_size, entries, &opts);
	if (fd < 0)
		return reply_not_created(call, errno);
	return create(agent, call, as, fd, name);
}

/* The key's bytes; a table without keys takes NULL, which is not the same as none. */
static int read_key(struct call *call, const struct table *table, const char *arg,
		    const struct bytes *key)
{
	if (key->size != table->key_size)
		return refuse(call, EINVAL, "%s: %s is %zu bytes, table %s takes %u", call->op,
			      arg, key->size, table->name, table->key_size);
	return 0;
}

static const void *key_or_null(const struct table *table, const struct bytes *key)
{
	return table->key_size ? key->data : NULL;
}

static int arg_key(struct call *call, const struct table *table, struct bytes *key)
{
	if (arg_bin(call, "key", UINT32_MAX, key))
		return -1;
	return read_key(call, table, "key", key);
}

/* "program" or "inner" in place of "value": the value is its descriptor. */
static int fd_value(const struct agent *agent, struct call *call, const struct table *table,
		    int *fd)
{
	struct program program;
	struct ref ref;

	if (arg_find(call, "program")) {
		if (arg_program(agent, call, "program", &program))
			return -1;
		*fd = program.fd;
	} else {
		if (arg_ref(call, "inner", &ref))
			return -1;
		*fd = table_fd_of(agent, call, &ref);
		if (*fd < 0)
			return -1;
	}
	if (table->value_bytes != sizeof(*fd))
		return refuse(call, EINVAL, "table_update: table %s has values of %zu bytes, not a "
			      "program or table each", table->name, table->value_bytes);
	return 0;
}

static int read_value(const struct agent *agent, struct call *call, const struct table *table,
		      struct bytes *value, int *fd)
{
	int sources = !!arg_find(call, "value") + !!arg_find(call, "program") +
		      !!arg_find(call, "inner");

	if (sources != 1)
		return refuse(call, EINVAL, "table_update: give one of value, program and inner");
	if (!arg_find(call, "value")) {
		if (fd_value(agent, call, table, fd))
			return -1;
		value->data = (const char *)fd;
		value->size = sizeof(*fd);
		return 0;
	}
	if (arg_bin(call, "value", UINT32_MAX, value))
		return -1;
	if (value->size != table->value_bytes)
		return refuse(call, EINVAL, "table_update: value is %zu bytes, table %s takes %zu",
			      value->size, table->name, table->value_bytes);
	return 0;
}

int op_table_update(struct agent *agent, struct call *call)
{
	struct bytes key, value;
	struct table table;
	uint64_t flags;
	int err, fd;

	if (arg_table(agent, call, &table) || arg_key(call, &table, &key) ||
	    read_value(agent, call, &table, &value, &fd) ||
	    arg_u64_or(call, "flags", UINT64_MAX, &flags, 0))
		return -1;
	err = bpf_map_update_elem(table.fd, key_or_null(&table, &key), value.data, flags);
	return result_errno(call, -err);
}

int op_table_remove(struct agent *agent, struct call *call)
{
	struct table table;
	struct bytes key;

	if (arg_table(agent, call, &table) || arg_key(call, &table, &key))
		return -1;
	return result_errno(call, -bpf_map_delete_elem(table.fd, key_or_null(&table, &key)));
}

static char *alloc_value(struct call *call, const struct table *table)
{
	char *value = table->value_bytes < MESSAGE_MAX ? calloc(1, table->value_bytes + 1) : NULL;

	if (!value)
		refuse(call, ENOMEM, "%s: no memory for a value of table %s, %zu bytes", call->op,
		       table->name, table->value_bytes);
	return value;
}

int op_table_lookup(struct agent *agent, struct call *call)
{
	struct table table;
	struct bytes key;
	char *value;
	int err;

	if (arg_table(agent, call, &table) || arg_key(call, &table, &key))
		return -1;
	value = alloc_value(call, &table);
	if (!value)
		return -1;
	err = -bpf_map_lookup_elem(table.fd, key_or_null(&table, &key), value);
	result(call, 2);
	put_int(&call->pack, "errno", err);
	if (err)
		put_nil(&call->pack, "value");
	else
		put_bin(&call->pack, "value", value, table.value_bytes);
	free(value);
	return 0;
}

/* One page of a dump. */
struct page {
	struct buffer entries;		/* msgpack, without the array's head */
	msgpack_packer pack;
	uint64_t limit, count, visits;
	char *key, *value;
	bool begun;			/* key holds the last one visited */
	bool more;
};

/* Returns an errno; an entry that went away meanwhile is left out. */
static int page_entry(struct page *page, const struct table *table)
{
	int err = -bpf_map_lookup_elem(table->fd, page->key, page->value);

	if (err == ENOENT)
		return 0;
	if (err)
		return err;
	msgpack_pack_array(&page->pack, 2);
	msgpack_pack_bin_with_body(&page->pack, page->key, table->key_size);
	msgpack_pack_bin_with_body(&page->pack, page->value, table->value_bytes);
	page->count++;
	return 0;
}

static bool page_is_full(const struct page *page)
{
	return page->count >= page->limit || page->entries.size >= DUMP_BYTES_MAX ||
	       page->visits >= DUMP_VISITS_MAX;
}

/* Returns an errno. */
static int page_fill(struct page *page, const struct table *table)
{
	int err;

	while (!page_is_full(page)) {
		err = -bpf_map_get_next_key(table->fd, page->begun ? page->key : NULL, page->key);
		if (err)
			return err == ENOENT ? 0 : err;
		page->begun = true;
		page->visits++;
		err = page_entry(page, table);
		if (err)
			return err;
	}
	page->more = true;
	return 0;
}

static void page_put(struct page *page, struct call *call, const struct table *table, int err)
{
	result(call, 4);
	put_int(&call->pack, "errno", err);
	put_array(&call->pack, "entries", page->count);
	buffer_append(call->out, page->entries.data, page->entries.size);
	if (page->entries.failed)
		call->out->failed = true;
	put_bool(&call->pack, "more", page->more);
	if (page->more)
		put_bin(&call->pack, "cursor", page->key, table->key_size);
	else
		put_nil(&call->pack, "cursor");
}

static int page_start(struct page *page, struct call *call, const struct table *table)
{
	struct bytes cursor;

	if (arg_bin_or(call, "cursor", UINT32_MAX, &cursor) ||
	    arg_u64_or(call, "limit", DUMP_MAX, &page->limit, DUMP_MAX))
		return -1;
	if (!page->limit)
		return refuse(call, EINVAL, "table_dump: limit must be greater than 0");
	if (cursor.data && read_key(call, table, "cursor", &cursor))
		return -1;
	page->entries.limit = MESSAGE_MAX;
	pack_start(&page->pack, &page->entries);
	page->key = malloc(table->key_size + 1);
	page->value = alloc_value(call, table);
	if (!page->key || !page->value)
		return refuse(call, ENOMEM, "table_dump: no memory for a key and a value");
	page->begun = cursor.data;
	if (cursor.data)
		memcpy(page->key, cursor.data, cursor.size);
	return 0;
}

int op_table_dump(struct agent *agent, struct call *call)
{
	struct page page = { 0 };
	struct table table;
	int err = -1;

	if (arg_table(agent, call, &table))
		return -1;
	if (!page_start(&page, call, &table)) {
		page_put(&page, call, &table, page_fill(&page, &table));
		err = 0;
	}
	buffer_free(&page.entries);
	free(page.key);
	free(page.value);
	return err;
}
