// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes, perf events and probes, as /proc and tracefs show them. Knows that
 * nothing but a shell command, a link or a write to a file can leave one here,
 * so that they are looked for only after one, until none is found.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "init.h"

/* fs/anon_inodes.c and kernel/events/core.c: what such a descriptor links to. */
#define PERF_EVENT "anon_inode:[perf_event]"

#define TRACING "/sys/kernel/tracing/"
#define PROBES_SIZE KIB(64)

static bool is_perf_event(int folder, const char *name)
{
	char target[sizeof(PERF_EVENT)];

	return readlinkat(folder, name, target, sizeof(target)) == sizeof(PERF_EVENT) - 1 &&
	       !memcmp(target, PERF_EVENT, sizeof(PERF_EVENT) - 1);
}

static uint64_t count_perf_events(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	uint64_t count = 0;

	if (!folder)
		return 0;	/* it has ended */
	while ((entry = readdir(folder)))
		if (isdigit((unsigned char)entry->d_name[0]))
			count += is_perf_event(dirfd(folder), entry->d_name);
	closedir(folder);
	return count;
}

/* Kernel threads and zombies have no program. */
static bool has_program(const char *pid)
{
	char path[64], target[1];

	snprintf(path, sizeof(path), "/proc/%.16s/exe", pid);
	return readlink(path, target, sizeof(target)) > 0;
}

/* On a machine that others use too, only what descends from the supervisor is told. */
static bool is_ours(const struct agent *agent, pid_t pid)
{
	const pid_t supervisor = getppid();

	if (agent->guest)
		return true;
	if (pid == supervisor)
		return false;
	while (pid > 1 && pid != supervisor)
		pid = parent_of(pid);
	return pid == supervisor;
}

static void count_stranger(const char *pid, struct census *census)
{
	char path[64];

	if (!has_program(pid))
		return;
	snprintf(path, sizeof(path), "/proc/%.16s/fd", pid);
	census->processes++;
	census->perf_events += count_perf_events(path);
}

static void count_strangers(const struct agent *agent, struct census *census)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	long pid;

	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		pid = strtol(entry->d_name, NULL, 10);
		if (pid > 1 && pid != getpid() && is_ours(agent, pid))
			count_stranger(entry->d_name, census);
	}
	closedir(folder);
}

/* Lines of a file of tracefs in its first 64 KiB; an errno if it cannot be read. */
static int count_lines(const char *path, uint64_t *count)
{
	static char text[PROBES_SIZE];
	size_t got, i;
	int err = slurp(path, text, sizeof(text), &got);

	for (i = 0; i < got; i++)
		*count += text[i] == '\n';
	return err;
}

/* Since v5.0 one file has them all: kernel/trace/trace_dynevent.c. */
static uint64_t count_probes(void)
{
	uint64_t count = 0;

	if (count_lines(TRACING "dynamic_events", &count) == ENOENT) {
		count_lines(TRACING "kprobe_events", &count);
		count_lines(TRACING "uprobe_events", &count);
	}
	return count;
}

struct census take_census(struct agent *agent)
{
	struct census census = { 0 };

	if (!agent->stirred)
		return census;
	census.perf_events = count_perf_events("/proc/self/fd");
	census.probes = count_probes();
	count_strangers(agent, &census);
	agent->stirred = census.processes || census.perf_events || census.probes;
	return census;
}
