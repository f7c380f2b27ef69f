// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest itself: who it is, its files, its kernel log, its end.
 * Knows where the kernel says these things; refuses to judge them.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"

#ifndef AGENT_BUILD
#error "build with -DAGENT_BUILD=\"...\", which hello reports"
#endif

uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int nowhere = -1;

/* Once, before the fork: who is watched must not open files of the agent's. */
void open_nowhere(void)
{
	if (nowhere < 0)
		nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
}

void print_nowhere(void)
{
	dup2(nowhere, STDIN_FILENO);
	dup2(nowhere, STDOUT_FILENO);
	dup2(nowhere, STDERR_FILENO);
}

/* Up to size bytes of a file; sets how many. Returns an errno. */
int slurp(const char *path, char *to, size_t size, size_t *got)
{
	/* Non-blocking, so that /dev/kmsg or a pipe cannot hold the agent up. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t put = 1;
	int err = 0;

	*got = 0;
	if (fd < 0)
		return errno;
	while (*got < size && put) {
		put = read(fd, to + *got, size - *got);
		if (put < 0) {
			err = errno == EAGAIN && *got ? 0 : errno;
			break;
		}
		*got += put;
	}
	close(fd);
	return err;
}

/* A small file of the kernel as a string, empty if it cannot be read. */
void slurp_text(const char *path, char *to, size_t size)
{
	size_t got;

	slurp(path, to, size - 1, &got);
	to[got] = 0;
	to[strcspn(to, "\n")] = 0;
}

int op_hello(struct agent *agent, struct call *call)
{
	char boot_id[BOOT_ID_SIZE];
	struct utsname name;
	struct bytes nonce;
	uint64_t version;

	(void)agent;
	if (arg_u64(call, "version", UINT32_MAX, &version) ||
	    arg_bin(call, "nonce", NONCE_MAX, &nonce))
		return -1;
	if (version != PROTOCOL_VERSION)
		return refuse(call, EPROTO, "hello: the host speaks version %llu, the agent %d",
			      (unsigned long long)version, PROTOCOL_VERSION);
	uname(&name);
	slurp_text(BOOT_ID, boot_id, sizeof(boot_id));
	result(call, 13);
	put_uint(&call->pack, "version", PROTOCOL_VERSION);
	put_bin(&call->pack, "nonce", nonce.data, nonce.size);
	put_text(&call->pack, "agent", AGENT_BUILD);
	put_text(&call->pack, "release", name.release);
	put_text(&call->pack, "uname_version", name.version);
	put_text(&call->pack, "machine", name.machine);
	put_text(&call->pack, "boot_id", boot_id);
	put_int(&call->pack, "cpus", libbpf_num_possible_cpus());
	put_int(&call->pack, "page_size", sysconf(_SC_PAGESIZE));
	put_text(&call->pack, "libbpf", libbpf_version_string());
	put_uint(&call->pack, "uptime_ms", clock_ns() / 1000000);
	put_uint(&call->pack, "stext", kernel_text());
	put_uint(&call->pack, "spin_ns", spin_ns());
	return 0;
}

int op_read_file(struct agent *agent, struct call *call)
{
	char path[PATH_SIZE];
	uint64_t limit;
	size_t got;
	char *data;
	int err;

	(void)agent;
	if (arg_text(call, "path", path, sizeof(path)) ||
	    arg_u64(call, "limit", FILE_MAX, &limit))
		return -1;
	data = malloc(limit + 1);
	if (!data)
		return refuse(call, ENOMEM, "read_file: no memory for %llu bytes",
			      (unsigned long long)limit);
	err = slurp(path, data, limit + 1, &got);
	result(call, 3);
	put_int(&call->pack, "errno", err);
	put_bin(&call->pack, "data", data, got > limit ? limit : got);
	put_bool(&call->pack, "truncated", got > limit);
	free(data);
	return 0;
}

int op_write_file(struct agent *agent, struct call *call)
{
	char path[PATH_SIZE];
	struct bytes data;
	int fd, err = 0;
	ssize_t put;

	if (arg_text(call, "path", path, sizeof(path)) ||
	    arg_bin(call, "data", FILE_MAX, &data))
		return -1;
	agent->stirred = true;
	fd = open(path, O_WRONLY | O_TRUNC | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return result_errno(call, errno);
	put = write(fd, data.data, data.size);
	if (put < 0)
		err = errno;
	else if ((size_t)put < data.size)
		err = EIO;
	close(fd);
	return result_errno(call, err);
}

int op_mark(struct agent *agent, struct call *call)
{
	char line[MARK_MAX + 32] = "<5>bpf-harness: ";
	size_t prefix = strlen(line);
	char *at;

	if (arg_text(call, "text", line + prefix, MARK_MAX + 1))
		return -1;
	for (at = line + prefix; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return refuse(call, EINVAL, "mark: the text holds control character %d",
				      *at);
	/* A record without its line end is held back for a continuation. */
	strcat(line, "\n");
	if (write(agent->kmsg, line, strlen(line)) < 0)
		return refuse(call, errno, "mark: cannot write to the kernel log: %s",
			      strerror(errno));
	/* If what follows is the end of the guest, all up to here is known. */
	call->urgent = true;
	return result_empty(call);
}

/* The reply goes out first; the main loop then does it. */
int op_poweroff(struct agent *agent, struct call *call)
{
	if (!agent->guest)
		return refuse(call, EPERM, "poweroff: this machine is not a guest of ours");
	agent->powering_off = true;
	return result_empty(call);
}
