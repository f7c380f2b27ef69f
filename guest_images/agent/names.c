// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names of an object's tables as the object has them. Knows that libbpf
 * renames a table after the one it is told to use instead, so names are taken
 * down when the object is opened; refuses to know what a table is for.
 */
#include <stdlib.h>
#include <string.h>

#include "agent.h"

/* An internal table goes by its section, ".data", not "filter.data". */
static const char *own_name(const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);
	const char *dot = bpf_map__is_internal(map) ? strchr(name, '.') : NULL;

	return dot ? dot : name;
}

/* By place in the object, NULL at the end; NULL alone if memory ran out. */
char **table_names(const struct bpf_object *object)
{
	struct bpf_map *map;
	size_t count = 0;
	char **names;

	bpf_object__for_each_map(map, object)
		count++;
	names = calloc(count + 1, sizeof(*names));
	if (!names)
		return NULL;
	count = 0;
	bpf_object__for_each_map(map, object) {
		names[count] = strdup(own_name(map));
		if (!names[count++]) {
			table_names_free(names);
			return NULL;
		}
	}
	return names;
}

void table_names_free(char **names)
{
	char **at;

	for (at = names; at && *at; at++)
		free(*at);
	free(names);
}

struct bpf_map *table_named(const struct bpf_object *object, char *const *names,
			    const char *name)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
		if (!strcmp(*names++, name))
			return map;
	return NULL;
}
