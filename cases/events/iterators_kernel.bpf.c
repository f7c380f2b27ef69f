// SPDX-License-Identifier: GPL-2.0-only
// Iterators over what is not made by a trial: symbols, links, routes, caches. For the rest see iterators.bpf.c.
#include "iterators.h"

struct kallsym_iter {
	char name[512];
	_Bool show_value;
} RELOCATED;

struct bpf_iter__ksym {
	struct bpf_iter_meta *meta;
	struct kallsym_iter *ksym;
} RELOCATED;

SEC("iter/ksym")
__success __needs("bpf_iter__ksym")
__read("symbol vfs_mkdir")
int every_symbol(struct bpf_iter__ksym *ctx)
{
	struct kallsym_iter *symbol = ctx->ksym;
	static const char wanted[] = "vfs_mkdir";
	char name[sizeof(wanted)];

	if (!symbol)
		return 0;
	bpf_probe_read_kernel(name, sizeof(name), symbol->name);
	if (!__builtin_memcmp(name, wanted, sizeof(name)))
		print(ctx->meta, "symbol %s\n", symbol->name);
	return 0;
}

struct bpf_link {
	__u32 id;
} RELOCATED;

struct bpf_iter__bpf_link {
	struct bpf_iter_meta *meta;
	struct bpf_link *link;
} RELOCATED;

// The iterator's own link is one.
SEC("iter/bpf_link")
__success __needs("bpf_iter__bpf_link")
__read("{{link [1-9]}}")
int every_link(struct bpf_iter__bpf_link *ctx)
{
	struct bpf_link *link = ctx->link;

	if (link)
		print(ctx->meta, "link %d\n", link->id);
	return 0;
}

struct netlink_sock;

struct bpf_iter__netlink {
	struct bpf_iter_meta *meta;
	struct netlink_sock *sk;
} RELOCATED;

// The kernel itself has sockets of this kind, for audit and for routing at least.
SEC("iter/netlink")
__success __needs("iterators")
__read("socket 0") __read("socket 1")
int every_netlink_socket(struct bpf_iter__netlink *ctx)
{
	if (ctx->sk)
		print(ctx->meta, "socket %d\n", (int)ctx->meta->seq_num);
	return 0;
}

struct rt6key {
	int plen;
} RELOCATED;

struct fib6_info {
	struct rt6key fib6_dst;
} RELOCATED;

struct bpf_iter__ipv6_route {
	struct bpf_iter_meta *meta;
	struct fib6_info *rt;
} RELOCATED;

// ::1 is the only address that ends in 1 and is all of its route.
SEC("iter/ipv6_route")
__success __needs("bpf_iter__ipv6_route")
__read("::1/128")
int every_route(struct bpf_iter__ipv6_route *ctx)
{
	struct fib6_info *route = ctx->rt;
	__u8 address[16];
	static const __u8 own[16] = { [15] = 1 };

	if (!route)
		return 0;
	/* The address is what the key begins with. */
	bpf_probe_read_kernel(address, sizeof(address), &route->fib6_dst);
	if (!__builtin_memcmp(address, own, sizeof(own)))
		print(ctx->meta, "::1/%d\n", route->fib6_dst.plen);
	return 0;
}

struct kmem_cache {
	const char *name;
	unsigned int object_size;
} RELOCATED;

struct bpf_iter__kmem_cache {
	struct bpf_iter_meta *meta;
	struct kmem_cache *s;
} RELOCATED;

// Names of files are copied from it to user space, so that it is never merged with another one.
SEC("iter/kmem_cache")
__success __needs("bpf_iter__kmem_cache")
__read("{{cache dentry of [1-9][0-9]+ bytes}}")
int every_cache(struct bpf_iter__kmem_cache *ctx)
{
	static const char wanted[] = "dentry";
	struct kmem_cache *cache = ctx->s;
	char name[sizeof(wanted)];

	if (!cache)
		return 0;
	bpf_probe_read_kernel(name, sizeof(name), cache->name);
	if (!__builtin_memcmp(name, wanted, sizeof(name)))
		print(ctx->meta, "cache %s of %d bytes\n", name, cache->object_size);
	return 0;
}

// One that may sleep between two tasks.
SEC("iter.s/task")
__success __needs("sleepable-iterators")
__read("task 1 init") __read("the end")
int asleep_over_tasks(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	char byte;

	if (!task) {
		print(ctx->meta, "the end\n");
		return 0;
	}
	/* Nobody has a page at 0. */
	if (bpf_copy_from_user(&byte, sizeof(byte), (void *)0) && task->pid == 1)
		print(ctx->meta, "task %d %s\n", task->pid, task->comm);
	return 0;
}

char _license[] SEC("license") = "GPL";
