// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs on the way of a packet that are attached by a link: XDP, tcx,
 * netfilter, and those of a network namespace.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attach.h"

#define NAMESPACE "/proc/self/ns/net"

/* Generic, so that every interface does the same and the program sees every packet. */
static int attach_xdp(struct call *call, const struct program *program, struct made *made)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_SKB_MODE);
	unsigned int index;

	if (arg_interface(call, made, &index))
		return -1;
	if (!index)
		return 0;
	return made_fd(made, bpf_link_create(program->fd, index, BPF_XDP, &opts));
}

static int attach_tcx(struct call *call, const struct program *program, struct made *made)
{
	unsigned int index;
	bool in;

	if (arg_direction(call, &in) || arg_interface(call, made, &index))
		return -1;
	if (!index)
		return 0;
	return made_fd(made, bpf_link_create(program->fd, index,
					     in ? BPF_TCX_INGRESS : BPF_TCX_EGRESS, NULL));
}

/* hook is a number of enum nf_inet_hooks; those with lower priorities come first. */
static int attach_netfilter(struct call *call, const struct program *program, struct made *made)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);
	uint64_t family, hook, priority;

	if (arg_u64(call, "family", NFPROTO_NUMPROTO, &family) ||
	    arg_u64(call, "hook", NF_INET_NUMHOOKS, &hook) ||
	    arg_u64(call, "priority", INT32_MAX, &priority))
		return -1;
	opts.netfilter.pf = family;
	opts.netfilter.hooknum = hook;
	opts.netfilter.priority = priority;
	return made_fd(made, bpf_link_create(program->fd, 0, BPF_NETFILTER, &opts));
}

/* On the network namespace that the agent is in. */
int attach_namespace(struct call *call, const struct program *program, struct made *made)
{
	int namespace = open(NAMESPACE, O_RDONLY | O_CLOEXEC);

	(void)call;
	if (namespace < 0)
		return made_errno(made, errno);
	made_fd(made, bpf_link_create(program->fd, namespace, program->attach_type, NULL));
	close(namespace);
	return 0;
}

const struct kind net_kinds[] = {
	{ "xdp", "kind interface", attach_xdp, true },
	{ "tcx", "kind interface direction", attach_tcx, true },
	{ "netfilter", "kind family hook priority", attach_netfilter, true },
	{ "flow_dissector", "kind", attach_namespace, true },
	{ 0 },
};
