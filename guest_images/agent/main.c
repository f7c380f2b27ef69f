// SPDX-License-Identifier: GPL-2.0-only
/*
 * The worker: waits for requests, trace lines, shell output, ended shells and
 * triggers, and hands each to its subject. Knows what to wait for and in which order;
 * refuses to know what any request means. One thread, one request at a time,
 * so that order on the wire is the order of things.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/reboot.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/klog.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "agent.h"
#include "dispatch.h"

#define KLOG_CONSOLE_LEVEL 8	/* klogctl(2): set the console level */

enum {
	WAIT_WIRE, WAIT_SIGNALS, WAIT_TRACE, WAIT_RECORDS, WAIT_SHELLS,
	WAITS = WAIT_SHELLS + SHELLS_MAX
};

void event_start(struct agent *agent, msgpack_packer *pack, const char *name, size_t fields)
{
	pack_start(pack, &agent->out);
	msgpack_pack_map(pack, fields + 1);
	put_text(pack, "event", name);
}

/* A broken channel is noticed by the next read; an event has no one to tell. */
void event_send(struct agent *agent)
{
	if (!agent->out.failed)
		wire_send(&agent->wire, FRAME_EVENT, 0, &agent->out);
}

static int signals_open(const struct agent *agent)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (!agent->guest)
		sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void registry_set(struct registry *registry, const char *noun, size_t limit,
			 void (*release)(struct entry *entry))
{
	registry->noun = noun;
	registry->limit = limit;
	registry->release = release;
}

/* The stream that was given ends for good; the one of a guest is looked for, and stays. */
static int stream_open(struct agent *agent, int kmsg, const struct channel *given)
{
	int fd;

	agent->guest = !given;
	if (given) {
		wire_init(&agent->wire, given->in, given->out);
		agent->wire.heard = given->heard;
		agent->wire.ends = true;
		return 0;
	}
	fd = channel_open(kmsg);
	if (fd < 0)
		return -1;
	wire_init(&agent->wire, fd, fd);
	return 0;
}

static int agent_open(struct agent *agent, int kmsg, const struct channel *given)
{
	if (stream_open(agent, kmsg, given))
		return -1;
	agent->out.limit = MESSAGE_MAX;
	registry_set(&agent->handles, "handle", HANDLES_MAX, holding_release);
	registry_set(&agent->links, "link", LINKS_MAX, link_release);
	registry_set(&agent->shells, "shell", SHELLS_MAX, shell_release);
	registry_set(&agent->fires, "trigger", FIRES_MAX, fire_release);
	registry_set(&agent->streams, "stream", STREAMS_MAX, stream_release);
	agent->trace.fd = -1;
	agent->records = epoll_create1(EPOLL_CLOEXEC);
	agent->kmsg = kmsg;
	agent->signals = signals_open(agent);
	return agent->signals < 0 || agent->records < 0 ? -1 : 0;
}

static void send_ready(struct agent *agent)
{
	msgpack_packer pack;

	klogctl(KLOG_CONSOLE_LEVEL, NULL, 8);
	event_start(agent, &pack, "ready", 1);
	put_uint(&pack, "version", PROTOCOL_VERSION);
	event_send(agent);
}

static int wait_for_work(struct agent *agent, struct pollfd *waits, int timeout_ms)
{
	int shells[SHELLS_MAX];
	size_t count = shells_fds(agent, shells);
	size_t i;

	waits[WAIT_WIRE].fd = agent->wire.in;
	waits[WAIT_SIGNALS].fd = agent->signals;
	waits[WAIT_TRACE].fd = agent->trace.fd;
	waits[WAIT_RECORDS].fd = agent->streams.count ? agent->records : -1;
	for (i = 0; i < count; i++)
		waits[WAIT_SHELLS + i].fd = shells[i];
	for (i = 0; i < WAIT_SHELLS + count; i++)
		waits[i].events = POLLIN;
	if (poll(waits, WAIT_SHELLS + count, timeout_ms) < 0)
		return -1;
	for (i = WAIT_SHELLS; i < WAIT_SHELLS + count; i++)
		if (waits[i].revents)
			return 1;
	return 0;
}

/* -1: the supervisor wants the worker to end. */
static int drain(int signals)
{
	struct signalfd_siginfo info;
	int err = 0;

	while (read(signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo == SIGTERM)
			err = -1;
	return err;
}

/* What happened besides requests, in the order it has to be told. -1: it is time to end. */
static int tell_events(struct agent *agent, const struct pollfd *waits, bool shell_output)
{
	int err;

	if (waits[WAIT_TRACE].fd >= 0 && waits[WAIT_TRACE].revents)
		trace_pump(agent);
	if (waits[WAIT_RECORDS].fd >= 0 && waits[WAIT_RECORDS].revents)
		streams_pump(agent);
	if (shell_output)
		shells_pump(agent);
	if (!waits[WAIT_SIGNALS].revents)
		return 0;
	err = drain(agent->signals);
	shells_reap(agent);
	fires_reap(agent);
	return err;
}

static void power_off(struct agent *agent)
{
	wire_flush(&agent->wire);
	tcdrain(agent->wire.out);
	sync();
	reboot(RB_POWER_OFF);
	kmsg_line(agent->kmsg, "cannot power off: %s", strerror(errno));
}

/* Whether anything but requests can happen. */
static bool has_events(const struct agent *agent)
{
	return agent->trace.fd >= 0 || agent->shells.count || agent->fires.count ||
	       agent->streams.count;
}

/* Waits, tells events, takes in what came. -1: the wire is broken, or it is time to end. */
static int wait_turn(struct agent *agent, bool more)
{
	struct pollfd waits[WAITS];
	int shells;

	if (!more && wire_flush(&agent->wire))
		return -1;
	shells = wait_for_work(agent, waits, more ? 0 : -1);
	if (shells < 0)
		return 0;
	if (tell_events(agent, waits, shells))
		return -1;
	if (!more && waits[WAIT_WIRE].revents)
		return wire_fill(&agent->wire);
	return 0;
}

/* One turn: events first, then at most one request. -1: there will be no other. */
static int turn(struct agent *agent, bool *more)
{
	int next;

	/* With the next request at hand and no events, there is nothing to wait for. */
	if ((!*more || has_events(agent)) && wait_turn(agent, *more))
		return -1;
	next = wire_next(&agent->wire);
	*more = next > 0;
	if (next <= 0)
		return next;
	if (serve_request(agent))
		return -1;
	if (agent->powering_off)
		power_off(agent);
	return 0;
}

/*
 * Serves until the wire breaks; the result is the worker's exit status. The
 * stream is given, or that of a guest.
 */
int worker(int kmsg, const struct channel *given)
{
	struct agent *agent = calloc(1, sizeof(*agent));
	bool more = false;

	if (!agent || agent_open(agent, kmsg, given))
		return EXIT_FAILURE;
	libbpf_set_memlock_rlim(0);
	send_ready(agent);
	while (!turn(agent, &more))
		;
	if (!agent->wire.fault) {
		release_all(agent);
		return EXIT_SUCCESS;
	}
	kmsg_line(kmsg, "%s", agent->wire.fault);
	return EXIT_FAILURE;
}
