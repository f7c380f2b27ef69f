// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs on functions and tracepoints of the kernel.
 */
#include <bpf/bpf.h>

#include "attach.h"

static int attach_probe(struct call *call, const struct program *program, struct made *made,
			bool at_return)
{
	LIBBPF_OPTS(bpf_kprobe_opts, opts, .retprobe = at_return);
	char function[NAME_SIZE];
	uint64_t offset;

	if (arg_text(call, "function", function, sizeof(function)) ||
	    arg_u64_or(call, "offset", UINT32_MAX, &offset, 0))
		return -1;
	opts.offset = offset;
	return made_libbpf(made,
			   bpf_program__attach_kprobe_opts(program->libbpf, function, &opts));
}

static int attach_kprobe(struct call *call, const struct program *program, struct made *made)
{
	return attach_probe(call, program, made, false);
}

static int attach_kretprobe(struct call *call, const struct program *program, struct made *made)
{
	return attach_probe(call, program, made, true);
}

static int attach_tracepoint(struct call *call, const struct program *program, struct made *made)
{
	char category[NAME_SIZE], name[NAME_SIZE];

	if (arg_text(call, "category", category, sizeof(category)) ||
	    arg_text(call, "name", name, sizeof(name)))
		return -1;
	return made_libbpf(made, bpf_program__attach_tracepoint(program->libbpf, category, name));
}

static int attach_raw_tracepoint(struct call *call, const struct program *program,
				 struct made *made)
{
	char name[NAME_SIZE];

	if (arg_text(call, "name", name, sizeof(name)))
		return -1;
	if (!program->libbpf)
		return made_fd(made, bpf_raw_tracepoint_open(name, program->fd));
	return made_libbpf(made, bpf_program__attach_raw_tracepoint(program->libbpf, name));
}

/* fentry and the like: the kernel knows the target since the load. */
static int attach_trace(struct call *call, const struct program *program, struct made *made)
{
	(void)call;
	if (!program->libbpf)
		return made_fd(made, bpf_raw_tracepoint_open(NULL, program->fd));
	return made_libbpf(made, bpf_program__attach_trace(program->libbpf));
}

static int attach_auto(struct call *call, const struct program *program, struct made *made)
{
	(void)call;
	return made_libbpf(made, bpf_program__attach(program->libbpf));
}

const struct kind tracing_kinds[] = {
	{ "kprobe", "kind function offset", attach_kprobe, false },
	{ "kretprobe", "kind function offset", attach_kretprobe, false },
	{ "tracepoint", "kind category name", attach_tracepoint, false },
	{ "raw_tracepoint", "kind name", attach_raw_tracepoint, true },
	{ "trace", "kind", attach_trace, true },
	{ "auto", "kind", attach_auto, false },
	{ 0 },
};
