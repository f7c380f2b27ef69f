// SPDX-License-Identifier: GPL-2.0-only
/*
 * Iterators. Knows what one of them can be narrowed to; what it prints is read
 * from its link.
 */
#include <bpf/bpf.h>
#include <unistd.h>

#include "attach.h"

/* From one cgroup on, in an order of enum bpf_cgroup_iter_order. */
static int attach_to_cgroup(struct call *call, const struct program *program, struct made *made)
{
	union bpf_iter_link_info info = { 0 };
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info,
		    .link_info_len = sizeof(info));
	char cgroup[NAME_SIZE];
	uint64_t order;
	int fd;

	if (arg_text(call, "cgroup", cgroup, sizeof(cgroup)) ||
	    arg_u64(call, "order", UINT32_MAX, &order))
		return -1;
	fd = made_in_cgroup(made, cgroup);
	if (fd < 0)
		return 0;
	info.cgroup.order = order;
	info.cgroup.cgroup_fd = fd;
	made_libbpf(made, bpf_program__attach_iter(program->libbpf, &opts));
	close(fd);
	return 0;
}

static int attach_iter(struct call *call, const struct program *program, struct made *made)
{
	LIBBPF_OPTS(bpf_iter_attach_opts, opts);
	union bpf_iter_link_info info = { 0 };
	char table[NAME_SIZE];
	uint64_t pid;
	int fd;

	if (!program->libbpf)
		return made_fd(made, bpf_link_create(program->fd, 0, BPF_TRACE_ITER, NULL));
	if (arg_find(call, "cgroup"))
		return attach_to_cgroup(call, program, made);
	if (arg_u64_or(call, "pid", INT32_MAX, &pid, 0))
		return -1;
	opts.link_info = &info;
	opts.link_info_len = sizeof(info);
	if (arg_find(call, "table")) {
		if (arg_text(call, "table", table, sizeof(table)))
			return -1;
		fd = program_table_fd(call, program, table);
		if (fd < 0)
			return -1;
		info.map.map_fd = fd;
	} else if (pid) {
		info.task.pid = pid;
	} else {
		/* Kernels before 5.9 take none. */
		opts.link_info = NULL;
		opts.link_info_len = 0;
	}
	return made_libbpf(made, bpf_program__attach_iter(program->libbpf, &opts));
}

const struct kind iter_kinds[] = {
	{ "iter", "kind table pid cgroup order", attach_iter, true },
	{ 0 },
};
