// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs on a route: a tunnel that has no other end (LWTUNNEL_ENCAP_BPF). The
 * route is to one IPv4 address of this machine, by lo.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include "attach.h"
#include "lasting.h"
#include "netlink.h"

#define WHOLE_ADDRESS 32

static void start_route(struct netlink *message, uint16_t type, uint16_t flags,
			struct in_addr address)
{
	const struct rtmsg route = {
		.rtm_family = AF_INET,
		.rtm_dst_len = WHOLE_ADDRESS,
		.rtm_table = RT_TABLE_LOCAL,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_HOST,
		.rtm_type = RTN_LOCAL,
	};
	const uint32_t interface = if_nametoindex("lo");

	netlink_start(message, type, flags, &route, sizeof(route));
	netlink_put(message, RTA_DST, &address, sizeof(address));
	netlink_put(message, RTA_OIF, &interface, sizeof(interface));
}

static int end_route(const void *state)
{
	const struct in_addr *address = state;
	struct netlink message;

	start_route(&message, RTM_DELROUTE, 0, *address);
	return netlink_ask(&message);
}

static void let_go(void *state)
{
	lasting_end(*(const uint64_t *)state);
}

/* An errno. */
static int hold(struct in_addr address, struct made *made)
{
	uint64_t route = lasting_add(end_route, &address, sizeof(address));

	if (route && !made_undone_by(made, let_go, &route, sizeof(route)))
		return 0;
	lasting_end(route);
	return ENOMEM;
}

/* An errno. The name is for people who list routes. */
static int add_route(struct in_addr address, int program, uint16_t place)
{
	const uint16_t encapsulation = LWTUNNEL_ENCAP_BPF;
	const uint32_t fd = program;
	struct netlink message;
	size_t tunnel, own;

	start_route(&message, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, address);
	netlink_put(&message, RTA_ENCAP_TYPE, &encapsulation, sizeof(encapsulation));
	tunnel = netlink_open(&message, RTA_ENCAP);
	own = netlink_open(&message, place);
	netlink_put(&message, LWT_BPF_PROG_FD, &fd, sizeof(fd));
	netlink_put_text(&message, LWT_BPF_PROG_NAME, "filter");
	netlink_close(&message, own);
	netlink_close(&message, tunnel);
	return netlink_ask(&message);
}

static int attach_route(struct call *call, const struct program *program, struct made *made,
			uint16_t place)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr address;

	if (arg_text(call, "address", text, sizeof(text)))
		return -1;
	if (inet_pton(AF_INET, text, &address) != 1)
		return refuse(call, EINVAL, "attach: %s is not an IPv4 address", text);
	made->err = add_route(address, program->fd, place);
	if (!made->err)
		made->err = hold(address, made);
	return 0;
}

static int attach_in(struct call *call, const struct program *program, struct made *made)
{
	return attach_route(call, program, made, LWT_BPF_IN);
}

static int attach_out(struct call *call, const struct program *program, struct made *made)
{
	return attach_route(call, program, made, LWT_BPF_OUT);
}

static int attach_xmit(struct call *call, const struct program *program, struct made *made)
{
	return attach_route(call, program, made, LWT_BPF_XMIT);
}

const struct kind route_kinds[] = {
	{ "lwt_in", "kind address", attach_in, true },
	{ "lwt_out", "kind address", attach_out, true },
	{ "lwt_xmit", "kind address", attach_xmit, true },
	{ 0 },
};
