// SPDX-License-Identifier: GPL-2.0-only
/*
 * Triggers: each in a process of its own, several at once. Knows how to start
 * one, put it where it belongs before it does anything, and tell what came of
 * it; refuses to know what a trigger does.
 */
#define _GNU_SOURCE	/* pipe2, close_range, sched_setaffinity */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fire.h"

#define CGROUPS "/sys/fs/cgroup/"
#define REMOVE_TRIES 200
#define REMOVE_PAUSE_US 5000

struct fire {
	struct entry entry;
	pid_t pid;		/* also the process group */
	struct fire_result *result;
	char cgroup[sizeof(CGROUPS) + NAME_SIZE];	/* made for it, or "" */
};

/* The kernel lets go of a group's last process a moment after it was reaped. */
static void remove_cgroup(const char *path)
{
	int tries = REMOVE_TRIES;

	while (rmdir(path) && errno == EBUSY && tries--)
		usleep(REMOVE_PAUSE_US);
}

void fire_release(struct entry *entry)
{
	struct fire *fire = (struct fire *)entry;

	if (fire->pid > 0) {
		kill(-fire->pid, SIGKILL);
		while (waitpid(fire->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (fire->cgroup[0])
		remove_cgroup(fire->cgroup);
	if (fire->result)
		munmap(fire->result, sizeof(*fire->result));
	free(fire);
}

bool fire_failed(struct fire_result *result, const char *step)
{
	result->err = errno;
	snprintf(result->step, sizeof(result->step), "%s", step);
	return false;
}

/* What arrived, up to what the result has room for. */
void fire_keep(struct fire_result *result, const void *data, size_t size)
{
	if (size > sizeof(result->data) - result->size)
		size = sizeof(result->data) - result->size;
	memcpy(result->data + result->size, data, size);
	result->size += size;
}

/*
 * Nothing of the worker's may be held any longer: a link lives as long as any
 * descriptor of it, and the channel may be standard output. The gate is closed
 * when all is as the trigger wants it.
 */
static void become(const struct fire_plan *plan, struct fire_result *result, int gate)
{
	sigset_t none;
	char byte;

	setpgid(0, 0);
	prctl(PR_SET_NAME, "fire");
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	print_nowhere();
	dup2(gate, STDIN_FILENO);
	syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
	while (read(STDIN_FILENO, &byte, 1) < 0 && errno == EINTR)
		;
	plan->kind->run(plan, result);
	result->done = true;
	_exit(0);
}

static void wait_for_end(int fd)
{
	char byte;

	while (read(fd, &byte, 1) < 0 && errno == EINTR)
		;
	close(fd);
}

/* Forks; returns with the process waiting at the gate, or an errno. */
static int start(struct fire *fire, const struct fire_plan *plan, int *gate)
{
	int ready[2], held[2];
	int err;

	if (pipe2(ready, O_CLOEXEC))
		return errno;
	if (pipe2(held, O_CLOEXEC)) {
		close(ready[0]);
		close(ready[1]);
		return errno;
	}
	fire->pid = fork();
	err = fire->pid < 0 ? errno : 0;
	if (!fire->pid)
		become(plan, fire->result, held[0]);
	close(held[0]);
	close(ready[1]);
	if (fire->pid > 0)
		setpgid(fire->pid, fire->pid);
	/* Its copy of the other end goes with all its other descriptors. */
	wait_for_end(ready[0]);
	*gate = held[1];
	return err;
}

static int pin(pid_t pid, uint64_t cpu)
{
	cpu_set_t set;

	if (cpu >= CPU_SETSIZE)
		return EINVAL;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(pid, sizeof(set), &set) ? errno : 0;
}

/* A folder of cgroup2, made if it is not there, with the process in it. */
static int enter_cgroup(struct fire *fire, const char *name)
{
	char path[sizeof(CGROUPS) + NAME_SIZE + sizeof("/cgroup.procs")];
	int fd, err = 0;

	snprintf(path, sizeof(path), CGROUPS "%s", name);
	if (!mkdir(path, 0755))
		snprintf(fire->cgroup, sizeof(fire->cgroup), "%s", path);
	else if (errno != EEXIST)
		return errno;
	strcat(path, "/cgroup.procs");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (dprintf(fd, "%d", fire->pid) < 0)
		err = errno;
	close(fd);
	return err;
}

static int place(struct fire *fire, const struct fire_plan *plan)
{
	int err = 0;

	if (plan->pinned)
		err = pin(fire->pid, plan->cpu);
	if (!err && plan->cgroup[0])
		err = enter_cgroup(fire, plan->cgroup);
	return err;
}

static int launch(struct fire *fire, const struct fire_plan *plan)
{
	int gate = -1;
	int err;

	fire->result = mmap(NULL, sizeof(*fire->result), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fire->result == MAP_FAILED) {
		fire->result = NULL;
		return ENOMEM;
	}
	err = start(fire, plan, &gate);
	if (!err)
		err = place(fire, plan);
	/* One that is not where it belongs must not pass the gate. */
	if (err && fire->pid > 0)
		kill(fire->pid, SIGKILL);
	if (gate >= 0)
		close(gate);
	return err;
}

int op_fire(struct agent *agent, struct call *call)
{
	static struct fire_plan plan;
	struct fire *fire;
	uint64_t as;
	int err;

	if (arg_new(call, &as) || registry_check_new(&agent->fires, call, as))
		return -1;
	memset(&plan, 0, sizeof(plan));
	fire = calloc(1, sizeof(*fire));
	if (!fire)
		return refuse(call, ENOMEM, "fire: no memory for a trigger");
	if (read_fire_plan(call, &plan)) {
		fire_plan_free(&plan);
		free(fire);
		return -1;
	}
	agent->stirred = true;
	open_nowhere();
	err = launch(fire, &plan);
	fire_plan_free(&plan);
	if (err)
		fire_release(&fire->entry);
	else
		registry_add(&agent->fires, &fire->entry, as);
	return result_errno(call, err);
}

int op_fire_kill(struct agent *agent, struct call *call)
{
	struct entry *entry;
	uint64_t id;

	if (arg_u64(call, "fire", INT64_MAX, &id))
		return -1;
	entry = registry_get(&agent->fires, call, id);
	if (!entry)
		return -1;
	kill(-((struct fire *)entry)->pid, SIGKILL);
	return result_empty(call);
}

/* It is the process that wrote it, whatever became of that process. */
static void tell_fired(struct agent *agent, const struct fire *fire, int signal)
{
	const struct fire_result *result = fire->result;
	size_t size = result->size;
	char step[FIRE_WORD_SIZE];
	msgpack_packer pack;

	memcpy(step, result->step, sizeof(step));
	step[sizeof(step) - 1] = 0;
	event_start(agent, &pack, "fired", 7);
	put_uint(&pack, "fire", fire->entry.id);
	put_bool(&pack, "done", result->done);
	put_int(&pack, "errno", result->err);
	put_text(&pack, "step", step);
	put_int(&pack, "signal", signal ? signal : result->signal);
	put_int(&pack, "value", result->value);
	put_bin(&pack, "data", result->data, size < FIRE_DATA_MAX ? size : FIRE_DATA_MAX);
	event_send(agent);
}

static bool has_ended(const struct fire *fire, siginfo_t *info)
{
	info->si_pid = 0;
	return !waitid(P_PID, fire->pid, info, WEXITED | WNOHANG | WNOWAIT) && info->si_pid;
}

/* Told once nothing of it is left: what is asked for next finds the guest as it was. */
void fires_reap(struct agent *agent)
{
	struct entry *entry = registry_next(&agent->fires, NULL);
	struct entry *next;
	struct fire *fire;
	siginfo_t info;
	int signal;

	for (; entry; entry = next) {
		next = registry_next(&agent->fires, entry);
		fire = (struct fire *)entry;
		if (!has_ended(fire, &info))
			continue;
		signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
		tell_fired(agent, fire, signal);
		registry_remove(&agent->fires, entry);
	}
}
