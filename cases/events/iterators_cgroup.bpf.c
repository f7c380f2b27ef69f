// SPDX-License-Identifier: GPL-2.0-only
// An iterator over cgroups, from one on: cgroup_iter_seq_start() in kernel/bpf/cgroup_iter.c. `filtered`
// is below the root, and there is nothing below it.
#include "iterators.h"

struct kernfs_node {
	const char *name;
} RELOCATED;

struct cgroup {
	int level;
	struct kernfs_node *kn;
} RELOCATED;

struct bpf_iter__cgroup {
	struct bpf_iter_meta *meta;
	struct cgroup *cgroup;
} RELOCATED;

static __always_inline int show(struct bpf_iter__cgroup *ctx)
{
	struct cgroup *cgroup = ctx->cgroup;

	if (cgroup)
		print(ctx->meta, "%d: %d \"%s\"\n", (int)ctx->meta->seq_num, cgroup->level,
		      cgroup->kn->name);
	else
		print(ctx->meta, "end after %d\n", (int)ctx->meta->seq_num);
	return 0;
}

SEC("iter/cgroup")
__success __needs("bpf_iter__cgroup")
__event("iter/cgroup:self")
__read("0: 1 \"filtered\"") __read("end after 0")
int one_alone(struct bpf_iter__cgroup *ctx)
{
	return show(ctx);
}

SEC("iter/cgroup")
__success __needs("bpf_iter__cgroup")
__event("iter/cgroup:up")
__read("0: 1 \"filtered\"") __read("1: 0 \"\"") __read("end after 1")
int up_to_the_root(struct bpf_iter__cgroup *ctx)
{
	return show(ctx);
}

SEC("iter/cgroup")
__success __needs("bpf_iter__cgroup")
__event("iter/cgroup:self:.")
__read("0: 0 \"\"") __read("end after 0")
int the_root_alone(struct bpf_iter__cgroup *ctx)
{
	return show(ctx);
}

/* The root is the first of them. */
SEC("iter/cgroup")
__success __needs("bpf_iter__cgroup")
__event("iter/cgroup")
__read("0: 0 \"\"")
int all_of_them(struct bpf_iter__cgroup *ctx)
{
	return show(ctx);
}

/* 1 ends the walk. */
SEC("iter/cgroup")
__success __needs("bpf_iter__cgroup")
__event("iter/cgroup:up")
__read("0: 1 \"filtered\"") __read("end after 0")
int no_further(struct bpf_iter__cgroup *ctx)
{
	show(ctx);
	return 1;
}

char _license[] SEC("license") = "GPL";
