// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs on perf events: counters that overflow and memory that is touched, on
 * all CPUs. Knows perf_event_open(2); which counter has which number is the host's
 * to say.
 */
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach.h"

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

/* Of the kernel, or the one of the agent that triggers touch; 0 if there is none to be seen. */
static uint64_t address_of(const char *symbol)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	unsigned long long address = 0;
	char line[NAME_SIZE * 2];
	char name[NAME_SIZE];

	if (!strcmp(symbol, "fire_target"))
		address = (uintptr_t)&fire_target;
	while (file && !address && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llx %*c %255s", &address, name) != 2 || strcmp(name, symbol))
			address = 0;
	}
	if (file)
		fclose(file);
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
