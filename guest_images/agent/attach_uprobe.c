// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs on functions of user space. Knows how a place in a binary is named;
 * the agent itself is stripped, so what can be probed in it is known to probed.c.
 */
#include <bpf/bpf.h>
#include <string.h>

#include "attach.h"
#include "probed.h"

#define SELF "/proc/self/exe"

/* PATH:FUNCTION+OFFSET; without a function the offset is the file's. */
struct spot {
	char path[PATH_SIZE];
	char function[NAME_SIZE];
	uint64_t offset;
};

static int read_spot(struct call *call, struct spot *spot)
{
	spot->function[0] = 0;
	if (arg_text(call, "path", spot->path, sizeof(spot->path)) ||
	    (arg_find(call, "function") &&
	     arg_text(call, "function", spot->function, sizeof(spot->function))) ||
	    arg_u64_or(call, "offset", INT64_MAX, &spot->offset, 0))
		return -1;
	if (!strcmp(spot->path, SELF) && spot->function[0] &&
	    !probed_find(spot->function, &spot->offset))
		spot->function[0] = 0;
	return 0;
}

static int attach_probe(struct call *call, const struct program *program, struct made *made,
			bool at_return)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .retprobe = at_return);
	struct spot spot;

	if (read_spot(call, &spot))
		return -1;
	if (spot.function[0])
		opts.func_name = spot.function;
	return made_libbpf(made, bpf_program__attach_uprobe_opts(program->libbpf, -1, spot.path,
								 spot.offset, &opts));
}

static int attach_uprobe(struct call *call, const struct program *program, struct made *made)
{
	return attach_probe(call, program, made, false);
}

static int attach_uretprobe(struct call *call, const struct program *program, struct made *made)
{
	return attach_probe(call, program, made, true);
}

/* The attach type is that of the load. */
static int attach_raw(const struct program *program, struct made *made, const char *path,
		      const struct bpf_uprobe_multi_opts *opts)
{
	LIBBPF_OPTS(bpf_link_create_opts, create, .uprobe_multi.path = path,
		    .uprobe_multi.offsets = opts->offsets, .uprobe_multi.cnt = opts->cnt,
		    .uprobe_multi.flags = opts->retprobe ? BPF_F_UPROBE_MULTI_RETURN : 0);

	return made_fd(made, bpf_link_create(program->fd, 0, program->attach_type, &create));
}

/* One link for all functions whose names match, or for one spot. */
static int attach_many(struct call *call, const struct program *program, struct made *made,
		       struct bpf_uprobe_multi_opts *opts)
{
	unsigned long offsets[PROBED_MAX];
	const char *pattern = NULL;
	struct spot spot;

	if (read_spot(call, &spot))
		return -1;
	offsets[0] = spot.offset;
	opts->offsets = offsets;
	opts->cnt = 1;
	if (spot.function[0] && !strcmp(spot.path, SELF)) {
		opts->cnt = probed_match(spot.function, offsets);
	} else if (spot.function[0]) {
		opts->offsets = NULL;
		opts->cnt = 0;
		pattern = spot.function;
	}
	if (!program->libbpf)
		return attach_raw(program, made, spot.path, opts);
	return made_libbpf(made, bpf_program__attach_uprobe_multi(program->libbpf, -1, spot.path,
								  pattern, opts));
}

static int attach_uprobe_multi(struct call *call, const struct program *program,
			       struct made *made)
{
	LIBBPF_OPTS(bpf_uprobe_multi_opts, opts);

	return attach_many(call, program, made, &opts);
}

static int attach_uretprobe_multi(struct call *call, const struct program *program,
				  struct made *made)
{
	LIBBPF_OPTS(bpf_uprobe_multi_opts, opts, .retprobe = true);

	return attach_many(call, program, made, &opts);
}

static int attach_uprobe_session(struct call *call, const struct program *program,
				 struct made *made)
{
	LIBBPF_OPTS(bpf_uprobe_multi_opts, opts, .session = true);

	return attach_many(call, program, made, &opts);
}

/* A static tracepoint: its notes in the file say where it is, and libbpf reads them. */
static int attach_usdt(struct call *call, const struct program *program, struct made *made)
{
	char path[PATH_SIZE], provider[NAME_SIZE], name[NAME_SIZE];

	if (arg_text(call, "path", path, sizeof(path)) ||
	    arg_text(call, "provider", provider, sizeof(provider)) ||
	    arg_text(call, "name", name, sizeof(name)))
		return -1;
	return made_libbpf(made, bpf_program__attach_usdt(program->libbpf, -1, path, provider,
							  name, NULL));
}

const struct kind uprobe_kinds[] = {
	{ "uprobe", "kind path function offset", attach_uprobe, false },
	{ "uretprobe", "kind path function offset", attach_uretprobe, false },
	{ "uprobe.multi", "kind path function offset", attach_uprobe_multi, true },
	{ "uretprobe.multi", "kind path function offset", attach_uretprobe_multi, true },
	{ "uprobe.session", "kind path function offset", attach_uprobe_session, true },
	{ "usdt", "kind path provider name", attach_usdt, false },
	{ 0 },
};
