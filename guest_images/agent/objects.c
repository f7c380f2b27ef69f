// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading an object through libbpf. Knows the order of things: open, plan,
 * attempt, and with keep_going another attempt without the refused program;
 * refuses to know whether a refusal is good or bad.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "objects.h"

/* The kernel's names of .data and the like begin with this. */
#define OBJECT_NAME "filter"

/* NULL with errno set if it is no object, or memory ran out. */
static struct bpf_object *open_object(struct plan *plan)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = OBJECT_NAME);
	struct bpf_object *object;

	object = bpf_object__open_mem(plan->blob->data, plan->blob->size, &opts);
	if (!object || plan->tables)
		return object;
	plan->tables = table_names(object);
	if (plan->tables)
		return object;
	bpf_object__close(object);
	errno = ENOMEM;
	return NULL;
}

static void put_tables(msgpack_packer *pack, const struct bpf_object *object, char *const *names)
{
	struct bpf_map *map;
	size_t count = 0;

	bpf_object__for_each_map(map, object)
		count++;
	put_array(pack, "tables", count);
	bpf_object__for_each_map(map, object)
		put_table(pack, *names++, bpf_map__fd(map), map);
}

static void put_outcome(struct call *call, int err, const char *stage)
{
	result(call, 5);
	put_int(&call->pack, "errno", err);
	put_text(&call->pack, "stage", stage);
	put_printed(&call->pack);
}

static int reply_not_opened(struct call *call, int err)
{
	put_outcome(call, err, "open");
	put_array(&call->pack, "programs", 0);
	put_array(&call->pack, "tables", 0);
	return 0;
}

static void reply(struct call *call, const struct plan *plan, struct trial *trial,
		  const struct bpf_object *object, int err)
{
	put_outcome(call, err, err ? "load" : "done");
	trial_put(trial, &call->pack, object);
	put_tables(&call->pack, object, plan->tables);
}

/*
 * libbpf remembers what the kernel can do from the first time it asks; see
 * probe_features(). Preparing a second copy asks for all this object needs.
 */
static int probe_for(struct agent *agent, struct call *call, struct plan *plan)
{
	struct bpf_object *object;
	int err;

	if (!plan->drop_caps)
		return 0;
	probe_features(agent);
	object = open_object(plan);
	if (!object)
		return 0;	/* the attempt itself will say why */
	err = plan_apply(agent, call, plan, object);
	if (!err)
		bpf_object__prepare(object);
	bpf_object__close(object);
	return err;
}

/* Returns an errno. */
static int load_object(struct bpf_object *object, uint64_t drop_caps)
{
	struct privilege saved;
	int err;

	if (!drop_caps)
		return -bpf_object__load(object);
	err = drop_capabilities(drop_caps, &saved);
	if (err)
		return err;
	err = -bpf_object__load(object);
	restore_capabilities(&saved);
	return err;
}

static int hold(struct agent *agent, struct call *call, struct plan *plan,
		struct bpf_object *object)
{
	struct holding *holding = calloc(1, sizeof(*holding));

	if (!holding)
		return refuse(call, ENOMEM, "%s: no memory for a handle", call->op);
	holding->object = object;
	holding->tables = plan->tables;
	plan->tables = NULL;
	registry_add(&agent->handles, &holding->entry, plan->as);
	return 0;
}

enum step { STEP_LOADED, STEP_AGAIN, STEP_REFUSED, STEP_FAULT };

static enum step attempt(struct agent *agent, struct call *call, const struct plan *plan,
			 struct trial *trial, struct bpf_object *object, int *err)
{
	if (plan_apply(agent, call, plan, object))
		return STEP_FAULT;
	if (!trial->attempts && trial_start(trial, object, plan)) {
		refuse(call, ENOMEM, "load: no memory for %zu verifier logs", trial->count);
		return STEP_FAULT;
	}
	*err = trial_prepare(trial, object, plan);
	if (*err) {
		refuse(call, -*err, "load: libbpf refuses the log settings: %s", strerror(-*err));
		return STEP_FAULT;
	}
	*err = load_object(object, plan->drop_caps);
	if (!*err) {
		trial_accept(trial, object, clock_ns());
		return STEP_LOADED;
	}
	if (trial_refuse(trial, object, *err) && plan->keep_going)
		return STEP_AGAIN;
	return STEP_REFUSED;
}

/* Attempts until nothing is left to try; writes the reply. */
static int load_plan(struct agent *agent, struct call *call, struct plan *plan,
		     struct trial *trial)
{
	struct bpf_object *object;
	enum step step;
	int err;

	do {
		printed_start();
		object = open_object(plan);
		if (!object)
			return reply_not_opened(call, errno);
		step = attempt(agent, call, plan, trial, object, &err);
		if (step == STEP_AGAIN)
			bpf_object__close(object);
	} while (step == STEP_AGAIN);
	if (step == STEP_LOADED || step == STEP_REFUSED)
		reply(call, plan, trial, object, err);
	if (step == STEP_LOADED && !hold(agent, call, plan, object))
		return 0;
	bpf_object__close(object);
	return call->fault ? -1 : 0;
}

int op_load(struct agent *agent, struct call *call)
{
	struct trial trial = { 0 };
	struct plan plan = { 0 };
	int err;

	if (plan_read(agent, call, &plan))
		return -1;
	printed_start();
	err = probe_for(agent, call, &plan);
	if (!err)
		err = load_plan(agent, call, &plan, &trial);
	trial_end(&trial);
	table_names_free(plan.tables);
	return err;
}
