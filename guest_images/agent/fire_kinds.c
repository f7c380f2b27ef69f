// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of kinds of trigger, and those that need nothing but this machine:
 * processes, files, signals, time and memory. All of it runs in the trigger's
 * own process, which holds nothing of the worker's.
 */
#define _GNU_SOURCE	/* MADV_NOHUGEPAGE */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fire.h"

volatile uint64_t fire_target;

static char *const environment[] = {
	"PATH=/bin:/sbin:/usr/bin:/usr/sbin", "HOME=/", "TERM=dumb", NULL
};

/* Its exit status as the value. False if it was ended by a signal. */
static bool wait_for(struct fire_result *result, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fire_failed(result, "waitpid");
	if (WIFSIGNALED(status))
		result->signal = WTERMSIG(status);
	else
		result->value = WEXITSTATUS(status);
	return WIFEXITED(status);
}

static void exec(char *const *argv, struct fire_result *result)
{
	int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	/* The worker is never to be killed for memory; this one may be. */
	if (score >= 0 && write(score, "0", 1) < 0)
		fire_failed(result, "oom_score_adj");
	execve(argv[0], argv, environment);
	fire_failed(result, "execve");
	_exit(127);
}

static void fire_exec(const struct fire_plan *plan, struct fire_result *result)
{
	const struct step *step = &plan->steps[0];
	char *argv[FIRE_VALUES_MAX + 1] = { 0 };
	size_t i;
	pid_t pid;

	for (i = 0; i < step->count; i++)
		argv[i] = step->values[i].data;
	pid = fork();
	if (!pid)
		exec(argv, result);
	if (pid < 0)
		fire_failed(result, "fork");
	else
		wait_for(result, pid);
}

static void fire_fork(const struct fire_plan *plan, struct fire_result *result)
{
	int64_t left = plan->steps[0].values[0].number;
	int64_t made;
	pid_t pid;

	for (made = 0; made < left; made++) {
		pid = fork();
		if (!pid)
			_exit(0);
		if (pid < 0) {
			fire_failed(result, "fork");
			return;
		}
		if (!wait_for(result, pid))
			return;
	}
	result->value = made;
}

static void fire_read(const struct fire_plan *plan, struct fire_result *result)
{
	int fd = open(plan->steps[0].values[0].data, O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;

	if (fd < 0) {
		fire_failed(result, "open");
		return;
	}
	while (got > 0 && result->size < sizeof(result->data)) {
		got = read(fd, result->data + result->size, sizeof(result->data) - result->size);
		if (got > 0)
			result->size += got;
	}
	if (got < 0)
		fire_failed(result, "read");
	result->value = (int64_t)result->size;
}

static void fire_write(const struct fire_plan *plan, struct fire_result *result)
{
	const struct value *bytes = &plan->steps[0].values[1];
	int fd = open(plan->steps[0].values[0].data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		      0644);

	if (fd < 0) {
		fire_failed(result, "open");
		return;
	}
	result->value = write(fd, bytes->data, bytes->size);
	if (result->value < 0)
		fire_failed(result, "write");
}

static volatile sig_atomic_t handled;

static void handle(int signal)
{
	(void)signal;
	handled++;
}

/* One that cannot be handled ends the process, which is what the host is told then. */
static void fire_signal(const struct fire_plan *plan, struct fire_result *result)
{
	const struct sigaction action = { .sa_handler = handle };
	int number = (int)plan->steps[0].values[0].number;
	uint64_t i;

	sigaction(number, &action, NULL);
	for (i = 0; i < plan->times; i++)
		if (kill(getpid(), number)) {
			fire_failed(result, "kill");
			return;
		}
	result->value = handled;
}

/* How often it expired, which a read(2) of it says. */
static void fire_timer(const struct fire_plan *plan, struct fire_result *result)
{
	int64_t ms = plan->steps[0].values[0].number;
	const struct timespec after = { ms / 1000, ms % 1000 * 1000000 };
	const struct itimerspec once = { .it_value = after };
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	uint64_t expired, i;

	if (timer < 0) {
		fire_failed(result, "timerfd_create");
		return;
	}
	for (i = 0; i < plan->times; i++) {
		if (timerfd_settime(timer, 0, &once, NULL)) {
			fire_failed(result, "timerfd_settime");
			return;
		}
		if (read(timer, &expired, sizeof(expired)) != sizeof(expired)) {
			fire_failed(result, "read");
			return;
		}
		result->value += (int64_t)expired;
	}
}

static int64_t cpu_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

static void fire_cpu(const struct fire_plan *plan, struct fire_result *result)
{
	const int64_t until = cpu_ms() + plan->steps[0].values[0].number;

	while (cpu_ms() < until)
		;
	result->value = plan->steps[0].values[0].number;
}

/* Each page is touched for the first time, and faults. */
static void fire_fault(const struct fire_plan *plan, struct fire_result *result)
{
	int64_t pages = plan->steps[0].values[0].number;
	size_t page = sysconf(_SC_PAGESIZE);
	char *memory;

	if (pages > (int64_t)(FIRE_MEMORY_MAX / page)) {
		errno = E2BIG;
		fire_failed(result, "mmap");
		return;
	}
	memory = mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) {
		fire_failed(result, "mmap");
		return;
	}
	/* A huge page would be one fault for all of them; without such pages it is EINVAL. */
	madvise(memory, pages * page, MADV_NOHUGEPAGE);
	for (; result->value < pages; result->value++)
		((volatile char *)memory)[result->value * page] = 1;
}

static void fire_touch(const struct fire_plan *plan, struct fire_result *result)
{
	const char *how = plan->steps[0].values[0].data;
	bool writes = !strcmp(how, "write");
	uint64_t i;

	if (!writes && strcmp(how, "read")) {
		errno = EINVAL;
		fire_failed(result, "touch");
		return;
	}
	for (i = 0; i < plan->times; i++) {
		if (writes)
			fire_target = i;
		else
			(void)fire_target;
	}
	result->value = (int64_t)(uintptr_t)&fire_target;
}

static const struct fire_kind kinds[] = {
	{ "syscall", "t*", fire_syscalls },
	{ "packet", "tb", fire_packet },
	{ "udp", "tnb", fire_udp },
	{ "tcp", "tnb", fire_tcp },
	{ "unix", "tb", fire_unix },
	{ "exec", "t+", fire_exec },
	{ "fork", "n", fire_fork },
	{ "read", "t", fire_read },
	{ "write", "tb", fire_write },
	{ "signal", "n", fire_signal },
	{ "timer", "n", fire_timer },
	{ "cpu", "n", fire_cpu },
	{ "fault", "n", fire_fault },
	{ "touch", "t", fire_touch },
};

const struct fire_kind *fire_kind_named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}
