// SPDX-License-Identifier: GPL-2.0-only
/*
 * Triggers that are system calls, one after the other in one process. Knows how
 * values become arguments; refuses to know what any system call does.
 */
#define _GNU_SOURCE	/* syscall */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "fire.h"

#define ARGUMENTS_MAX 6

/* The kernel knows no system call of that number, and says ENOSYS as for one it lacks. */
#define NO_NUMBER (-1)

static long argument(const struct value *value, const int64_t *results)
{
	switch (value->type) {
	case VALUE_NUMBER:
		return (long)value->number;
	case VALUE_RESULT:
		return (long)results[value->number - 1];
	default:
		return (long)value->data;
	}
}

static int64_t make(const struct step *step, const int64_t *results)
{
	long number = syscall_number(step->values[0].data);
	long at[ARGUMENTS_MAX] = { 0 };
	size_t i;

	for (i = 1; i < step->count && i <= ARGUMENTS_MAX; i++)
		at[i - 1] = argument(&step->values[i], results);
	if (number == NO_NUMBER) {
		errno = ENOSYS;
		return -1;
	}
	return syscall(number, at[0], at[1], at[2], at[3], at[4], at[5]);
}

/* What the call left in its buffers, one after the other. */
static void keep_buffers(struct fire_result *result, const struct step *step)
{
	size_t i;

	for (i = 1; i < step->count; i++)
		if (step->values[i].type == VALUE_BYTES)
			fire_keep(result, step->values[i].data, step->values[i].size);
}

static bool make_all(const struct fire_plan *plan, struct fire_result *result)
{
	int64_t results[FIRE_STEPS_MAX];
	size_t i;

	for (i = 0; i < plan->count; i++) {
		const struct step *step = &plan->steps[i];

		errno = 0;
		results[i] = make(step, results);
		if (results[i] == -1 && errno)
			return fire_failed(result, step->values[0].data);
	}
	result->value = results[plan->count - 1];
	return true;
}

/* The buffers are those that the calls before have written to. */
void fire_syscalls(const struct fire_plan *plan, struct fire_result *result)
{
	uint64_t i;

	for (i = 0; i < plan->times; i++)
		if (!make_all(plan, result))
			return;
	keep_buffers(result, &plan->steps[plan->count - 1]);
}
