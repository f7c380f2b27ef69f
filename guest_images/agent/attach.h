/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kinds of event, by theme: what each makes of a program. harness/values/event_rows.py
 * has a row for each.
 */
#ifndef AGENT_ATTACH_H
#define AGENT_ATTACH_H

#include <sys/types.h>

#include "agent.h"

/* What is there only while filters are attached to it: places.c. */
enum place { PLACE_PAIR, PLACE_GROUP, PLACES };

/* What a kind of event makes of a program; an errno in err if it was refused. */
struct made {
	struct bpf_link *libbpf;
	struct bpf_link **each;	/* one for each CPU, NULL at the end; instead of libbpf */
	int fd;			/* of a bare link, or -1 */
	int sockets[SOCKETS_MAX];	/* that the filter sits on, or that are in its table */
	size_t socket_count;
	void (*undo)(void *state);	/* for what closing all of these does not end */
	void *state;
	bool uses[PLACES];
	pid_t owner;		/* the process that has all this, or 0 for the worker */
	int err;
};

struct link {
	struct entry entry;
	struct made made;
};

struct kind {
	const char *name;
	const char *args;
	int (*attach)(struct call *call, const struct program *program, struct made *made);
	bool raw_too;		/* works without libbpf's view of the program */
};

/* Each ends with a row without a name. */
extern const struct kind tracing_kinds[];
extern const struct kind uprobe_kinds[];
extern const struct kind perf_kinds[];
extern const struct kind iter_kinds[];
extern const struct kind socket_kinds[];	/* take classic programs, too */
extern const struct kind net_kinds[];
extern const struct kind tc_kinds[];
extern const struct kind cgroup_kinds[];
extern const struct kind choice_kinds[];
extern const struct kind sockmap_kinds[];
extern const struct kind route_kinds[];
extern const struct kind struct_ops_kinds[];

int arg_direction(struct call *call, bool *in);
int put_socket(int table, uint32_t slot, int socket);
int attach_namespace(struct call *call, const struct program *program, struct made *made);

/* Associations that are not the worker's: attach_owner.c. */
pid_t attach_by_owner(struct call *call, const struct kind *kind, const struct program *program,
		      struct made *made);
void end_owner(pid_t pid);

int made_libbpf(struct made *made, struct bpf_link *link);
int made_each(struct made *made, struct bpf_link **each);
void links_destroy(struct bpf_link **each);
int made_fd(struct made *made, int fd);
int made_errno(struct made *made, int err);
void made_socket(struct made *made, int fd);
int made_undone_by(struct made *made, void (*undo)(void *state), const void *state, size_t size);
void made_end(struct made *made);

/* "interface" as its index, or 0; a cgroup's descriptor, for the caller to close, or -1: see err. */
int arg_interface(struct call *call, struct made *made, unsigned int *index);
int made_in_cgroup(struct made *made, const char *name);
void places_leave(const struct made *made);

#endif
