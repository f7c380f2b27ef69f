// SPDX-License-Identifier: GPL-2.0-only
/*
 * One entry of a table: update, remove, lookup, and lookup that removes. Knows
 * how long a table's keys and values are for bpf(2), which the kernel trusts
 * the caller to know; refuses to know what is in them.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

/* -1 after refuse(), if the size is not the wanted one. */
int table_size_fault(struct call *call, const struct table *table, const char *arg, size_t size,
		     size_t wanted)
{
	if (size == wanted)
		return 0;
	return refuse(call, EINVAL, "%s: %s is %zu bytes, table %s takes %zu", call->op, arg, size,
		      table->name, wanted);
}

/*
 * A descriptor as an element of that many bytes. Tables of sockets may have
 * values of 8 bytes, which the kernel then reads as one number.
 */
static int take_fd(struct call *call, const struct table *table, const char *arg, int fd,
		   size_t size, struct element *element)
{
	uint32_t narrow = fd;

	if (size != sizeof(narrow) && size != sizeof(element->fd))
		return refuse(call, EINVAL, "%s: %s is a descriptor, table %s takes %zu bytes",
			      call->op, arg, table->name, size);
	element->fd = fd;
	if (size == sizeof(narrow))
		memcpy(&element->fd, &narrow, sizeof(narrow));
	element->bytes.data = (const char *)&element->fd;
	element->bytes.size = size;
	return 0;
}

static int descriptor_element(const struct agent *agent, struct call *call,
			      const struct table *table, const char *arg, size_t size,
			      struct element *element)
{
	int fd = arg_descriptor(agent, call, arg);

	return fd < 0 ? -1 : take_fd(call, table, arg, fd, size, element);
}

/* "key", or "key_of", a descriptor of what the entry belongs to. */
int arg_key(const struct agent *agent, struct call *call, const struct table *table,
	    struct element *key)
{
	if (arg_find(call, "key_of"))
		return descriptor_element(agent, call, table, "key_of", table->key_size, key);
	if (arg_bin(call, "key", UINT32_MAX, &key->bytes))
		return -1;
	return table_size_fault(call, table, "key", key->bytes.size, table->key_size);
}

/* "program", "inner" or "descriptor" in place of "value": the value is its descriptor. */
static int fd_value(const struct agent *agent, struct call *call, const struct table *table,
		    struct element *value)
{
	struct program program;
	struct ref ref;
	int fd;

	if (arg_find(call, "descriptor"))
		return descriptor_element(agent, call, table, "descriptor", table->value_bytes,
					  value);
	if (arg_find(call, "program")) {
		if (arg_program(agent, call, "program", &program))
			return -1;
		return take_fd(call, table, "program", program.fd, table->value_bytes, value);
	}
	if (arg_ref(call, "inner", &ref))
		return -1;
	fd = table_fd_of(agent, call, &ref);
	return fd < 0 ? -1 : take_fd(call, table, "inner", fd, table->value_bytes, value);
}

static int arg_value(const struct agent *agent, struct call *call, const struct table *table,
		     struct element *value)
{
	int sources = !!arg_find(call, "value") + !!arg_find(call, "program") +
		      !!arg_find(call, "inner") + !!arg_find(call, "descriptor");
	size_t wanted = table->value_bytes;
	uint64_t flags;

	if (sources != 1)
		return refuse(call, EINVAL, "table_update: give one of value, program, inner and "
			      "descriptor");
	if (!arg_find(call, "value"))
		return fd_value(agent, call, table, value);
	if (arg_bin(call, "value", UINT32_MAX, &value->bytes) ||
	    arg_u64_or(call, "flags", UINT64_MAX, &flags, 0))
		return -1;
	/* The value of one CPU, or the same for all: linux/bpf.h, BPF_F_CPU, BPF_F_ALL_CPUS. */
	if (flags & (BPF_F_CPU | BPF_F_ALL_CPUS))
		wanted = table->value_size;
	return table_size_fault(call, table, "value", value->bytes.size, wanted);
}

int op_table_update(struct agent *agent, struct call *call)
{
	struct element key, value;
	struct table table;
	uint64_t flags;
	int err;

	if (arg_table(agent, call, &table) || arg_key(agent, call, &table, &key) ||
	    arg_value(agent, call, &table, &value) ||
	    arg_u64_or(call, "flags", UINT64_MAX, &flags, 0))
		return -1;
	err = bpf_map_update_elem(table.fd, key_or_null(&table, &key), value.bytes.data, flags);
	return result_errno(call, -err);
}

int op_table_remove(struct agent *agent, struct call *call)
{
	struct element key;
	struct table table;

	if (arg_table(agent, call, &table) || arg_key(agent, call, &table, &key))
		return -1;
	return result_errno(call, -bpf_map_delete_elem(table.fd, key_or_null(&table, &key)));
}

char *alloc_value(struct call *call, const struct table *table)
{
	char *value = table->value_bytes < MESSAGE_MAX ? calloc(1, table->value_bytes + 1) : NULL;

	if (!value)
		refuse(call, ENOMEM, "%s: no memory for a value of table %s, %zu bytes", call->op,
		       table->name, table->value_bytes);
	return value;
}

typedef int (*lookup_fn)(int fd, const void *key, void *value, __u64 flags);

/*
 * A bloom filter is asked whether it holds the value, which is what "value" is
 * for; elsewhere it is left out.
 */
static int lookup(struct agent *agent, struct call *call, lookup_fn how)
{
	struct bytes asked;
	struct element key;
	struct table table;
	uint64_t flags;
	char *value;
	int err;

	if (arg_table(agent, call, &table) || arg_key(agent, call, &table, &key) ||
	    arg_u64_or(call, "flags", UINT64_MAX, &flags, 0) ||
	    arg_bin_or(call, "value", UINT32_MAX, &asked))
		return -1;
	if (asked.data &&
	    table_size_fault(call, &table, "value", asked.size, table.value_bytes))
		return -1;
	value = alloc_value(call, &table);
	if (!value)
		return -1;
	if (asked.data)
		memcpy(value, asked.data, asked.size);
	err = -how(table.fd, key_or_null(&table, &key), value, flags);
	result(call, 2);
	put_int(&call->pack, "errno", err);
	if (err)
		put_nil(&call->pack, "value");
	else
		put_bin(&call->pack, "value", value,
			flags & BPF_F_CPU ? table.value_size : table.value_bytes);
	free(value);
	return 0;
}

int op_table_lookup(struct agent *agent, struct call *call)
{
	return lookup(agent, call, bpf_map_lookup_elem_flags);
}

int op_table_take(struct agent *agent, struct call *call)
{
	return lookup(agent, call, bpf_map_lookup_and_delete_elem_flags);
}
