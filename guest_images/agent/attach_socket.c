// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs on sockets of the agent, which are the ones that receive: a packet
 * socket on an interface, a datagram socket, a group that shares a port.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "attach.h"

union address {
	struct sockaddr any;
	struct sockaddr_in inet;
	struct sockaddr_un local;
	struct sockaddr_ll link;
};

static socklen_t any_packet(union address *address, unsigned int interface)
{
	address->link = (struct sockaddr_ll) {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = interface,
	};
	return sizeof(address->link);
}

static socklen_t own_port(union address *address, uint16_t port)
{
	address->inet = (struct sockaddr_in) {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	return sizeof(address->inet);
}

/* Of the abstract namespace, where nothing is left behind: unix(7). */
static socklen_t own_name(union address *address, const char *name)
{
	address->local = (struct sockaddr_un) { .sun_family = AF_UNIX };
	snprintf(address->local.sun_path + 1, sizeof(address->local.sun_path) - 1, "%s", name);
	return offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name);
}

static int put_on(int fd, const struct program *program)
{
	if (program->classic)
		return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program->classic,
				  sizeof(*program->classic));
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &program->fd, sizeof(program->fd));
}

/* The filter goes on before the address, so that no packet passes unseen. */
static int listen_on(struct made *made, const struct program *program, int type,
		     const union address *address, socklen_t size)
{
	int fd = socket(address->any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return made_errno(made, errno);
	made_socket(made, fd);
	if (put_on(fd, program) || bind(fd, &address->any, size))
		made->err = errno;
	return 0;
}

static int attach_socket(struct call *call, const struct program *program, struct made *made)
{
	union address address;
	unsigned int index;

	if (arg_interface(call, made, &index))
		return -1;
	if (!index)
		return 0;
	return listen_on(made, program, SOCK_RAW, &address, any_packet(&address, index));
}

static int attach_socket_udp(struct call *call, const struct program *program, struct made *made)
{
	union address address;
	uint64_t port;

	if (arg_u64(call, "port", UINT16_MAX, &port))
		return -1;
	return listen_on(made, program, SOCK_DGRAM, &address, own_port(&address, port));
}

static int attach_socket_unix(struct call *call, const struct program *program, struct made *made)
{
	char name[sizeof(((struct sockaddr_un *)0)->sun_path) - 1];
	union address address;

	if (arg_text(call, "name", name, sizeof(name)))
		return -1;
	return listen_on(made, program, SOCK_DGRAM, &address, own_name(&address, name));
}

const struct kind socket_kinds[] = {
	{ "socket", "kind interface", attach_socket, true },
	{ "socket_udp", "kind port", attach_socket_udp, true },
	{ "socket_unix", "kind name", attach_socket_unix, true },
	{ 0 },
};
