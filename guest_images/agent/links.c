// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links: associations that were made, what comes through their sockets and out of
 * their iterators, and their end. Refuses to know how they were made.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attach.h"

void link_release(struct entry *entry)
{
	struct link *link = (struct link *)entry;

	made_end(&link->made);
	free(link);
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
		size = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);
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

int op_send(struct agent *agent, struct call *call)
{
	struct link *link = arg_link(agent, call);
	int fd = link ? arg_socket(call, link) : -1;
	struct bytes data;
	ssize_t sent;

	if (fd < 0 || arg_bin(call, "data", PACKET_SIZE, &data))
		return -1;
	sent = send(fd, data.data, data.size, MSG_DONTWAIT | MSG_NOSIGNAL);
	result(call, 2);
	put_int(&call->pack, "errno", sent < 0 ? errno : 0);
	put_uint(&call->pack, "sent", sent < 0 ? 0 : sent);
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
