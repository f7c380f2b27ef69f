// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs on perf events: counters that overflow and memory that is touched, on
 * all CPUs. Knows perf_event_open(2); which counter has which number is the host's
 * to say.
 */
#define _GNU_SOURCE	/* memrchr */
#include <errno.h>
#include <fcntl.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach.h"

#define SYMBOLS_READ 65536

/* On one CPU. NULL and errno. */
static struct bpf_link *attach_cpu(const struct program *program, struct perf_event_attr *attr,
				   int cpu)
{
	struct bpf_link *link;
	int fd, err;

	fd = syscall(SYS_perf_event_open, attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return NULL;
	link = bpf_program__attach_perf_event(program->libbpf, fd);
	err = errno;
	if (!link)
		close(fd);
	errno = err;
	return link;
}

/* On all CPUs that are there; NULL and errno. */
static struct bpf_link **attach_all(const struct program *program, struct perf_event_attr *attr)
{
	int cpus = libbpf_num_possible_cpus();
	struct bpf_link **each = calloc(cpus + 1, sizeof(*each));
	int cpu, err, count = 0;

	for (cpu = 0; each && cpu < cpus; cpu++) {
		each[count] = attach_cpu(program, attr, cpu);
		if (each[count]) {
			count++;
		} else if (errno != ENODEV) {
			err = errno;
			links_destroy(each);
			errno = err;
			return NULL;
		}
	}
	if (count || !each)
		return each;
	free(each);
	errno = ENODEV;
	return NULL;
}

/* A raw program on the first CPU only, which is enough to know whether it can be. */
static int attach_raw(const struct program *program, struct perf_event_attr *attr)
{
	int fd = syscall(SYS_perf_event_open, attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	int err;

	if (fd < 0 || (!ioctl(fd, PERF_EVENT_IOC_SET_BPF, program->fd) &&
		       !ioctl(fd, PERF_EVENT_IOC_ENABLE, 0)))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

static int attach_event(const struct program *program, struct made *made,
			struct perf_event_attr *attr)
{
	if (!program->libbpf)
		return made_fd(made, attach_raw(program, attr));
	return made_each(made, attach_all(program, attr));
}

static int attach_perf_event(struct call *call, const struct program *program,
			     struct made *made)
{
	struct perf_event_attr attr = { .size = sizeof(attr), .disabled = 1 };
	uint64_t type, config, period;

	if (arg_u64(call, "type", UINT32_MAX, &type) ||
	    arg_u64(call, "config", UINT64_MAX, &config) ||
	    arg_u64(call, "period", INT64_MAX, &period))
		return -1;
	attr.type = type;
	attr.config = config;
	attr.sample_period = period;
	return attach_event(program, made, &attr);
}

/* Of the line of that symbol, among whole lines: ADDRESS TYPE NAME, and perhaps a module. */
static uint64_t address_in(const char *lines, const char *symbol)
{
	char name[NAME_SIZE + 1];
	const char *at = lines;
	int length = snprintf(name, sizeof(name), " %s", symbol);

	while ((at = strstr(at, name)) && !strchr("\n\t", at[length]))
		at++;
	if (!at)
		return 0;
	while (at > lines && at[-1] != '\n')
		at--;
	return strtoull(at, NULL, 16);
}

/*
 * There are more than 100000 lines; to take each of them apart is seconds in an
 * emulated guest.
 */
static uint64_t find_symbol(int fd, const char *symbol)
{
	char text[SYMBOLS_READ + 1];
	uint64_t address = 0;
	size_t size = 0;
	ssize_t got;
	char *rest;

	while (!address && (got = read(fd, text + size, SYMBOLS_READ - size)) > 0) {
		size += got;
		rest = memrchr(text, '\n', size);
		if (!rest)
			continue;
		*rest = 0;
		address = address_in(text, symbol);
		size -= rest + 1 - text;
		memmove(text, rest + 1, size);
	}
	return address;
}

/* Of the kernel, or the one of the agent that triggers touch; 0 if there is none to be seen. */
static uint64_t address_of(const char *symbol)
{
	uint64_t address;
	int fd;

	if (!strcmp(symbol, "fire_target"))
		return (uintptr_t)&fire_target;
	fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	address = find_symbol(fd, symbol);
	close(fd);
	return address;
}

static int attach_breakpoint(struct call *call, const struct program *program,
			     struct made *made)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr), .disabled = 1, .type = PERF_TYPE_BREAKPOINT,
		.sample_period = 1,
	};
	uint64_t address, length, access;
	char symbol[NAME_SIZE];

	if (arg_u64_or(call, "address", UINT64_MAX, &address, 0) ||
	    arg_u64(call, "length", 8, &length) ||
	    arg_u64(call, "access", HW_BREAKPOINT_RW | HW_BREAKPOINT_X, &access))
		return -1;
	if (!address) {
		if (arg_text(call, "symbol", symbol, sizeof(symbol)))
			return -1;
		address = address_of(symbol);
	}
	if (!address) {
		made->err = ENOENT;
		return 0;
	}
	attr.bp_addr = address;
	attr.bp_len = access == HW_BREAKPOINT_X ? sizeof(long) : length;
	attr.bp_type = access;
	return attach_event(program, made, &attr);
}

const struct kind perf_kinds[] = {
	{ "perf_event", "kind type config period", attach_perf_event, true },
	{ "breakpoint", "kind address symbol length access", attach_breakpoint, true },
	{ 0 },
};
