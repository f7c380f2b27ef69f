// SPDX-License-Identifier: GPL-2.0-only
/*
 * One request to rtnetlink(7) at a time.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"

#define ANSWER_SIZE 4096

/* Beyond any size once something did not fit, which netlink_ask() sees. */
static void *reserve(struct netlink *message, size_t size)
{
	size_t at = NLMSG_ALIGN(message->header.nlmsg_len);

	message->header.nlmsg_len = at + size;
	return at + size <= sizeof(message->bytes) ? message->bytes + at : NULL;
}

void netlink_put_body(struct netlink *message, const void *body, size_t size)
{
	void *to = reserve(message, size);

	if (to)
		memcpy(to, body, size);
}

void netlink_start(struct netlink *message, uint16_t type, uint16_t flags, const void *body,
		   size_t size)
{
	memset(message, 0, sizeof(*message));
	message->header.nlmsg_type = type;
	message->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	message->header.nlmsg_len = NLMSG_HDRLEN;
	netlink_put_body(message, body, size);
}

void netlink_put(struct netlink *message, uint16_t type, const void *data, size_t size)
{
	struct nlattr *attribute = reserve(message, NLA_HDRLEN + size);

	if (!attribute)
		return;
	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + size;
	memcpy((char *)attribute + NLA_HDRLEN, data, size);
}

void netlink_put_text(struct netlink *message, uint16_t type, const char *text)
{
	netlink_put(message, type, text, strlen(text) + 1);
}

size_t netlink_open(struct netlink *message, uint16_t type)
{
	size_t place = NLMSG_ALIGN(message->header.nlmsg_len);

	netlink_put(message, type | NLA_F_NESTED, NULL, 0);
	return place;
}

void netlink_close(struct netlink *message, size_t place)
{
	struct nlattr *attribute = (struct nlattr *)(message->bytes + place);

	if (message->header.nlmsg_len <= sizeof(message->bytes))
		attribute->nla_len = message->header.nlmsg_len - place;
}

static int read_answer(int fd)
{
	char answer[ANSWER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *header = (const struct nlmsghdr *)answer;
	const struct nlmsgerr *error = NLMSG_DATA(header);
	ssize_t got = recv(fd, answer, sizeof(answer), 0);

	if (got < 0)
		return errno;
	if ((size_t)got < NLMSG_LENGTH(sizeof(*error)) || header->nlmsg_type != NLMSG_ERROR)
		return EPROTO;
	return -error->error;
}

int netlink_ask(const struct netlink *message)
{
	int fd, err;

	if (message->header.nlmsg_len > sizeof(message->bytes))
		return EMSGSIZE;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return errno;
	if (send(fd, message->bytes, message->header.nlmsg_len, 0) < 0)
		err = errno;
	else
		err = read_answer(fd);
	close(fd);
	return err;
}
