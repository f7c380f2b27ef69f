/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What shell commands and terminals share: a child that leads a group of its
 * own, and what it prints.
 */
#ifndef AGENT_SHELL_H
#define AGENT_SHELL_H

#include <linux/filter.h>
#include <sys/types.h>

#include "agent.h"

#define SHELL "/bin/sh"

struct shell {
	struct entry entry;
	pid_t pid;		/* also the process group */
	int fd;			/* what it prints; -1 once that ended */
	int input;		/* what it reads; -1 if that is nothing, fd of a terminal */
};

/* In the child: its signals, its place when memory is short, its filter of system calls if it
 * has one, its program.
 */
void shell_become(const char *path, char *const *argv, char *const *environment,
		  const struct sock_fprog *seccomp) __attribute__((noreturn));

struct shell *shell_new(struct agent *agent, struct call *call);
int shell_started(struct agent *agent, struct call *call, struct shell *shell, uint64_t as,
		  int err);

#endif
