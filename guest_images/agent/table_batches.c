// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many entries in one system call: BPF_MAP_UPDATE_BATCH and
 * BPF_MAP_DELETE_BATCH. Knows how keys and values follow one another; reading
 * in batches is a matter of pages.
 */
#include <bpf/bpf.h>
#include <errno.h>

#include "tables.h"

/* How many keys there are. */
static int arg_keys(struct call *call, const struct table *table, struct bytes *keys,
		    uint32_t *count)
{
	if (arg_bin(call, "keys", MESSAGE_MAX, keys))
		return -1;
	if (!table->key_size || keys->size % table->key_size)
		return refuse(call, EINVAL, "%s: keys is %zu bytes, table %s takes a multiple of %u",
			      call->op, keys->size, table->name, table->key_size);
	*count = keys->size / table->key_size;
	return 0;
}

/* How many were done is the kernel's word only if it took the request at all. */
static int reply(struct call *call, int err, uint32_t asked, uint32_t done)
{
	result(call, 2);
	put_int(&call->pack, "errno", err);
	put_uint(&call->pack, "count", err && done == asked ? 0 : done);
	return 0;
}

int op_table_add_batch(struct agent *agent, struct call *call)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	struct bytes keys, values;
	struct table table;
	uint32_t asked, done;
	uint64_t flags;
	int err;

	if (arg_table(agent, call, &table) || arg_keys(call, &table, &keys, &asked) ||
	    arg_bin(call, "values", MESSAGE_MAX, &values) ||
	    table_size_fault(call, &table, "values", values.size, asked * table.value_bytes) ||
	    arg_u64_or(call, "flags", UINT64_MAX, &flags, 0))
		return -1;
	opts.elem_flags = flags;
	done = asked;
	err = -bpf_map_update_batch(table.fd, keys.data, values.data, &done, &opts);
	return reply(call, err, asked, done);
}

int op_table_remove_batch(struct agent *agent, struct call *call)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	struct table table;
	struct bytes keys;
	uint32_t asked, done;
	int err;

	if (arg_table(agent, call, &table) || arg_keys(call, &table, &keys, &asked))
		return -1;
	done = asked;
	err = -bpf_map_delete_batch(table.fd, keys.data, &done, &opts);
	return reply(call, err, asked, done);
}
