// SPDX-License-Identifier: GPL-2.0-only
/*
 * The request for a trigger, checked in full before any process is made. Knows
 * how many values of which type each kind takes; refuses to know what for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fire.h"

static int read_number(struct call *call, const msgpack_object *from, struct value *value)
{
	value->type = VALUE_NUMBER;
	if (from->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) {
		value->number = from->via.i64;
		return 0;
	}
	return as_u64(call, "a number", from, UINT64_MAX, (uint64_t *)&value->number);
}

static int copy(struct call *call, struct value *value, const char *data, size_t size)
{
	if (size > FIRE_DATA_MAX)
		return refuse(call, EINVAL, "fire: a value of %zu bytes, at most %zu are allowed",
			      size, FIRE_DATA_MAX);
	value->data = malloc(size + 1);
	if (!value->data)
		return refuse(call, ENOMEM, "fire: no memory for %zu bytes", size);
	memcpy(value->data, data, size);
	value->data[size] = 0;
	value->size = size;
	return 0;
}

/* {"result": N} is what step N gave. */
static int read_result(struct call *call, const msgpack_object *from, size_t place,
		       struct value *value)
{
	const msgpack_object_map *outer;
	uint64_t number;
	int err;

	if (arg_enter(call, "a value", from, &outer))
		return -1;
	err = arg_names(call, "result") || arg_u64(call, "result", place, &number);
	call->args = outer;
	if (err)
		return -1;
	if (!number)
		return refuse(call, EINVAL, "fire: steps are counted from 1");
	value->type = VALUE_RESULT;
	value->number = (int64_t)number;
	return 0;
}

static int read_value(struct call *call, const msgpack_object *from, size_t place,
		      struct value *value)
{
	switch (from->type) {
	case MSGPACK_OBJECT_STR:
		value->type = VALUE_TEXT;
		if (memchr(from->via.str.ptr, 0, from->via.str.size))
			return refuse(call, EINVAL, "fire: a text holds a NUL byte");
		return copy(call, value, from->via.str.ptr, from->via.str.size);
	case MSGPACK_OBJECT_BIN:
		value->type = VALUE_BYTES;
		return copy(call, value, from->via.bin.ptr, from->via.bin.size);
	case MSGPACK_OBJECT_MAP:
		return read_result(call, from, place, value);
	default:
		return read_number(call, from, value);
	}
}

/* The values of one step; place is the number of steps before it. */
static int read_step(struct call *call, const msgpack_object *from, size_t place,
		     struct step *step)
{
	const msgpack_object_array *list = &from->via.array;
	size_t i;

	if (from->type != MSGPACK_OBJECT_ARRAY)
		return refuse(call, EINVAL, "fire: a step must be an array");
	if (list->size > FIRE_VALUES_MAX)
		return refuse(call, EINVAL, "fire: %u values in a step, at most %d are allowed",
			      list->size, FIRE_VALUES_MAX);
	for (i = 0; i < list->size; i++) {
		if (read_value(call, &list->ptr[i], place, &step->values[i]))
			return -1;
		step->count++;
	}
	return 0;
}

static bool fits(const struct fire_kind *kind, const struct step *step)
{
	static const char letters[] = { 'n', 't', 'b' };
	const char *form = kind->form;
	size_t i;

	for (i = 0; i < step->count; i++) {
		if (*form == '*')
			return true;
		if (*form == '+') {
			if (step->values[i].type != VALUE_TEXT)
				return false;
			continue;
		}
		if (!*form || step->values[i].type == VALUE_RESULT ||
		    letters[step->values[i].type] != *form)
			return false;
		form++;
	}
	return !*form || *form == '+' || *form == '*';
}

static int read_steps(struct call *call, struct fire_plan *plan)
{
	const msgpack_object_array *list;
	size_t most = plan->kind->form[1] == '*' ? FIRE_STEPS_MAX : 1;
	size_t i;

	if (arg_array_or(call, "steps", &list))
		return -1;
	if (!list || !list->size || list->size > most)
		return refuse(call, EINVAL, "fire: %s takes 1 to %zu steps", plan->kind->name, most);
	for (i = 0; i < list->size; i++) {
		plan->count++;
		if (read_step(call, &list->ptr[i], i, &plan->steps[i]))
			return -1;
		if (!fits(plan->kind, &plan->steps[i]))
			return refuse(call, EINVAL, "fire: %s takes other values (%s)",
				      plan->kind->name, plan->kind->form);
	}
	return 0;
}

static int word_or(struct call *call, const char *name, char *to, size_t size)
{
	return arg_find(call, name) ? arg_text(call, name, to, size) : 0;
}

static int read_options(struct call *call, struct fire_plan *plan)
{
	plan->pinned = arg_find(call, "cpu");
	if (arg_u64_or(call, "cpu", UINT32_MAX, &plan->cpu, 0) ||
	    arg_u64_or(call, "wait_ms", FIRE_WAIT_MAX, &plan->wait_ms, FIRE_WAIT_MAX) ||
	    arg_u64_or(call, "times", FIRE_TIMES_MAX, &plan->times, 1) ||
	    arg_bool_or(call, "alone", &plan->alone, false) ||
	    arg_u64_or(call, "listen_port", UINT16_MAX, &plan->listen_port, 0) ||
	    word_or(call, "listen", plan->listen, sizeof(plan->listen)) ||
	    word_or(call, "cgroup", plan->cgroup, sizeof(plan->cgroup)) ||
	    word_or(call, "congestion", plan->congestion, sizeof(plan->congestion)))
		return -1;
	if (!plan->times)
		return refuse(call, EINVAL, "fire: 0 times shows nothing");
	if (plan->cgroup[0] == '/' || strstr(plan->cgroup, ".."))
		return refuse(call, EINVAL, "fire: cgroup is a path below the root of cgroup2");
	return 0;
}

int read_fire_plan(struct call *call, struct fire_plan *plan)
{
	char kind[NAME_SIZE];

	if (arg_text(call, "kind", kind, sizeof(kind)))
		return -1;
	plan->kind = fire_kind_named(kind);
	if (!plan->kind)
		return refuse(call, EINVAL, "fire: there is no kind of trigger %s", kind);
	if (read_options(call, plan) || read_steps(call, plan))
		return -1;
	return 0;
}

void fire_plan_free(struct fire_plan *plan)
{
	size_t i, j;

	for (i = 0; i < plan->count; i++)
		for (j = 0; j < plan->steps[i].count; j++)
			free(plan->steps[i].values[j].data);
}
