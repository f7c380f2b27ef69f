/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two halves of loading an object: what is asked for, and what came of
 * it. Knows no reply and no handle.
 */
#ifndef AGENT_OBJECTS_H
#define AGENT_OBJECTS_H

#include "agent.h"

/* What a load request asks for. */
struct plan {
	uint64_t as;
	const struct blob *blob;
	char **tables;				/* names, once the blob was opened */
	const msgpack_object_array *programs;	/* NULL: all */
	const msgpack_object_map *types, *reuse;
	const msgpack_object_array *no_autocreate;
	bool keep_going;
	uint32_t flags_set, flags_clear, log_level;
	uint64_t log_size, drop_caps;
};

/* The verdicts on an object's programs, by their place in the object. */
struct trial {
	struct attempt *attempts;
	char **refusals;		/* logs of refused programs, copied */
	size_t count;
	char *logs;			/* one buffer each, mapped as one */
	bool logs_used;			/* by an attempt before this one */
	size_t log_room;
};

int plan_read(const struct agent *agent, struct call *call, struct plan *plan);
int plan_apply(const struct agent *agent, struct call *call, const struct plan *plan,
	       struct bpf_object *object);

int trial_start(struct trial *trial, const struct bpf_object *object, const struct plan *plan);
int trial_prepare(struct trial *trial, struct bpf_object *object, const struct plan *plan);
void trial_accept(struct trial *trial, const struct bpf_object *object, uint64_t until);
bool trial_refuse(struct trial *trial, const struct bpf_object *object, int err);
void trial_put(struct trial *trial, msgpack_packer *pack, const struct bpf_object *object);
void trial_end(struct trial *trial);

#endif
