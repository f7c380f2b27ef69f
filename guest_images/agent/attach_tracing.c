// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs on functions and tracepoints of the kernel.
 */
#include <bpf/bpf.h>
#include <errno.h>

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

static int attach_syscall(struct call *call, const struct program *program, struct made *made,
			  bool at_return)
{
	LIBBPF_OPTS(bpf_ksyscall_opts, opts, .retprobe = at_return);
	char name[NAME_SIZE];

	if (arg_text(call, "name", name, sizeof(name)))
		return -1;
	return made_libbpf(made, bpf_program__attach_ksyscall(program->libbpf, name, &opts));
}

static int attach_ksyscall(struct call *call, const struct program *program, struct made *made)
{
	return attach_syscall(call, program, made, false);
}

static int attach_kretsyscall(struct call *call, const struct program *program,
			      struct made *made)
{
	return attach_syscall(call, program, made, true);
}

/* The attach type is that of the load. */
static int attach_raw(const struct program *program, struct made *made,
		      const struct bpf_kprobe_multi_opts *opts)
{
	LIBBPF_OPTS(bpf_link_create_opts, create, .kprobe_multi.syms = opts->syms,
		    .kprobe_multi.cnt = opts->cnt,
		    .kprobe_multi.flags = opts->retprobe ? BPF_F_KPROBE_MULTI_RETURN : 0);

	return made_fd(made, bpf_link_create(program->fd, 0, program->attach_type, &create));
}

/* Names come as they are; libbpf would read the kernel's whole list for each of them. */
static int attach_named(struct call *call, const struct program *program, struct made *made,
			const msgpack_object_array *names, struct bpf_kprobe_multi_opts *opts)
{
	char texts[PROBES_MAX][NAME_SIZE];
	const char *syms[PROBES_MAX];
	uint32_t i;

	if (names->size > PROBES_MAX)
		return refuse(call, E2BIG, "attach: %u functions, at most %d are allowed",
			      names->size, PROBES_MAX);
	for (i = 0; i < names->size; i++) {
		if (as_text(call, "functions", &names->ptr[i], texts[i], sizeof(texts[i])))
			return -1;
		syms[i] = texts[i];
	}
	opts->syms = syms;
	opts->cnt = names->size;
	if (!program->libbpf)
		return attach_raw(program, made, opts);
	return made_libbpf(made, bpf_program__attach_kprobe_multi_opts(program->libbpf, NULL, opts));
}

static int attach_multi(struct call *call, const struct program *program, struct made *made,
			struct bpf_kprobe_multi_opts *opts)
{
	const msgpack_object_array *names;
	char pattern[NAME_SIZE];

	if (arg_array_or(call, "functions", &names))
		return -1;
	if (names)
		return attach_named(call, program, made, names, opts);
	if (!program->libbpf)
		return refuse(call, EINVAL, "attach: a raw program needs functions by name");
	if (arg_text(call, "pattern", pattern, sizeof(pattern)))
		return -1;
	return made_libbpf(made, bpf_program__attach_kprobe_multi_opts(program->libbpf, pattern,
								       opts));
}

static int attach_kprobe_multi(struct call *call, const struct program *program,
			       struct made *made)
{
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts);

	return attach_multi(call, program, made, &opts);
}

static int attach_kretprobe_multi(struct call *call, const struct program *program,
				  struct made *made)
{
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .retprobe = true);

	return attach_multi(call, program, made, &opts);
}

static int attach_kprobe_session(struct call *call, const struct program *program,
				 struct made *made)
{
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .session = true);

	return attach_multi(call, program, made, &opts);
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
	{ "ksyscall", "kind name", attach_ksyscall, false },
	{ "kretsyscall", "kind name", attach_kretsyscall, false },
	{ "kprobe.multi", "kind functions pattern", attach_kprobe_multi, true },
	{ "kretprobe.multi", "kind functions pattern", attach_kretprobe_multi, true },
	{ "kprobe.session", "kind functions pattern", attach_kprobe_session, true },
	{ "tracepoint", "kind category name", attach_tracepoint, false },
	{ "raw_tracepoint", "kind name", attach_raw_tracepoint, true },
	{ "trace", "kind", attach_trace, true },
	{ "auto", "kind", attach_auto, false },
	{ 0 },
};
