// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that can be read below /proc/sys. Knows how to walk it and which files
 * there are orders; refuses to know what a setting means or why it changed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"

#define ROOT "/proc/sys"

/* A read of it folds the counters of all CPUs, and may complain of them: mm/vmstat.c. */
#define ORDER "vm/stat_refresh"

struct walk {
	struct buffer pairs;
	msgpack_packer pack;
	size_t count;
	char path[PATH_SIZE];	/* of what is looked at, below ROOT */
};

/* One that cannot be read is write-only, or was never set (stable_secret: EIO). */
static void put_setting(struct walk *walk, int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char value[SETTING_MAX];
	ssize_t got;

	if (fd < 0)
		return;
	got = read(fd, value, sizeof(value));
	close(fd);
	if (got < 0)
		return;
	msgpack_pack_array(&walk->pack, 2);
	msgpack_pack_bin_with_body(&walk->pack, walk->path, strlen(walk->path));
	msgpack_pack_bin_with_body(&walk->pack, value, got);
	walk->count++;
}

static void walk_folder(struct walk *walk, int fd, size_t depth);

static void visit(struct walk *walk, int folder, const struct dirent *entry, size_t depth)
{
	int fd;

	if (entry->d_type != DT_DIR) {
		if (strcmp(walk->path, ORDER))
			put_setting(walk, folder, entry->d_name);
		return;
	}
	fd = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && depth < SETTINGS_DEPTH_MAX)
		walk_folder(walk, fd, depth + 1);
	else if (fd >= 0)
		close(fd);
}

/* Takes the descriptor over. */
static void walk_folder(struct walk *walk, int fd, size_t depth)
{
	size_t length = strlen(walk->path);
	DIR *folder = fdopendir(fd);
	struct dirent *entry;

	if (!folder) {
		close(fd);
		return;
	}
	while ((entry = readdir(folder))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(walk->path + length, sizeof(walk->path) - length, "%s%s",
			 length ? "/" : "", entry->d_name);
		visit(walk, dirfd(folder), entry, depth);
		walk->path[length] = 0;
	}
	closedir(folder);
}

int op_settings(struct agent *agent, struct call *call)
{
	struct walk walk = { .pairs = { .limit = MESSAGE_MAX } };
	int fd = open(ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)agent;
	if (fd < 0)
		return refuse(call, errno, "settings: cannot open " ROOT ": %s", strerror(errno));
	pack_start(&walk.pack, &walk.pairs);
	walk_folder(&walk, fd, 0);
	result(call, 1);
	put_array(&call->pack, "settings", walk.count);
	buffer_append(call->out, walk.pairs.data, walk.pairs.size);
	if (walk.pairs.failed)
		call->out->failed = true;
	buffer_free(&walk.pairs);
	return 0;
}
