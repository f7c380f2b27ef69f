// SPDX-License-Identifier: GPL-2.0-only
/*
 * Triggers that are exchanges between two sockets of this machine: both ends are
 * in one process, so it ends when the bytes have arrived, or have not within the
 * time they are given.
 */
#define _GNU_SOURCE	/* accept4 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fire.h"

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
};

static socklen_t parse(const char *text, uint64_t port, union address *address)
{
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons(port);
		return sizeof(address->v4);
	}
	if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1) {
		address->v6.sin6_family = AF_INET6;
		address->v6.sin6_port = htons(port);
		return sizeof(address->v6);
	}
	errno = EAFNOSUPPORT;
	return 0;
}

/* Where it is sent to, and where somebody listens; false after fire_failed(). */
static bool parse_both(const struct fire_plan *plan, struct fire_result *result,
		       union address *to, union address *at)
{
	const struct value *values = plan->steps[0].values;
	const char *listen = plan->listen[0] ? plan->listen : values[0].data;
	uint64_t port = plan->listen_port ? plan->listen_port : (uint64_t)values[1].number;

	if (!parse(values[0].data, values[1].number, to) || !parse(listen, port, at))
		return fire_failed(result, "address");
	return true;
}

static socklen_t length(const union address *address)
{
	switch (address->any.sa_family) {
	case AF_INET:
		return sizeof(address->v4);
	case AF_INET6:
		return sizeof(address->v6);
	default:
		return offsetof(struct sockaddr_un, sun_path) + 1 +
		       strlen(address->local.sun_path + 1);
	}
}

/* A socket that never waits for longer than it may; -1 after fire_failed(). */
static int open_socket(const struct fire_plan *plan, struct fire_result *result, int family,
		       int type)
{
	const struct timeval limit = { plan->wait_ms / 1000, plan->wait_ms % 1000 * 1000 };
	int fd = socket(family, type | SOCK_CLOEXEC, 0);
	int one = 1;

	if (fd < 0) {
		fire_failed(result, "socket");
		return -1;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one))) {
		fire_failed(result, "setsockopt");
		close(fd);
		return -1;
	}
	return fd;
}

static int open_listener(const struct fire_plan *plan, struct fire_result *result, int type,
			 const union address *at)
{
	int fd = open_socket(plan, result, at->any.sa_family, type);

	if (fd < 0)
		return -1;
	if (bind(fd, &at->any, length(at))) {
		fire_failed(result, "bind");
		return -1;
	}
	return fd;
}

/* Whether the time for it has passed: it may have been dropped on the way. */
static bool timed_out(void)
{
	return errno == EAGAIN || errno == EINPROGRESS || errno == ETIMEDOUT;
}

/* The last one that arrived is the result's data. */
static bool receive_datagram(struct fire_result *result, int fd)
{
	char data[FIRE_DATA_MAX];
	ssize_t got = recv(fd, data, sizeof(data), 0);

	if (got < 0)
		return timed_out() ? true : fire_failed(result, "recv");
	result->value++;
	result->size = 0;
	fire_keep(result, data, got);
	return true;
}

/* Connected first, so that what answers with a refusal is seen. */
static void exchange_datagrams(const struct fire_plan *plan, struct fire_result *result,
			       const union address *to, int listener, const struct value *bytes)
{
	int fd = open_socket(plan, result, to->any.sa_family, SOCK_DGRAM);
	uint64_t i;

	if (fd < 0)
		return;
	for (i = 0; i < plan->times; i++) {
		if (sendto(fd, bytes->data, bytes->size, MSG_NOSIGNAL, &to->any, length(to)) < 0) {
			fire_failed(result, "sendto");
			return;
		}
		if (listener < 0)
			result->value++;
		else if (!receive_datagram(result, listener))
			return;
	}
}

void fire_udp(const struct fire_plan *plan, struct fire_result *result)
{
	union address to, at;
	int listener = -1;

	if (!parse_both(plan, result, &to, &at))
		return;
	if (!plan->alone) {
		listener = open_listener(plan, result, SOCK_DGRAM, &at);
		if (listener < 0)
			return;
	}
	exchange_datagrams(plan, result, &to, listener, &plan->steps[0].values[2]);
}

/* An abstract address, which no file system keeps. */
static void name_socket(const char *name, union address *address)
{
	memset(address, 0, sizeof(*address));
	address->local.sun_family = AF_UNIX;
	snprintf(address->local.sun_path + 1, sizeof(address->local.sun_path) - 1, "%s", name);
}

void fire_unix(const struct fire_plan *plan, struct fire_result *result)
{
	const struct value *values = plan->steps[0].values;
	union address to, at;
	int listener = -1;

	name_socket(values[0].data, &to);
	name_socket(plan->listen[0] ? plan->listen : values[0].data, &at);
	if (!plan->alone) {
		listener = open_listener(plan, result, SOCK_DGRAM, &at);
		if (listener < 0)
			return;
	}
	exchange_datagrams(plan, result, &to, listener, &values[1]);
}

static bool set_congestion(const struct fire_plan *plan, struct fire_result *result, int fd)
{
	const char *name = plan->congestion;

	if (!name[0] || !setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, strlen(name)))
		return true;
	return fire_failed(result, "TCP_CONGESTION");
}

/* All that comes until the other end has said that there is no more. */
static bool receive_stream(struct fire_result *result, int fd)
{
	char data[4096];
	ssize_t got;

	result->size = 0;
	while ((got = recv(fd, data, sizeof(data), 0)) > 0)
		fire_keep(result, data, got);
	if (got < 0)
		return timed_out() ? true : fire_failed(result, "recv");
	result->value++;
	return true;
}

static bool send_stream(struct fire_result *result, int fd, const struct value *bytes)
{
	size_t sent = 0;
	ssize_t put;

	while (sent < bytes->size) {
		put = send(fd, bytes->data + sent, bytes->size - sent, MSG_NOSIGNAL);
		if (put < 0)
			return timed_out() ? true : fire_failed(result, "send");
		sent += put;
	}
	return shutdown(fd, SHUT_WR) ? fire_failed(result, "shutdown") : true;
}

/* The connection is accepted only once it is made, so one process can be both ends. */
static bool exchange_stream(const struct fire_plan *plan, struct fire_result *result,
			    const union address *to, int listener)
{
	const struct value *bytes = &plan->steps[0].values[2];
	int accepted, fd = open_socket(plan, result, to->any.sa_family, SOCK_STREAM);
	bool fine;

	if (fd < 0 || !set_congestion(plan, result, fd))
		return false;
	if (connect(fd, &to->any, length(to))) {
		fine = timed_out() ? true : fire_failed(result, "connect");
		close(fd);
		return fine;
	}
	fine = send_stream(result, fd, bytes);
	accepted = listener < 0 || !fine ? -1 : accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (listener < 0)
		result->value++;
	else if (accepted < 0)
		fine = fine && (timed_out() || fire_failed(result, "accept"));
	else
		fine = receive_stream(result, accepted);
	close(fd);
	close(accepted);
	return fine;
}

void fire_tcp(const struct fire_plan *plan, struct fire_result *result)
{
	union address to, at;
	int listener = -1;
	uint64_t i;

	if (!parse_both(plan, result, &to, &at))
		return;
	if (!plan->alone) {
		listener = open_listener(plan, result, SOCK_STREAM, &at);
		if (listener < 0 || !set_congestion(plan, result, listener))
			return;
		if (listen(listener, SOMAXCONN)) {
			fire_failed(result, "listen");
			return;
		}
	}
	for (i = 0; i < plan->times; i++)
		if (!exchange_stream(plan, result, &to, listener))
			return;
}
