// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that choose among UDP sockets of 127.0.0.1: those that share a port,
 * and those that have none of that number. Knows how to find the table that the
 * program chooses from, if it has one, and puts the sockets into it in order.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attach.h"

#define CHOICES 4
#define TABLES_MAX 64

static bool is_choice(uint32_t type)
{
	return type == BPF_MAP_TYPE_REUSEPORT_SOCKARRAY || type == BPF_MAP_TYPE_SOCKMAP;
}

/* The descriptor if it is a table to choose from, or -1. */
static int choice_of(uint32_t id)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	int fd = bpf_map_get_fd_by_id(id);

	if (fd < 0)
		return -1;
	if (!bpf_map_get_info_by_fd(fd, &info, &size) && is_choice(info.type))
		return fd;
	close(fd);
	return -1;
}

static int table_of(int program)
{
	uint32_t ids[TABLES_MAX];
	struct bpf_prog_info info = {
		.nr_map_ids = TABLES_MAX, .map_ids = (uintptr_t)ids,
	};
	uint32_t size = sizeof(info), i;
	int fd = -1;

	if (bpf_prog_get_info_by_fd(program, &info, &size))
		return -1;
	for (i = 0; i < info.nr_map_ids && i < TABLES_MAX && fd < 0; i++)
		fd = choice_of(ids[i]);
	return fd;
}

/* An errno. Tables of sockets have values of 4 or 8 bytes. */
int put_socket(int table, uint32_t slot, int socket)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	uint32_t narrow = socket;
	uint64_t wide = socket;
	const void *value;

	if (bpf_map_get_info_by_fd(table, &info, &size))
		return errno;
	value = info.value_size == sizeof(wide) ? (const void *)&wide : &narrow;
	return bpf_map_update_elem(table, &slot, value, BPF_ANY) ? errno : 0;
}

static int fill(int table, const struct made *made)
{
	size_t slot;
	int err = 0;

	for (slot = 0; slot < made->socket_count && !err; slot++)
		err = put_socket(table, slot, made->sockets[slot]);
	return err;
}

/* An errno. Port 0 is any that is free, another one for each socket. */
static int open_member(struct made *made, uint16_t port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1;

	if (fd < 0)
		return errno;
	made_socket(made, fd);
	if ((port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one))) ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return errno;
	return 0;
}

static int open_sockets(struct made *made, uint16_t port)
{
	int err = 0;

	while (!err && made->socket_count < CHOICES)
		err = open_member(made, port);
	return err;
}

static int attach_reuseport(struct call *call, const struct program *program, struct made *made)
{
	uint64_t port;
	int table;

	if (arg_u64(call, "port", UINT16_MAX, &port))
		return -1;
	if (!port)
		return refuse(call, EINVAL, "attach: port 0 cannot be shared");
	made->err = open_sockets(made, port);
	table = made->err ? -1 : table_of(program->fd);
	if (table >= 0) {
		made->err = fill(table, made);
		close(table);
	}
	if (!made->err && setsockopt(made->sockets[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF,
				     &program->fd, sizeof(program->fd)))
		made->err = errno;
	return 0;
}

static int attach_lookup(struct call *call, const struct program *program, struct made *made)
{
	int table = table_of(program->fd);

	if (table >= 0) {
		made->err = open_sockets(made, 0);
		if (!made->err)
			made->err = fill(table, made);
		close(table);
	}
	return made->err ? 0 : attach_namespace(call, program, made);
}

const struct kind choice_kinds[] = {
	{ "sk_reuseport", "kind port", attach_reuseport, true },
	{ "sk_lookup", "kind", attach_lookup, true },
	{ 0 },
};
