// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that together are a struct of the kernel's function pointers. Knows
 * that it is the table, not a program, that is attached.
 */
#include <errno.h>

#include "attach.h"

static int attach_struct_ops(struct call *call, const struct program *program, struct made *made)
{
	char name[NAME_SIZE];
	struct bpf_map *map;

	if (arg_text(call, "table", name, sizeof(name)))
		return -1;
	map = bpf_object__find_map_by_name(program->holding->object, name);
	if (!map)
		return refuse(call, ENOENT, "attach: the object has no struct %s", name);
	return made_libbpf(made, bpf_map__attach_struct_ops(map));
}

const struct kind struct_ops_kinds[] = {
	{ "struct_ops", "kind table", attach_struct_ops, false },
	{ 0 },
};
