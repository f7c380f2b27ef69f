// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs on a cgroup: all processes in it and below it.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

#include "attach.h"

static int attach_cgroup(struct call *call, const struct program *program, struct made *made)
{
	char name[NAME_SIZE];
	int cgroup;

	if (arg_text(call, "cgroup", name, sizeof(name)))
		return -1;
	cgroup = made_in_cgroup(made, name);
	if (cgroup < 0)
		return 0;
	made_fd(made, bpf_link_create(program->fd, cgroup, program->attach_type, NULL));
	close(cgroup);
	return 0;
}

/* One function, but what fires them and what they need differ. */
const struct kind cgroup_kinds[] = {
	{ "cgroup_skb", "kind cgroup", attach_cgroup, true },
	{ "cgroup_sock", "kind cgroup", attach_cgroup, true },
	{ "cgroup_sock_addr", "kind cgroup", attach_cgroup, true },
	{ "cgroup_sockopt", "kind cgroup", attach_cgroup, true },
	{ "cgroup_sysctl", "kind cgroup", attach_cgroup, true },
	{ "cgroup_device", "kind cgroup", attach_cgroup, true },
	{ "sock_ops", "kind cgroup", attach_cgroup, true },
	{ "lsm_cgroup", "kind cgroup", attach_cgroup, true },
	{ 0 },
};
