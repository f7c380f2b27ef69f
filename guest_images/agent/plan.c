// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a load request asks for, and telling libbpf so. Knows the arguments of
 * "load" and the setters they go to; refuses to know what happens on loading.
 */
#include <errno.h>
#include <string.h>

#include "objects.h"

static int read_settings(struct call *call, struct plan *plan)
{
	if (arg_bool_or(call, "keep_going", &plan->keep_going, false) ||
	    arg_u32_or(call, "flags_set", &plan->flags_set, 0) ||
	    arg_u32_or(call, "flags_clear", &plan->flags_clear, 0) ||
	    arg_u32_or(call, "log_level", &plan->log_level, 0) ||
	    /* Kernels up to 5.1 refuse a buffer of 16 MiB, but not one byte less. */
	    arg_u64_or(call, "log_size", LOG_MAX, &plan->log_size, LOG_MAX - 1))
		return -1;
	return arg_u64_or(call, "drop_caps", UINT64_MAX, &plan->drop_caps, 0);
}

int plan_read(const struct agent *agent, struct call *call, struct plan *plan)
{
	if (arg_new(call, &plan->as) || registry_check_new(&agent->handles, call, plan->as))
		return -1;
	plan->blob = blob_find(agent, call);
	if (!plan->blob || read_settings(call, plan) ||
	    arg_array_or(call, "programs", &plan->programs) ||
	    arg_map_or(call, "types", &plan->types) ||
	    arg_map_or(call, "reuse", &plan->reuse))
		return -1;
	return arg_array_or(call, "no_autocreate", &plan->no_autocreate);
}

static struct bpf_program *find_program(struct call *call, const struct bpf_object *object,
					const char *what, const msgpack_object *from)
{
	struct bpf_program *program;
	char name[NAME_SIZE];

	if (as_text(call, what, from, name, sizeof(name)))
		return NULL;
	program = bpf_object__find_program_by_name(object, name);
	if (!program)
		refuse(call, ENOENT, "load: the object has no program %s (in %s)", name, what);
	return program;
}

static struct bpf_map *find_table(struct call *call, const struct plan *plan,
				  const struct bpf_object *object, const char *what,
				  const msgpack_object *from)
{
	struct bpf_map *map;
	char name[NAME_SIZE];

	if (as_text(call, what, from, name, sizeof(name)))
		return NULL;
	map = table_named(object, plan->tables, name);
	if (!map)
		refuse(call, ENOENT, "load: the object has no table %s (in %s)", name, what);
	return map;
}

static int refused_by_libbpf(struct call *call, const char *setting, const char *name, int err)
{
	return refuse(call, -err, "load: cannot set %s of %s: %s", setting, name, strerror(-err));
}

static int select_programs(struct call *call, const struct plan *plan,
			   struct bpf_object *object)
{
	struct bpf_program *program;
	uint32_t i;

	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, !plan->programs);
	for (i = 0; plan->programs && i < plan->programs->size; i++) {
		program = find_program(call, object, "programs", &plan->programs->ptr[i]);
		if (!program)
			return -1;
		bpf_program__set_autoload(program, true);
	}
	return 0;
}

static int set_flags(struct call *call, const struct plan *plan, struct bpf_object *object)
{
	struct bpf_program *program;
	uint32_t flags;
	int err;

	bpf_object__for_each_program(program, object) {
		flags = bpf_program__flags(program);
		flags = (flags | plan->flags_set) & ~plan->flags_clear;
		err = bpf_program__set_flags(program, flags);
		if (err)
			return refused_by_libbpf(call, "flags", bpf_program__name(program), err);
	}
	return 0;
}

/* The arguments now are the fields of one entry of "types". */
static int set_one_type(const struct agent *agent, struct call *call,
			struct bpf_program *program)
{
	const char *name = bpf_program__name(program);
	uint32_t type = bpf_program__type(program);
	uint32_t attach_type = bpf_program__expected_attach_type(program);
	struct program other = { 0 };
	char target[NAME_SIZE];
	int err;

	if (arg_names(call, "type attach_type attach_to attach_program") ||
	    arg_u32_or(call, "type", &type, type) ||
	    arg_u32_or(call, "attach_type", &attach_type, attach_type))
		return -1;
	err = bpf_program__set_type(program, type);
	if (err)
		return refused_by_libbpf(call, "type", name, err);
	err = bpf_program__set_expected_attach_type(program, attach_type);
	if (err)
		return refused_by_libbpf(call, "attach_type", name, err);
	if (!arg_find(call, "attach_to"))
		return 0;
	if (arg_text(call, "attach_to", target, sizeof(target)) ||
	    (arg_find(call, "attach_program") &&
	     arg_program(agent, call, "attach_program", &other)))
		return -1;
	err = bpf_program__set_attach_target(program, other.fd, target);
	return err ? refused_by_libbpf(call, "attach_to", name, err) : 0;
}

static int set_types(const struct agent *agent, struct call *call, const struct plan *plan,
		     const struct bpf_object *object)
{
	const msgpack_object_map *outer;
	struct bpf_program *program;
	uint32_t i;
	int err;

	for (i = 0; plan->types && i < plan->types->size; i++) {
		const msgpack_object_kv *pair = &plan->types->ptr[i];

		program = find_program(call, object, "types", &pair->key);
		if (!program || arg_enter(call, "types", &pair->val, &outer))
			return -1;
		err = set_one_type(agent, call, program);
		call->args = outer;
		if (err)
			return -1;
	}
	return 0;
}

static int set_reuse(const struct agent *agent, struct call *call, const struct plan *plan,
		     const struct bpf_object *object)
{
	struct bpf_map *map;
	struct ref ref;
	uint32_t i;
	int fd, err;

	for (i = 0; plan->reuse && i < plan->reuse->size; i++) {
		map = find_table(call, plan, object, "reuse", &plan->reuse->ptr[i].key);
		if (!map || as_ref(call, "reuse", &plan->reuse->ptr[i].val, &ref))
			return -1;
		fd = table_fd_of(agent, call, &ref);
		if (fd < 0)
			return -1;
		err = bpf_map__reuse_fd(map, fd);
		if (err)
			return refused_by_libbpf(call, "reuse", bpf_map__name(map), err);
	}
	return 0;
}

static int set_autocreate(struct call *call, const struct plan *plan,
			  const struct bpf_object *object)
{
	struct bpf_map *map;
	uint32_t i;

	for (i = 0; plan->no_autocreate && i < plan->no_autocreate->size; i++) {
		map = find_table(call, plan, object, "no_autocreate",
				 &plan->no_autocreate->ptr[i]);
		if (!map)
			return -1;
		bpf_map__set_autocreate(map, false);
	}
	return 0;
}

/* Tells libbpf all the plan asks for, except what belongs to one attempt. */
int plan_apply(const struct agent *agent, struct call *call, const struct plan *plan,
	       struct bpf_object *object)
{
	if (select_programs(call, plan, object) || set_types(agent, call, plan, object) ||
	    set_flags(call, plan, object) || set_reuse(agent, call, plan, object))
		return -1;
	return set_autocreate(call, plan, object);
}
