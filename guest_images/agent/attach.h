/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kinds of event, by theme: what each makes of a program. harness/values/event_rows.py
 * has a row for each.
 */
#ifndef AGENT_ATTACH_H
#define AGENT_ATTACH_H

#include "agent.h"

/* What a kind of event makes of a program; an errno in err if neither. */
struct made {
	struct bpf_link *libbpf;
	int fd;
	bool is_socket;
	int err;
};

struct kind {
	const char *name;
	const char *args;
	int (*attach)(struct call *call, const struct program *program, struct made *made);
	bool raw_too;		/* works without libbpf's view of the program */
};

/* Each ends with a row without a name. */
extern const struct kind tracing_kinds[];
extern const struct kind socket_kinds[];

int made_libbpf(struct made *made, struct bpf_link *link);
int made_fd(struct made *made, int fd);

#endif
