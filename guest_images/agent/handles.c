// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a handle holds, and finding a program or a table by [handle, name].
 * Knows objects, raw programs and single tables; refuses to know how they
 * came to be or what is done with them.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"

void holding_release(struct entry *entry)
{
	struct holding *holding = (struct holding *)entry;

	if (holding->object)
		bpf_object__close(holding->object);
	else
		close(holding->fd);
	table_names_free(holding->tables);
	free(holding);
}

static const struct holding *holding_of(const struct agent *agent, struct call *call,
					const struct ref *ref)
{
	return (struct holding *)registry_get(&agent->handles, call, ref->handle);
}

static int no_such(struct call *call, const char *noun, const struct ref *ref)
{
	return refuse(call, ENOENT, "%s: handle %llu has no %s %s", call->op,
		      (unsigned long long)ref->handle, noun, ref->name);
}

static int object_program(struct call *call, const struct holding *holding,
			  const struct ref *ref, struct program *program)
{
	program->libbpf = bpf_object__find_program_by_name(holding->object, ref->name);
	if (!program->libbpf)
		return no_such(call, "program", ref);
	program->holding = holding;
	program->fd = bpf_program__fd(program->libbpf);
	program->attach_type = bpf_program__expected_attach_type(program->libbpf);
	if (program->fd < 0)
		return refuse(call, ENOENT, "%s: program %s of handle %llu is not loaded", call->op,
			      ref->name, (unsigned long long)ref->handle);
	return 0;
}

int program_of(const struct agent *agent, struct call *call, const struct ref *ref,
	       struct program *program)
{
	const struct holding *holding = holding_of(agent, call, ref);

	if (!holding)
		return -1;
	if (holding->object)
		return object_program(call, holding, ref, program);
	if (holding->is_table || holding->is_descriptor || strcmp(holding->name, ref->name))
		return no_such(call, "program", ref);
	program->libbpf = NULL;
	program->holding = holding;
	program->fd = holding->fd;
	program->attach_type = holding->attach_type;
	return 0;
}

int arg_program(const struct agent *agent, struct call *call, const char *name,
		struct program *program)
{
	struct ref ref;

	return arg_ref(call, name, &ref) ? -1 : program_of(agent, call, &ref, program);
}

static int object_table_fd(struct call *call, const struct holding *holding,
			   const struct ref *ref, struct bpf_map **found)
{
	struct bpf_map *map = table_named(holding->object, holding->tables, ref->name);
	int fd;

	if (!map)
		return no_such(call, "table", ref);
	/* libbpf gives a table it did not create the descriptor of an empty file. */
	fd = bpf_map__autocreate(map) ? bpf_map__fd(map) : -1;
	if (fd < 0)
		return refuse(call, ENOENT, "%s: table %s of handle %llu was not created", call->op,
			      ref->name, (unsigned long long)ref->handle);
	*found = map;
	return fd;
}

/* Of a table of the same object. */
int program_table_fd(struct call *call, const struct program *program, const char *name)
{
	struct bpf_map *map;
	struct ref ref = { .handle = program->holding->entry.id };

	if (!program->holding->object)
		return refuse(call, EINVAL, "%s: a raw program has no table %s", call->op, name);
	snprintf(ref.name, sizeof(ref.name), "%s", name);
	return object_table_fd(call, program->holding, &ref, &map);
}

static int find_table(const struct agent *agent, struct call *call, const struct ref *ref,
		      struct bpf_map **map)
{
	const struct holding *holding = holding_of(agent, call, ref);

	*map = NULL;
	if (!holding)
		return -1;
	if (holding->object)
		return object_table_fd(call, holding, ref, map);
	if (!holding->is_table || strcmp(holding->name, ref->name))
		return no_such(call, "table", ref);
	return holding->fd;
}

/* The file descriptor of a table, or -1 after refuse(). */
int table_fd_of(const struct agent *agent, struct call *call, const struct ref *ref)
{
	struct bpf_map *map;

	return find_table(agent, call, ref, &map);
}

static bool is_per_cpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

/* How many bytes bpf(2) reads or writes for one value of the table. */
static size_t value_bytes(uint32_t type, uint32_t value_size)
{
	size_t rounded = ((size_t)value_size + 7) & ~(size_t)7;

	return is_per_cpu(type) ? rounded * libbpf_num_possible_cpus() : value_size;
}

int arg_table(const struct agent *agent, struct call *call, struct table *table)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	struct ref ref;

	if (arg_ref(call, "table", &ref))
		return -1;
	table->fd = find_table(agent, call, &ref, &table->map);
	if (table->fd < 0)
		return -1;
	if (bpf_map_get_info_by_fd(table->fd, &info, &size))
		return refuse(call, errno, "%s: the kernel does not describe table %s: %s",
			      call->op, ref.name, strerror(errno));
	strcpy(table->name, ref.name);
	table->type = info.type;
	table->key_size = info.key_size;
	table->value_size = info.value_size;
	table->entries = info.max_entries;
	table->flags = info.map_flags;
	table->extra = info.map_extra;
	table->value_bytes = value_bytes(info.type, info.value_size);
	return 0;
}

int op_close(struct agent *agent, struct call *call)
{
	struct entry *entry;
	uint64_t handle;

	if (arg_u64(call, "handle", INT64_MAX, &handle))
		return -1;
	entry = registry_get(&agent->handles, call, handle);
	if (!entry)
		return -1;
	registry_remove(&agent->handles, entry);
	return result_empty(call);
}

void release_all(struct agent *agent)
{
	registry_clear(&agent->links);
	registry_clear(&agent->shells);
	registry_clear(&agent->fires);
	trace_close(agent);
	registry_clear(&agent->streams);
	registry_clear(&agent->handles);
	places_sweep();
}

int op_reset(struct agent *agent, struct call *call)
{
	release_all(agent);
	return result_empty(call);
}
