// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that a host has copied to a machine that is not ours, and the folders
 * made for them: taken away when the agent ends. Knows paths and their order;
 * refuses to know what the files are for.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent.h"
#include "init.h"

#define BROUGHT_MAX 256

struct brought {
	size_t count;
	char paths[BROUGHT_MAX][PATH_SIZE];	/* in the order in which they were made */
};

/* The worker adds and the supervisor, which outlives it, takes away. NULL in a guest. */
static struct brought *brought;

int brought_open(void)
{
	brought = shared_memory(sizeof(*brought));
	return brought ? 0 : -1;
}

bool brought_is_kept(void)
{
	return brought;
}

bool brought_has_room(void)
{
	return !brought || brought->count < BROUGHT_MAX;
}

void brought_add(const char *path)
{
	if (!brought || brought->count == BROUGHT_MAX)
		return;
	snprintf(brought->paths[brought->count], PATH_SIZE, "%s", path);
	brought->count++;
}

/* Somebody may have removed one, or put something of his own into a folder: that is his. */
void brought_take_away(int kmsg)
{
	while (brought->count) {
		const char *path = brought->paths[--brought->count];

		if (remove(path) && errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST)
			kmsg_line(kmsg, "cannot remove %s: %s", path, strerror(errno));
	}
}
