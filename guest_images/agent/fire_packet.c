// SPDX-License-Identifier: GPL-2.0-only
/*
 * Triggers that are frames, sent and received on interfaces as they are. Knows
 * which end a frame comes out of; refuses to know what is in it but its type.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fire.h"

/*
 * Of the frame's own type, since a socket for all types sees a frame before the
 * filters of tc do: __netif_receive_skb_core().
 */
static uint16_t type_of(const struct value *frame)
{
	uint16_t type;

	memcpy(&type, frame->data + offsetof(struct ethhdr, h_proto), sizeof(type));
	return ntohs(type) < ETH_P_802_3_MIN ? htons(ETH_P_802_2) : type;
}

/* Of a pair of interfaces the other one; of any other itself: dev_get_iflink(). */
static int peer_of(const char *interface)
{
	char path[64], number[16];

	snprintf(path, sizeof(path), "/sys/class/net/%s/iflink", interface);
	slurp_text(path, number, sizeof(number));
	return atoi(number);
}

static int open_end(const struct fire_plan *plan, struct fire_result *result, int interface,
		    uint16_t type)
{
	const struct timeval limit = { plan->wait_ms / 1000, plan->wait_ms % 1000 * 1000 };
	const struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = type,
		.sll_ifindex = interface,
	};
	int fd;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		fire_failed(result, "socket");
		return -1;
	}
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit))) {
		fire_failed(result, "bind");
		return -1;
	}
	return fd;
}

/* The next frame that came in; one on its way out is seen by both ends of lo. */
static void receive(struct fire_result *result, int fd)
{
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);
	char data[FIRE_DATA_MAX];
	ssize_t got;

	do {
		got = recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&from, &size);
	} while (got >= 0 && from.sll_pkttype == PACKET_OUTGOING);
	if (got < 0) {
		if (errno != EAGAIN)
			fire_failed(result, "recvfrom");
		return;
	}
	result->value++;
	result->size = 0;
	fire_keep(result, data, got);
}

void fire_packet(const struct fire_plan *plan, struct fire_result *result)
{
	const struct value *frame = &plan->steps[0].values[1];
	const char *interface = plan->steps[0].values[0].data;
	int to = plan->listen[0] ? (int)if_nametoindex(plan->listen) : peer_of(interface);
	int from = (int)if_nametoindex(interface);
	int in, out;
	uint64_t i;

	if (frame->size < ETH_HLEN) {
		errno = EINVAL;
		fire_failed(result, "header");
		return;
	}
	if (!from || !to) {
		errno = ENODEV;
		fire_failed(result, "interface");
		return;
	}
	in = plan->alone ? -1 : open_end(plan, result, to, type_of(frame));
	if (in < 0 && !plan->alone)
		return;
	out = open_end(plan, result, from, 0);
	if (out < 0)
		return;
	for (i = 0; i < plan->times && !result->err; i++) {
		if (send(out, frame->data, frame->size, 0) < 0) {
			fire_failed(result, "send");
			return;
		}
		if (plan->alone)
			result->value++;
		else
			receive(result, in);
	}
}
