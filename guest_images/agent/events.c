// SPDX-License-Identifier: GPL-2.0-only
/*
 * Associating a program with an event, and taking it off again. Knows where the
 * kinds of event are; refuses to know which kind suits a program, which is the
 * kernel's to say.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attach.h"

void links_destroy(struct bpf_link **each)
{
	struct bpf_link **at;

	for (at = each; *at; at++)
		bpf_link__destroy(*at);
	free(each);
}

/* Ends an association, also one that was made in part. */
void made_end(struct made *made)
{
	size_t i;

	if (made->owner)
		end_owner(made->owner);
	if (made->libbpf)
		bpf_link__destroy(made->libbpf);
	if (made->each)
		links_destroy(made->each);
	if (made->fd >= 0)
		close(made->fd);
	for (i = 0; i < made->socket_count; i++)
		close(made->sockets[i]);
	if (made->undo)
		made->undo(made->state);
	free(made->state);
	places_leave(made);
}

int made_libbpf(struct made *made, struct bpf_link *link)
{
	made->err = link ? 0 : errno;
	made->libbpf = link;
	return 0;
}

int made_each(struct made *made, struct bpf_link **each)
{
	made->err = each ? 0 : errno;
	made->each = each;
	return 0;
}

int made_fd(struct made *made, int fd)
{
	made->err = fd < 0 ? errno : 0;
	made->fd = fd;
	return 0;
}

int made_errno(struct made *made, int err)
{
	made->err = err;
	return 0;
}

void made_socket(struct made *made, int fd)
{
	made->sockets[made->socket_count++] = fd;
}

/* To be called with a copy of the state when the link ends; not at all if this returns -1. */
int made_undone_by(struct made *made, void (*undo)(void *state), const void *state, size_t size)
{
	made->state = malloc(size);
	if (!made->state) {
		made->err = ENOMEM;
		return -1;
	}
	memcpy(made->state, state, size);
	made->undo = undo;
	return 0;
}

static const struct kind *const kinds[] = {
	tracing_kinds, uprobe_kinds, perf_kinds, iter_kinds,
	socket_kinds, net_kinds, tc_kinds, cgroup_kinds,
	choice_kinds, sockmap_kinds, route_kinds, struct_ops_kinds,
};

static const struct kind *find_kind(const char *name)
{
	const struct kind *kind;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (kind = kinds[i]; kind->name; kind++)
			if (!strcmp(kind->name, name))
				return kind;
	return NULL;
}

static bool takes_classic(const struct kind *kind)
{
	const struct kind *at;

	for (at = socket_kinds; at->name; at++)
		if (at == kind)
			return true;
	return false;
}

/* The arguments now are the fields of "event". */
static int attach_kind(struct call *call, const struct program *program, bool owned,
		       struct made *made)
{
	const struct kind *kind;
	char name[NAME_SIZE];

	if (arg_text(call, "kind", name, sizeof(name)))
		return -1;
	kind = find_kind(name);
	if (!kind)
		return refuse(call, EINVAL, "attach: there is no kind of event %s", name);
	if (program->classic && !takes_classic(kind))
		return refuse(call, EINVAL, "attach: classic programs are for sockets, not for %s",
			      name);
	if (!program->libbpf && !kind->raw_too)
		return refuse(call, EINVAL, "attach: a program of load_raw cannot be "
			      "attached to %s, load it from an object", name);
	if (arg_names(call, kind->args))
		return -1;
	if (!owned)
		return kind->attach(call, program, made);
	made->owner = attach_by_owner(call, kind, program, made);
	return 0;
}

static int keep_link(struct agent *agent, struct call *call, uint64_t as,
		     const struct made *made)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		return refuse(call, ENOMEM, "attach: no memory for a link");
	link->made = *made;
	registry_add(&agent->links, &link->entry, as);
	return 0;
}

/* What is to be attached: a loaded program, or the bytes of a classic one. */
static int arg_filter(const struct agent *agent, struct call *call, struct program *program,
		      struct sock_fprog *classic)
{
	if (!arg_find(call, "classic"))
		return arg_program(agent, call, "program", program);
	if (arg_classic(call, "classic", classic))
		return -1;
	program->classic = classic;
	return 0;
}

int op_attach(struct agent *agent, struct call *call)
{
	const msgpack_object_map *outer;
	struct sock_fprog classic = { 0 };
	struct program program = { .fd = -1 };
	struct made made = { .fd = -1 };
	bool owned;
	uint64_t as;
	int err;

	if (arg_new(call, &as) || registry_check_new(&agent->links, call, as) ||
	    arg_bool_or(call, "owned", &owned, false) ||
	    arg_filter(agent, call, &program, &classic) ||
	    arg_enter(call, "event", arg_find(call, "event"), &outer))
		return -1;
	printed_start();
	agent->stirred = true;
	install_applets(agent);
	err = attach_kind(call, &program, owned, &made);
	call->args = outer;
	if (err || made.err || keep_link(agent, call, as, &made))
		made_end(&made);
	if (call->fault)
		return -1;
	result(call, 2);
	put_int(&call->pack, "errno", made.err);
	put_printed(&call->pack);
	return 0;
}
