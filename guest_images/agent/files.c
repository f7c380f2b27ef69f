// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that are copied into the guest and out of it, piece by piece. For
 * those of the kernel's own, whose size is not known before, see system.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"

#define PERMISSIONS 07777

static int make_folder(const char *path)
{
	if (!brought_has_room())
		return ENOSPC;
	if (mkdir(path, 0755))
		return errno == EEXIST ? 0 : errno;
	brought_add(path);
	return 0;
}

/* The folders above it, as mkdir -p makes them. */
static int make_folders(char *path)
{
	char *at;
	int err;

	for (at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = 0;
		err = make_folder(path);
		if (err)
			return err;
		*at = '/';
	}
	return brought_has_room() ? 0 : ENOSPC;
}

/* The first piece makes the file, or empties it: not one of a machine that is not ours. */
static int open_file(const char *path, bool first)
{
	int flags = first ? O_CREAT | (brought_is_kept() ? O_EXCL : O_TRUNC) : O_APPEND;
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);

	if (fd >= 0 && first)
		brought_add(path);
	return fd;
}

static int write_all(int fd, const struct bytes *data)
{
	size_t done = 0;
	ssize_t put;

	while (done < data->size) {
		put = write(fd, data->data + done, data->size - done);
		if (put < 0)
			return errno;
		done += put;
	}
	return 0;
}

/* The first piece makes the file; the others are added. */
int op_file_put(struct agent *agent, struct call *call)
{
	char path[PATH_SIZE];
	struct bytes data;
	uint64_t mode;
	bool first;
	int fd, err;

	if (arg_text(call, "path", path, sizeof(path)) ||
	    arg_bin(call, "data", FILE_MAX, &data) ||
	    arg_u64(call, "mode", PERMISSIONS, &mode) ||
	    arg_bool_or(call, "first", &first, false))
		return -1;
	agent->stirred = true;
	err = first ? make_folders(path) : 0;
	if (err)
		return result_errno(call, err);
	fd = open_file(path, first);
	if (fd < 0)
		return result_errno(call, errno);
	err = write_all(fd, &data);
	if (!err && fchmod(fd, mode))
		err = errno;
	close(fd);
	return result_errno(call, err);
}

/* A regular file only: a device or a pipe may have no end. */
int op_file_get(struct agent *agent, struct call *call)
{
	char path[PATH_SIZE];
	uint64_t offset, limit;
	struct stat stat = { 0 };
	char *data = NULL;
	ssize_t got = 0;
	int fd, err = 0;

	(void)agent;
	if (arg_text(call, "path", path, sizeof(path)) ||
	    arg_u64(call, "offset", INT64_MAX, &offset) ||
	    arg_u64(call, "limit", FILE_MAX, &limit))
		return -1;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &stat))
		err = errno;
	else if (!S_ISREG(stat.st_mode))
		err = S_ISDIR(stat.st_mode) ? EISDIR : ENOTSUP;
	else if (!(data = malloc(limit + 1)))
		err = ENOMEM;
	else if ((got = pread(fd, data, limit, offset)) < 0)
		err = errno;
	result(call, 3);
	put_int(&call->pack, "errno", err);
	put_uint(&call->pack, "mode", stat.st_mode & PERMISSIONS);
	put_bin(&call->pack, "data", data, got > 0 ? got : 0);
	if (fd >= 0)
		close(fd);
	free(data);
	return 0;
}
