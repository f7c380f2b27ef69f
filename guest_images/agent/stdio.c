// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent as a command: `agent --stdio [FOLDER]`, started over SSH on a
 * machine that runs already. The wire is standard input and output; the kernel
 * log and complaints go to standard error. The supervisor outlives the worker,
 * whatever ends it, so that nothing is left of either: FOLDER, which holds the
 * program, goes first, then processes, then what was set. Mounts nothing, loads
 * no module, never reboots.
 */
#define _GNU_SOURCE	/* POLLRDHUP */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "init.h"

#define LOCK "bpf-harness"	/* an abstract address: it goes when its owner does */
#define LOCK_ROUNDS 100
#define LOCK_ROUND_NS 100000000
#define LOOK_MS 1000
#define GONE_NS 30000000000ull	/* for the worker to end what it is at when the host has gone */

#define EXIT_REFUSED 3

enum { WAIT_SIGNALS, WAIT_KLOG, WAIT_HOST, WAITS };

struct supervisor {
	int kmsg, klog, signals, in, out;
	pid_t worker;
	int status;		/* of the worker, once it has ended */
	uint64_t gone_ns;	/* when the host went, or 0 */
};

static int refused(const char *why)
{
	fprintf(stderr, "bpf-harness: %s\n", why);
	return EXIT_REFUSED;
}

/* The program runs on without its file; a machine that crashes has nothing to clear away. */
static void remove_program(const char *folder)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/agent", folder);
	if (unlink(path) || rmdir(folder))
		fprintf(stderr, "bpf-harness: cannot remove %s: %s\n", folder, strerror(errno));
}

/* Two at once would take each other's filters for leaks. One that is ending gets time to. */
static int take_lock(void)
{
	const struct timespec pause = { .tv_nsec = LOCK_ROUND_NS };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = offsetof(struct sockaddr_un, sun_path) + sizeof(LOCK);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rounds;

	memcpy(address.sun_path + 1, LOCK, sizeof(LOCK) - 1);
	for (rounds = 0; fd >= 0 && rounds < LOCK_ROUNDS; rounds++) {
		if (!bind(fd, (struct sockaddr *)&address, size))
			return 0;
		if (errno != EADDRINUSE)
			return -1;
		nanosleep(&pause, NULL);
	}
	return -1;
}

/* What is printed by mistake must not come between frames. */
static int take_stdio(struct supervisor *self)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	self->in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	self->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (null < 0 || self->in < 0 || self->out < 0)
		return -1;
	if (dup2(null, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return -1;
	close(null);
	return 0;
}

static int watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int start_worker(struct supervisor *self)
{
	const struct channel channel = { .in = self->in, .out = self->out };
	const pid_t parent = getpid();

	self->worker = fork();
	if (self->worker)
		return self->worker < 0 ? -1 : 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	_exit(worker(self->kmsg, &channel));
}

/* Whether the worker has ended; orphans that came to us are reaped on the way. */
static bool reap(struct supervisor *self)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == self->worker) {
			self->status = status;
			return true;
		}
	}
	return false;
}

static bool serve_signals(struct supervisor *self)
{
	struct signalfd_siginfo info;

	while (read(self->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			kill(self->worker, SIGKILL);
	return reap(self);
}

/* The worker sees the end of its input when it comes to read it: it may hang in bpf(2). */
static void serve_hangup(struct supervisor *self, struct pollfd *host)
{
	if (host->revents && !self->gone_ns) {
		self->gone_ns = clock_ns();
		host->fd = -1;
	}
	if (self->gone_ns && clock_ns() - self->gone_ns > GONE_NS)
		kill(self->worker, SIGKILL);
}

static void watch_worker(struct supervisor *self)
{
	struct pollfd waits[WAITS] = {
		[WAIT_SIGNALS] = { .fd = self->signals, .events = POLLIN },
		[WAIT_KLOG] = { .fd = self->klog, .events = POLLIN },
		[WAIT_HOST] = { .fd = self->in, .events = POLLRDHUP },
	};

	for (;;) {
		if (poll(waits, WAITS, self->gone_ns ? LOOK_MS : -1) < 0)
			continue;
		if (waits[WAIT_KLOG].revents)
			klog_pump(self->klog, STDERR_FILENO);
		if (serve_signals(self))
			return;
		serve_hangup(self, &waits[WAIT_HOST]);
	}
}

static int open_all(struct supervisor *self)
{
	self->kmsg = open_kmsg();
	if (self->kmsg < 0)
		return refused("cannot write to the kernel log, /dev/kmsg");
	self->klog = klog_open();
	if (self->klog < 0)
		return refused("cannot read the kernel log, /dev/kmsg");
	if (take_stdio(self))
		return refused("standard input or output is not usable");
	if (brought_open())
		return refused(strerror(errno));
	self->signals = watch_signals();
	if (self->signals < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1))
		return refused(strerror(errno));
	return 0;
}

/* The exit status: 0 if the host ended it and nothing is left. */
static int clear_away(struct supervisor *self)
{
	int status = 0;

	if (!WIFEXITED(self->status) || WEXITSTATUS(self->status)) {
		report_death(self->kmsg, self->status);
		status = EXIT_FAILURE;
	}
	if (end_descendants()) {
		kmsg_line(self->kmsg, "a process that a case has started does not end");
		status = EXIT_FAILURE;
	}
	brought_take_away(self->kmsg);
	settings_give_back(self->kmsg);
	klog_pump(self->klog, STDERR_FILENO);
	return status;
}

int supervise(const char *folder)
{
	struct supervisor self = { 0 };
	int err;

	if (folder)
		remove_program(folder);
	if (geteuid())
		return refused("the agent needs root");
	if (take_lock())
		return refused("another bpf-harness is at work on this machine");
	err = open_all(&self);
	if (err)
		return err;
	settings_keep();
	set_limits(self.kmsg);
	if (start_worker(&self))
		return refused("cannot start the worker");
	watch_worker(&self);
	return clear_away(&self);
}
