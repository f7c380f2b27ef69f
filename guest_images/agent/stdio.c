// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent as a command: `agent --stdio [FOLDER [SECONDS]]`, started over SSH
 * on a machine that runs already. The wire is standard input and output; the
 * kernel log and complaints go to standard error. The supervisor outlives the
 * worker, whatever ends it, so that nothing is left of either: FOLDER, which
 * holds the program, goes first, then processes, filters, and what was set. If
 * nothing comes from the host for SECONDS, it is given up: a filter may have cut
 * the connection. Mounts nothing, loads no module, never reboots.
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
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "init.h"
#include "lasting.h"

#define LOCK "bpf-harness"	/* an abstract address: it goes when its owner does */
#define LOCK_ROUNDS 100
#define LOCK_ROUND_NS 100000000
#define LOOK_MS 1000
#define LAST_WORDS_MS 1000	/* for the host to take what the kernel said */
#define LOOK_NS 1000000000ull
#define GONE_NS 30000000000ull	/* for the worker to end what it is at when the host has gone */
#define LASTING_TRIES 100	/* a cgroup is busy until the last process in it is no more */
#define LASTING_PAUSE_NS 10000000

#define EXIT_REFUSED 3

enum { WAIT_SIGNALS, WAIT_KLOG, WAIT_HOST, WAITS };

struct supervisor {
	int kmsg, klog, signals, in, out;
	pid_t worker;
	int status;		/* of the worker, once it has ended */
	uint64_t gone_ns;	/* when the host went, or somebody wanted us to, or 0 */
	uint64_t *heard;	/* by the worker: how often something came from the host */
	uint64_t heard_before, looked_ns;
	unsigned int patience, quiet;	/* looks */
	const char *folder;	/* by which the host finds its own */
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
	const struct channel channel = {
		.in = self->in, .out = self->out, .heard = self->heard,
	};
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

static void end_worker(struct supervisor *self)
{
	kill(self->worker, SIGTERM);
	if (!self->gone_ns)
		self->gone_ns = clock_ns();
}

static bool serve_signals(struct supervisor *self)
{
	struct signalfd_siginfo info;

	while (read(self->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			end_worker(self);
	return reap(self);
}

/* Whether something came since the last look; the worker may be too busy to read it. */
static bool host_is_heard(struct supervisor *self)
{
	uint64_t heard = __atomic_load_n(self->heard, __ATOMIC_RELAXED);
	int unread = 0;

	if (heard == self->heard_before)
		return !ioctl(self->in, FIONREAD, &unread) && unread;
	self->heard_before = heard;
	return true;
}

/* It says every few seconds that it is there. Time in which we do not run proves nothing. */
static void listen_for_host(struct supervisor *self)
{
	uint64_t now_ns = clock_ns();

	if (!self->patience || self->gone_ns || now_ns - self->looked_ns < LOOK_NS)
		return;
	self->looked_ns = now_ns;
	if (host_is_heard(self))
		self->quiet = 0;
	else
		self->quiet++;
	if (self->quiet < self->patience)
		return;
	kmsg_line(self->kmsg, "nothing came from the host for %u s, given up: %s",
		  self->patience, self->folder);
	end_worker(self);
}

/* The worker sees the end of its input when it comes to read it: it may hang in bpf(2). */
static void serve_hangup(struct supervisor *self, struct pollfd *host)
{
	if (host->revents) {
		if (!self->gone_ns)
			self->gone_ns = clock_ns();
		host->fd = -1;
	}
	if (self->gone_ns && clock_ns() - self->gone_ns > GONE_NS)
		kill(self->worker, SIGKILL);
}

/* Then it waits for more, or for the host to take it. */
static void tell_klog(const struct supervisor *self, struct pollfd *wait)
{
	if (klog_pump(self->klog, STDERR_FILENO, 0))
		*wait = (struct pollfd){ .fd = self->klog, .events = POLLIN };
	else
		*wait = (struct pollfd){ .fd = STDERR_FILENO, .events = POLLOUT };
}

static void watch_worker(struct supervisor *self)
{
	struct pollfd waits[WAITS] = {
		[WAIT_SIGNALS] = { .fd = self->signals, .events = POLLIN },
		[WAIT_KLOG] = { .fd = self->klog, .events = POLLIN },
		[WAIT_HOST] = { .fd = self->in, .events = POLLRDHUP },
	};

	for (;;) {
		if (poll(waits, WAITS, self->gone_ns || self->patience ? LOOK_MS : -1) < 0)
			continue;
		if (waits[WAIT_KLOG].revents)
			tell_klog(self, &waits[WAIT_KLOG]);
		if (serve_signals(self))
			return;
		serve_hangup(self, &waits[WAIT_HOST]);
		listen_for_host(self);
	}
}

static int open_shared(struct supervisor *self)
{
	self->heard = shared_memory(sizeof(*self->heard));
	return !self->heard || brought_open() || lasting_open() ? -1 : 0;
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
	if (open_shared(self))
		return refused(strerror(errno));
	self->signals = watch_signals();
	if (self->signals < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1))
		return refused(strerror(errno));
	return 0;
}

/* What a worker that ended by itself has ended is not there any more. */
static size_t end_lasting(void)
{
	const struct timespec pause = { .tv_nsec = LASTING_PAUSE_NS };
	int tries = LASTING_TRIES;
	size_t left;

	while ((left = lasting_end_all()) && --tries)
		nanosleep(&pause, NULL);
	return left;
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
	if (end_lasting()) {
		kmsg_line(self->kmsg, "an interface or a cgroup of a case does not end");
		status = EXIT_FAILURE;
	}
	brought_take_away(self->kmsg);
	settings_give_back(self->kmsg);
	klog_pump(self->klog, STDERR_FILENO, LAST_WORDS_MS);
	return status;
}

int supervise(const char *folder, unsigned int patience)
{
	struct supervisor self = { .folder = folder, .patience = patience };
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
