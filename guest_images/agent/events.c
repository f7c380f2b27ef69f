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

struct link {
	struct entry entry;
	struct made made;
};

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

void link_release(struct entry *entry)
{
	struct link *link = (struct link *)entry;

	made_end(&link->made);
	free(link);
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

int op_attach(struct agent *agent, struct call *call)
{
	const msgpack_object_map *outer;
	struct program program;
	struct made made = { .fd = -1 };
	bool owned;
	uint64_t as;
	int err;

	if (arg_new(call, &as) || registry_check_new(&agent->links, call, as) ||
	    arg_bool_or(call, "owned", &owned, false) ||
	    arg_program(agent, call, "program", &program) ||
	    arg_enter(call, "event", arg_find(call, "event"), &outer))
		return -1;
	printed_start();
	agent->stirred = true;
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

static struct link *arg_link(const struct agent *agent, struct call *call)
{
	uint64_t id;

	if (arg_u64(call, "link", INT64_MAX, &id))
		return NULL;
	return (struct link *)registry_get(&agent->links, call, id);
}

/* Packets waiting in the socket, packed one by one; how many there were. */
static size_t receive(int fd, struct buffer *packets)
{
	char packet[PACKET_SIZE];
	msgpack_packer pack;
	size_t count = 0;
	ssize_t size;

	pack_start(&pack, packets);
	while (count < PACKETS_MAX) {
		size = recv(fd, packet, sizeof(packet), 0);
		if (size < 0)
			break;
		msgpack_pack_bin_with_body(&pack, packet, size);
		count++;
	}
	return count;
}

/* Which socket of the link is meant, or -1 after refuse(). */
static int arg_socket(struct call *call, const struct link *link)
{
	uint64_t place;

	if (arg_u64_or(call, "socket", SOCKETS_MAX, &place, 0))
		return -1;
	if (place < link->made.socket_count)
		return link->made.sockets[place];
	return refuse(call, EINVAL, "%s: link %llu has %zu sockets, not one of number %llu",
		      call->op, (unsigned long long)link->entry.id, link->made.socket_count,
		      (unsigned long long)place);
}

int op_received(struct agent *agent, struct call *call)
{
	struct buffer packets = { .limit = MESSAGE_MAX };
	struct link *link = arg_link(agent, call);
	int fd = link ? arg_socket(call, link) : -1;

	if (fd < 0)
		return -1;
	result(call, 1);
	put_array(&call->pack, "packets", receive(fd, &packets));
	buffer_append(call->out, packets.data, packets.size);
	if (packets.failed)
		call->out->failed = true;
	buffer_free(&packets);
	return 0;
}

/* Another program in the place of the one that is there, between two events: BPF_LINK_UPDATE. */
int op_replace(struct agent *agent, struct call *call)
{
	struct link *link = arg_link(agent, call);
	struct program program;
	int fd;

	if (!link || arg_program(agent, call, "program", &program))
		return -1;
	fd = link->made.libbpf ? bpf_link__fd(link->made.libbpf) : link->made.fd;
	if (fd < 0)
		return refuse(call, EINVAL, "replace: link %llu is not a BPF link of the agent",
			      (unsigned long long)link->entry.id);
	return result_errno(call, bpf_link_update(fd, program.fd, NULL) ? errno : 0);
}

/* All that an iterator prints, up to a limit. An errno. */
static int iterate(int link_fd, struct buffer *text, uint64_t limit)
{
	char piece[KIB(4)];
	ssize_t size;
	int err = 0;
	int fd = bpf_iter_create(link_fd);

	if (fd < 0)
		return errno;
	while (text->size < limit) {
		size = read(fd, piece, sizeof(piece));
		if (size < 0)
			err = errno;
		if (size <= 0)
			break;
		buffer_append(text, piece, size);
	}
	close(fd);
	return err;
}

int op_iterate(struct agent *agent, struct call *call)
{
	struct buffer text = { .limit = ITERATED_MAX + KIB(4) };
	struct link *link = arg_link(agent, call);
	uint64_t limit;
	int err;

	if (!link || arg_u64(call, "limit", ITERATED_MAX, &limit))
		return -1;
	if (!link->made.libbpf)
		return refuse(call, EINVAL, "iterate: link %llu is not an iterator",
			      (unsigned long long)link->entry.id);
	err = iterate(bpf_link__fd(link->made.libbpf), &text, limit);
	result(call, 2);
	put_int(&call->pack, "errno", err);
	put_bin(&call->pack, "text", text.data, text.size);
	if (text.failed)
		call->out->failed = true;
	buffer_free(&text);
	return 0;
}

int op_detach(struct agent *agent, struct call *call)
{
	struct link *link = arg_link(agent, call);

	if (!link)
		return -1;
	registry_remove(&agent->links, &link->entry);
	return result_empty(call);
}

int op_detach_all(struct agent *agent, struct call *call)
{
	result(call, 1);
	put_uint(&call->pack, "detached", registry_clear(&agent->links));
	return 0;
}
