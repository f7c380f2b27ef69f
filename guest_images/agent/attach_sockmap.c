// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs on a table of sockets. Knows how to fill its first slots: slot i holds
 * socket 2i of the link, and socket 2i + 1 is the other end of that connection,
 * both on 127.0.0.1.
 */
#define _GNU_SOURCE	/* accept4 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "attach.h"

#define CONNECTIONS 2
#define CONNECT_S 5

struct attached {
	int program, table;
	enum bpf_attach_type type;
};

static void end_attached(void *state)
{
	const struct attached *attached = state;

	bpf_prog_detach2(attached->program, attached->table, attached->type);
	close(attached->program);
	close(attached->table);
}

/* On whatever port is free; a filter that is in the way is not waited for. */
static int accept_from(int listener, int client, struct sockaddr_in *address)
{
	const struct timeval limit = { .tv_sec = CONNECT_S };
	socklen_t size = sizeof(*address);

	if (setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    bind(listener, (struct sockaddr *)address, size) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)address, &size) ||
	    connect(client, (struct sockaddr *)address, size))
		return -1;
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

/* An errno. */
static int connect_pair(struct made *made)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int server = -1, err = 0;

	if (listener >= 0 && client >= 0)
		server = accept_from(listener, client, &address);
	if (server < 0)
		err = errno;
	close(listener);
	if (err) {
		close(client);
		return err;
	}
	made_socket(made, server);
	made_socket(made, client);
	return 0;
}

static int fill(int table, struct made *made)
{
	uint32_t slot;
	int err = 0;

	for (slot = 0; slot < CONNECTIONS && !err; slot++) {
		err = connect_pair(made);
		if (!err)
			err = put_socket(table, slot, made->sockets[2 * slot]);
	}
	return err;
}

/* An errno; a program goes on before the sockets, which take it with them. */
static int put_on_table(const struct program *program, int table, struct made *made)
{
	struct attached attached = {
		.program = dup(program->fd), .table = dup(table), .type = program->attach_type,
	};

	if (attached.program < 0 || attached.table < 0)
		return errno;
	if (bpf_prog_attach(program->fd, table, attached.type, 0)) {
		made->err = errno;
		close(attached.program);
		close(attached.table);
		return made->err;
	}
	if (!made_undone_by(made, end_attached, &attached, sizeof(attached)))
		return 0;
	end_attached(&attached);
	return ENOMEM;
}

/* The one table that a raw program uses, whatever it is called; to be closed. */
static int used_table(struct call *call, const struct program *program)
{
	uint32_t id = 0;
	struct bpf_prog_info info = { .nr_map_ids = 1, .map_ids = (uintptr_t)&id };
	uint32_t size = sizeof(info);
	int fd = -1;

	if (!bpf_prog_get_info_by_fd(program->fd, &info, &size) && info.nr_map_ids == 1)
		fd = bpf_map_get_fd_by_id(id);
	return fd >= 0 ? fd : refuse(call, EINVAL, "%s: the raw program uses no single table",
				     call->op);
}

static int attach_table(struct call *call, const struct program *program, struct made *made)
{
	char name[NAME_SIZE];
	int table;

	if (arg_text(call, "table", name, sizeof(name)))
		return -1;
	table = program->libbpf ? program_table_fd(call, program, name) :
				  used_table(call, program);
	if (table < 0)
		return -1;
	made->err = put_on_table(program, table, made);
	/* A parser only divides what a verdict is then given on. */
	if (!made->err && program->attach_type != BPF_SK_SKB_STREAM_PARSER)
		made->err = fill(table, made);
	if (!program->libbpf)
		close(table);
	return 0;
}

const struct kind sockmap_kinds[] = {
	{ "sk_msg", "kind table", attach_table, true },
	{ "sk_skb", "kind table", attach_table, true },
	{ 0 },
};
