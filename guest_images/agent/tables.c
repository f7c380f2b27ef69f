// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making a table from user space, and closing it for changes. Knows what
 * BPF_MAP_CREATE takes; refuses to know which sizes suit which type, which is
 * the kernel's to say.
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

/* "types" is BTF, of which "key_type" and "value_type" are numbers; closed by the caller. */
static int read_types(struct call *call, struct bpf_map_create_opts *opts)
{
	struct bytes types;

	if (arg_bin_or(call, "types", CODE_MAX, &types) ||
	    arg_u32_or(call, "key_type", &opts->btf_key_type_id, 0) ||
	    arg_u32_or(call, "value_type", &opts->btf_value_type_id, 0))
		return -1;
	if (!types.data)
		return 0;
	opts->btf_fd = bpf_btf_load(types.data, types.size, NULL);
	if ((int)opts->btf_fd < 0)
		return refuse(call, errno, "table_create: the kernel refuses the types: %s",
			      strerror(errno));
	return 0;
}

int op_table_create(struct agent *agent, struct call *call)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	uint64_t as, type, key_size, value_size, entries, extra;
	char name[NAME_SIZE];
	int fd, err;

	if (arg_new(call, &as) || registry_check_new(&agent->handles, call, as) ||
	    arg_text(call, "name", name, sizeof(name)) ||
	    arg_u64(call, "type", UINT32_MAX, &type) ||
	    arg_u64(call, "key_size", UINT32_MAX, &key_size) ||
	    arg_u64(call, "value_size", UINT32_MAX, &value_size) ||
	    arg_u64(call, "entries", UINT32_MAX, &entries) ||
	    arg_u32_or(call, "flags", &opts.map_flags, 0) ||
	    arg_u64_or(call, "extra", UINT64_MAX, &extra, 0) || read_inner(agent, call, &opts) ||
	    read_types(call, &opts))
		return -1;
	opts.map_extra = extra;
	fd = bpf_map_create(type, name, key_size, value_size, entries, &opts);
	err = fd < 0 ? errno : 0;
	if (opts.btf_fd)
		close(opts.btf_fd);
	if (err)
		return reply_not_created(call, err);
	return create(agent, call, as, fd, name);
}

int op_table_freeze(struct agent *agent, struct call *call)
{
	struct table table;

	if (arg_table(agent, call, &table))
		return -1;
	return result_errno(call, -bpf_map_freeze(table.fd));
}
