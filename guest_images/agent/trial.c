// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verdicts on an object's programs over one or several attempts to load
 * it. Knows each program's log, error and time, by its place in the object,
 * which is the same every time the object is opened; refuses to know why a
 * further attempt is made.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "objects.h"

#define LOG_LEAST 4096

static size_t count_programs(const struct bpf_object *object)
{
	struct bpf_program *program;
	size_t count = 0;

	bpf_object__for_each_program(program, object)
		count++;
	return count;
}

/* The pages are only taken as the kernel writes them. */
static char *map_logs(size_t size)
{
	char *logs = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return logs == MAP_FAILED ? NULL : logs;
}

int trial_start(struct trial *trial, const struct bpf_object *object, const struct plan *plan)
{
	size_t count = count_programs(object);
	size_t room = plan->log_size;

	trial->count = count;
	if (!count)
		return 0;
	if (room > LOGS_MAX / count)
		room = LOGS_MAX / count;
	trial->log_room = room < LOG_LEAST ? LOG_LEAST : room;
	trial->attempts = calloc(count, sizeof(*trial->attempts));
	trial->refusals = calloc(count, sizeof(*trial->refusals));
	trial->logs = map_logs(count * trial->log_room);
	return trial->attempts && trial->refusals && trial->logs ? 0 : -ENOMEM;
}

static char *log_of(const struct trial *trial, size_t place)
{
	return trial->logs + place * trial->log_room;
}

/* What belongs to this attempt: no program refused before, empty logs. */
int trial_prepare(struct trial *trial, struct bpf_object *object, const struct plan *plan)
{
	struct bpf_program *program;
	size_t place = 0;
	int err;

	bpf_object__for_each_program(program, object) {
		/* Fresh pages are empty, and better not touched. */
		if (trial->logs_used)
			log_of(trial, place)[0] = 0;
		if (trial->refusals[place])
			bpf_program__set_autoload(program, false);
		else
			memset(&trial->attempts[place], 0, sizeof(*trial->attempts));
		err = bpf_program__set_log_buf(program, log_of(trial, place), trial->log_room);
		if (!err)
			err = bpf_program__set_log_level(program, plan->log_level);
		if (err)
			return err;
		place++;
	}
	trial->logs_used = true;
	return 0;
}

static void note(struct trial *trial, size_t place, int err)
{
	struct attempt *attempt = &trial->attempts[place];

	attempt->tried = true;
	attempt->err = err;
	attempt->log = log_of(trial, place);
	attempt->log_size = strnlen(attempt->log, trial->log_room);
	attempt->log_truncated = err == ENOSPC && attempt->log_size + 1 >= trial->log_room;
}

/*
 * The object is loaded. The kernel notes when it began with a program, libbpf
 * takes them in order, so each took the time until the next one began.
 */
void trial_accept(struct trial *trial, const struct bpf_object *object, uint64_t until)
{
	struct bpf_program *program = NULL;
	size_t place = trial->count;

	while ((program = bpf_object__prev_program(object, program))) {
		place--;
		if (!bpf_program__autoload(program))
			continue;
		note(trial, place, 0);
		trial->attempts[place].load_ns = verified_since(bpf_program__fd(program), until);
		until -= trial->attempts[place].load_ns;
	}
}

/* Keeps a refused program's log, since the next attempt writes over it. */
static bool keep_refusal(struct trial *trial, size_t place)
{
	struct attempt *attempt = &trial->attempts[place];

	trial->refusals[place] = malloc(attempt->log_size + 1);
	if (!trial->refusals[place])
		return false;
	memcpy(trial->refusals[place], attempt->log, attempt->log_size);
	attempt->log = trial->refusals[place];
	return true;
}

/*
 * The object was not loaded. Notes the verdict on the program libbpf gave up
 * on and on those it had loaded before. False: it was no program's fault.
 */
bool trial_refuse(struct trial *trial, const struct bpf_object *object, int err)
{
	struct bpf_program *program, *refused;
	size_t place = 0;

	refused = bpf_object__find_program_by_name(object, printed_culprit());
	if (!refused || !bpf_program__autoload(refused))
		return false;
	bpf_object__for_each_program(program, object) {
		if (program == refused)
			break;
		if (bpf_program__autoload(program))
			note(trial, place, 0);
		place++;
	}
	note(trial, place, err);
	return keep_refusal(trial, place);
}

/* Cuts a log to what is left of the reply; the reason stands at its end. */
static void fit_log(struct attempt *attempt, size_t *left)
{
	if (attempt->log_size > *left) {
		attempt->log += attempt->log_size - *left;
		attempt->log_size = *left;
		attempt->log_truncated = true;
	}
	*left -= attempt->log_size;
}

/* A program that was left out is nobody's business; an object may have hundreds of them. */
static bool is_wanted(const struct attempt *attempt, const struct bpf_program *program)
{
	return attempt->tried || bpf_program__autoload(program);
}

static size_t count_wanted(const struct trial *trial, const struct bpf_object *object)
{
	struct bpf_program *program;
	size_t count = 0, place = 0;

	bpf_object__for_each_program(program, object)
		count += is_wanted(&trial->attempts[place++], program);
	return count;
}

void trial_put(struct trial *trial, msgpack_packer *pack, const struct bpf_object *object)
{
	size_t left = LOGS_SENT_MAX;
	struct bpf_program *program;
	size_t place = 0;

	put_array(pack, "programs", count_wanted(trial, object));
	bpf_object__for_each_program(program, object) {
		struct attempt *attempt = &trial->attempts[place++];

		if (!is_wanted(attempt, program))
			continue;
		attempt->name = bpf_program__name(program);
		attempt->section = bpf_program__section_name(program);
		attempt->type = bpf_program__type(program);
		attempt->attach_type = bpf_program__expected_attach_type(program);
		attempt->insns = bpf_program__insn_cnt(program);
		attempt->fd = bpf_program__fd(program);
		fit_log(attempt, &left);
		put_attempt(pack, attempt);
	}
}

void trial_end(struct trial *trial)
{
	size_t i;

	for (i = 0; trial->refusals && i < trial->count; i++)
		free(trial->refusals[i]);
	free(trial->refusals);
	free(trial->attempts);
	if (trial->logs)
		munmap(trial->logs, trial->count * trial->log_room);
}
