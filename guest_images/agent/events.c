// SPDX-License-Identifier: GPL-2.0-only
/*
 * Associating a program with an event, and taking it off again. Knows which
 * call of libbpf each kind of event needs; refuses to know which kind suits a
 * program, which is the kernel's to say.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent.h"

/* A link: libbpf's, or a bare descriptor that detaches when it is closed. */
struct link {
	struct entry entry;
	struct bpf_link *libbpf;
	int fd;
	bool is_socket;
};

/* What a kind of event makes of a program; an errno in err if neither. */
struct made {
	struct bpf_link *libbpf;
	int fd;
	bool is_socket;
	int err;
};

struct kind {
	const char *name;
	const char *args;
	int (*attach)(struct call *call, const struct program *program, struct made *made);
	bool raw_too;		/* works without libbpf's view of the program */
};

void link_release(struct entry *entry)
{
	struct link *link = (struct link *)entry;

	if (link->libbpf)
		bpf_link__destroy(link->libbpf);
	else
		close(link->fd);
	free(link);
}

static int made_libbpf(struct made *made, struct bpf_link *link)
{
	made->err = link ? 0 : errno;
	made->libbpf = link;
	return 0;
}

static int made_fd(struct made *made, int fd)
{
	made->err = fd < 0 ? errno : 0;
	made->fd = fd;
	return 0;
}

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

/* The filter goes on before the interface, so that no packet passes unseen. */
static int tap(int fd, const struct program *program, unsigned int interface)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = interface,
	};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &program->fd, sizeof(program->fd)))
		return -1;
	return bind(fd, (const struct sockaddr *)&address, sizeof(address));
}

static int attach_socket(struct call *call, const struct program *program, struct made *made)
{
	char interface[NAME_SIZE];
	unsigned int index;
	int fd;

	if (arg_text(call, "interface", interface, sizeof(interface)))
		return -1;
	index = if_nametoindex(interface);
	if (!index) {
		made->err = ENODEV;
		return 0;
	}
	made->is_socket = true;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	made_fd(made, fd);
	if (fd >= 0 && tap(fd, program, index)) {
		made->err = errno;
		close(fd);
	}
	return 0;
}

static const struct kind kinds[] = {
	{ "kprobe", "kind function offset", attach_kprobe, false },
	{ "kretprobe", "kind function offset", attach_kretprobe, false },
	{ "tracepoint", "kind category name", attach_tracepoint, false },
	{ "raw_tracepoint", "kind name", attach_raw_tracepoint, true },
	{ "trace", "kind", attach_trace, true },
	{ "socket", "kind interface", attach_socket, true },
	{ "auto", "kind", attach_auto, false },
};

/* The arguments now are the fields of "event". */
static int attach_kind(struct call *call, const struct program *program, struct made *made)
{
	char name[NAME_SIZE];
	size_t i;

	if (arg_text(call, "kind", name, sizeof(name)))
		return -1;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name))
			continue;
		if (!program->libbpf && !kinds[i].raw_too)
			return refuse(call, EINVAL, "attach: a program of load_raw cannot be "
				      "attached to %s, load it from an object", name);
		if (arg_names(call, kinds[i].args))
			return -1;
		return kinds[i].attach(call, program, made);
	}
	return refuse(call, EINVAL, "attach: there is no kind of event %s", name);
}

static int keep_link(struct agent *agent, struct call *call, uint64_t as,
		     const struct made *made)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		return refuse(call, ENOMEM, "attach: no memory for a link");
	link->libbpf = made->libbpf;
	link->fd = made->fd;
	link->is_socket = made->is_socket;
	registry_add(&agent->links, &link->entry, as);
	return 0;
}

int op_attach(struct agent *agent, struct call *call)
{
	const msgpack_object_map *outer;
	struct program program;
	struct made made = { 0 };
	uint64_t as;
	int err;

	if (arg_new(call, &as) || registry_check_new(&agent->links, call, as) ||
	    arg_program(agent, call, "program", &program) ||
	    arg_enter(call, "event", arg_find(call, "event"), &outer))
		return -1;
	printed_start();
	agent->stirred = true;
	err = attach_kind(call, &program, &made);
	call->args = outer;
	if (err || (!made.err && keep_link(agent, call, as, &made)))
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

int op_received(struct agent *agent, struct call *call)
{
	struct buffer packets = { .limit = MESSAGE_MAX };
	struct link *link = arg_link(agent, call);

	if (!link)
		return -1;
	if (!link->is_socket)
		return refuse(call, EINVAL, "received: link %llu is not a socket",
			      (unsigned long long)link->entry.id);
	result(call, 1);
	put_array(&call->pack, "packets", receive(link->fd, &packets));
	buffer_append(call->out, packets.data, packets.size);
	if (packets.failed)
		call->out->failed = true;
	buffer_free(&packets);
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
