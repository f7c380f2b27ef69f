/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trigger as the worker reads it and as the process that fires it sees it:
 * what to do, and where to leave what came of it. Knows no kind of trigger.
 */
#ifndef AGENT_FIRE_H
#define AGENT_FIRE_H

#include "agent.h"

enum value_type { VALUE_NUMBER, VALUE_TEXT, VALUE_BYTES, VALUE_RESULT };

/* One argument; its memory is the request's, and so the process has a copy. */
struct value {
	enum value_type type;
	int64_t number;		/* also the step whose result it stands for, from 1 */
	char *data;		/* with a NUL byte after it */
	size_t size;
};

struct step {
	struct value values[FIRE_VALUES_MAX];
	size_t count;
};

struct fire_plan {
	const struct fire_kind *kind;
	struct step steps[FIRE_STEPS_MAX];
	size_t count;
	uint64_t wait_ms;	/* for what may not arrive */
	uint64_t times;
	uint64_t cpu;
	bool pinned;
	bool alone;		/* nobody listens */
	uint64_t listen_port;
	char listen[FIRE_WORD_SIZE];	/* "": where it is sent to */
	char cgroup[NAME_SIZE];
	char congestion[FIRE_WORD_SIZE];
};

/* Shared with the process that fires. */
struct fire_result {
	bool done;
	int err;
	int signal;		/* that ended a process it started */
	int64_t value;
	char step[FIRE_WORD_SIZE];	/* what err is of */
	size_t size;
	char data[FIRE_DATA_MAX];
};

struct fire_kind {
	const char *name;
	const char *form;	/* a letter an argument: n number, t text, b bytes; + more texts */
	void (*run)(const struct fire_plan *plan, struct fire_result *result);
};

const struct fire_kind *fire_kind_named(const char *name);
void fire_syscalls(const struct fire_plan *plan, struct fire_result *result);
void fire_packet(const struct fire_plan *plan, struct fire_result *result);
void fire_udp(const struct fire_plan *plan, struct fire_result *result);
void fire_tcp(const struct fire_plan *plan, struct fire_result *result);
void fire_unix(const struct fire_plan *plan, struct fire_result *result);

/* Notes errno as that of the step; false, so that callers can return it. */
bool fire_failed(struct fire_result *result, const char *step);
void fire_keep(struct fire_result *result, const void *data, size_t size);

long syscall_number(const char *name);

int read_fire_plan(struct call *call, struct fire_plan *plan);
void fire_plan_free(struct fire_plan *plan);

#endif
