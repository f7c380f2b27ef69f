// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that descend from us. Knows /proc/PID/stat, and that orphans come
 * to a subreaper; refuses to know what any of them is for.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "init.h"

#define ROUNDS 500
#define ROUND_NS 10000000

/* "42 (any name) S 41 …": the name may hold anything, so its end is looked for from behind. */
pid_t parent_of(pid_t pid)
{
	char path[64], text[512], *name_end;
	int parent = 0;
	size_t got;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	slurp(path, text, sizeof(text) - 1, &got);
	text[got] = 0;
	name_end = strrchr(text, ')');
	if (!name_end || sscanf(name_end, ") %*c %d", &parent) != 1)
		return 0;
	return parent;
}

static size_t kill_children(void)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	size_t killed = 0;
	pid_t pid;

	if (!folder)
		return 0;
	while ((entry = readdir(folder))) {
		pid = strtol(entry->d_name, NULL, 10);
		if (pid > 1 && parent_of(pid) == getpid())
			killed += !kill(pid, SIGKILL);
	}
	closedir(folder);
	return killed;
}

/* Children, and theirs when they have become ours; -1 if one does not end in five seconds. */
int end_descendants(void)
{
	const struct timespec pause = { .tv_nsec = ROUND_NS };
	int rounds;

	for (rounds = 0; rounds < ROUNDS; rounds++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (!kill_children())
			return 0;
		nanosleep(&pause, NULL);
	}
	return -1;
}
