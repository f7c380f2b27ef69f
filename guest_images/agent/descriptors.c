// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors that tables are keyed by or hold: a process, a file, a cgroup, a
 * socket, a counter. Knows how each is opened; refuses to know which table
 * takes which.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_xdp.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent.h"

/* 434 on every architecture; older C libraries have no name for it. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* Each gives a descriptor, -1 with errno set, or -2 after refuse(). */
struct kind {
	const char *name;
	int (*open)(struct call *call);
};

/* The worker itself unless a process is named. */
static int open_process(struct call *call)
{
	uint64_t pid;

	if (arg_u64_or(call, "pid", INT32_MAX, &pid, getpid()))
		return -2;
	return syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

/* A folder below /sys/fs/cgroup is a cgroup. */
static int open_path(struct call *call)
{
	char path[PATH_SIZE];

	if (arg_text(call, "path", path, sizeof(path)))
		return -2;
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* Bound to a port of the kernel's choice on lo, ready for SO_REUSEPORT. */
static int open_bound(int type)
{
	struct sockaddr_in lo = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1, err;

	if (fd < 0)
		return -1;
	if (!setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) &&
	    !bind(fd, (struct sockaddr *)&lo, sizeof(lo)) &&
	    (type != SOCK_STREAM || !listen(fd, 1)))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

static int open_udp(struct call *call)
{
	(void)call;
	return open_bound(SOCK_DGRAM);
}

static int open_tcp(struct call *call)
{
	(void)call;
	return open_bound(SOCK_STREAM);
}

/* With a ring to receive into: since v6.19 or so no table takes one without. */
static int open_xdp(struct call *call)
{
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	int entries = 64;

	(void)call;
	if (fd >= 0)
		setsockopt(fd, SOL_XDP, XDP_RX_RING, &entries, sizeof(entries));
	return fd;
}

/* Counts nanoseconds of one CPU. */
static int open_clock(struct call *call)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK };
	uint64_t cpu;

	if (arg_u64_or(call, "cpu", INT32_MAX, &cpu, 0))
		return -2;
	return syscall(SYS_perf_event_open, &attr, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static const struct kind kinds[] = {
	{ "process", open_process }, { "path", open_path }, { "udp", open_udp },
	{ "tcp", open_tcp }, { "xdp", open_xdp }, { "clock", open_clock },
};

static const struct kind *find_kind(struct call *call)
{
	char name[NAME_SIZE];
	size_t i;

	if (arg_text(call, "kind", name, sizeof(name)))
		return NULL;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	refuse(call, EINVAL, "descriptor: there is no kind %s", name);
	return NULL;
}

int op_descriptor(struct agent *agent, struct call *call)
{
	struct holding *holding;
	const struct kind *kind;
	uint64_t as;
	int fd;

	if (arg_new(call, &as) || registry_check_new(&agent->handles, call, as))
		return -1;
	kind = find_kind(call);
	if (!kind)
		return -1;
	fd = kind->open(call);
	if (fd == -2)
		return -1;
	if (fd < 0)
		return result_errno(call, errno);
	holding = calloc(1, sizeof(*holding));
	if (!holding) {
		close(fd);
		return refuse(call, ENOMEM, "descriptor: no memory for a handle");
	}
	holding->fd = fd;
	holding->is_descriptor = true;
	registry_add(&agent->handles, &holding->entry, as);
	return result_errno(call, 0);
}

/* The descriptor behind a handle, or -1 after refuse(). */
int arg_descriptor(const struct agent *agent, struct call *call, const char *name)
{
	const struct holding *holding;
	uint64_t handle;

	if (arg_u64(call, name, INT64_MAX, &handle))
		return -1;
	holding = (struct holding *)registry_get(&agent->handles, call, handle);
	if (!holding)
		return -1;
	if (!holding->is_descriptor)
		return refuse(call, EINVAL, "%s: handle %llu is no descriptor", call->op,
			      (unsigned long long)handle);
	return holding->fd;
}
