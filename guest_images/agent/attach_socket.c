// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs on sockets.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attach.h"

/* The filter goes on before the interface, so that no packet passes unseen. */
static int tap(int fd, const struct program *program, unsigned int interface)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = interface,
	};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &program->fd, sizeof(program->fd)))
		return -1;
	return bind(fd, (const struct sockaddr *)&address, sizeof(address));
}

static int attach_socket(struct call *call, const struct program *program, struct made *made)
{
	char interface[NAME_SIZE];
	unsigned int index;
	int fd;

	if (arg_text(call, "interface", interface, sizeof(interface)))
		return -1;
	index = if_nametoindex(interface);
	if (!index) {
		made->err = ENODEV;
		return 0;
	}
	made->is_socket = true;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	made_fd(made, fd);
	if (fd >= 0 && tap(fd, program, index)) {
		made->err = errno;
		close(fd);
	}
	return 0;
}

const struct kind socket_kinds[] = {
	{ "socket", "kind interface", attach_socket, true },
	{ 0 },
};
