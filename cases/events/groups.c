// SPDX-License-Identifier: GPL-2.0-only
// Prints the names of cgroups, a line each.
#include "iterators.h"

struct kernfs_node {
	const char *name;
} RELOCATED;

struct cgroup {
	struct kernfs_node *kn;
} RELOCATED;

struct bpf_iter__cgroup {
	struct bpf_iter_meta *meta;
	struct cgroup *cgroup;
} RELOCATED;

SEC("iter/cgroup")
int groups(struct bpf_iter__cgroup *ctx)
{
	struct cgroup *cgroup = ctx->cgroup;

	if (cgroup)
		print(ctx->meta, "%s\n", cgroup->kn->name);
	return 0;
}

char _license[] SEC("license") = "GPL";
