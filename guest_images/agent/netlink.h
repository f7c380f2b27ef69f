/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One request to rtnetlink(7) at a time: what libbpf has only for itself.
 * Knows the form of messages; refuses to know what they are about.
 */
#ifndef AGENT_NETLINK_H
#define AGENT_NETLINK_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

#define NETLINK_SIZE 1024

struct netlink {
	union {
		struct nlmsghdr header;
		char bytes[NETLINK_SIZE];
	};
};

/* NLM_F_REQUEST and NLM_F_ACK are added. What does not fit is an error of netlink_ask(). */
void netlink_start(struct netlink *message, uint16_t type, uint16_t flags, const void *body,
		   size_t size);
void netlink_put(struct netlink *message, uint16_t type, const void *data, size_t size);
void netlink_put_text(struct netlink *message, uint16_t type, const char *text);
void netlink_put_body(struct netlink *message, const void *body, size_t size);

/* An attribute that holds others: its place, for its end. */
size_t netlink_open(struct netlink *message, uint16_t type);
void netlink_close(struct netlink *message, size_t place);

/* What the kernel answered: an errno, or 0. */
int netlink_ask(const struct netlink *message);

#endif
