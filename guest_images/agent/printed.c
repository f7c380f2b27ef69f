// SPDX-License-Identifier: GPL-2.0-only
/*
 * What libbpf says. Knows how to gather it during one operation and which
 * program it blames; refuses to know what the operation is. libbpf's print
 * callback carries no argument, so this is the one place with state of its
 * own.
 */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

#include "agent.h"

static char text[PRINTED_MAX];
static size_t text_size;
static char culprit[NAME_SIZE];

/*
 * libbpf names the program it gives up on in "prog 'NAME': failed to ...",
 * and offers no other way to learn it. Not being able to bind a table is said
 * in the same words, but is not a failure.
 */
static void note_culprit(const char *line)
{
	static const char start[] = "libbpf: prog '";
	const char *name = line + sizeof(start) - 1;
	const char *end;

	if (strncmp(line, start, sizeof(start) - 1))
		return;
	end = strstr(name, "': ");
	if (!end || !strstr(end, "failed") || strstr(end, "failed to bind map"))
		return;
	if ((size_t)(end - name) >= sizeof(culprit))
		return;
	memcpy(culprit, name, end - name);
	culprit[end - name] = 0;
}

/* Keeps the last PRINTED_MAX bytes: the reason stands at the end. */
static void keep(const char *line, size_t size)
{
	size_t over;

	if (size > sizeof(text)) {
		line += size - sizeof(text);
		size = sizeof(text);
	}
	if (text_size + size > sizeof(text)) {
		over = text_size + size - sizeof(text);
		memmove(text, text + over, text_size - over);
		text_size -= over;
	}
	memcpy(text + text_size, line, size);
	text_size += size;
}

static int gather(enum libbpf_print_level level, const char *format, va_list list)
{
	char line[8192];
	int size;

	if (level == LIBBPF_DEBUG)
		return 0;
	size = vsnprintf(line, sizeof(line), format, list);
	if (size < 0)
		return 0;
	note_culprit(line);
	keep(line, (size_t)size < sizeof(line) ? (size_t)size : sizeof(line) - 1);
	return size;
}

void printed_start(void)
{
	libbpf_set_print(gather);
	text_size = 0;
	culprit[0] = 0;
}

void put_printed(msgpack_packer *pack)
{
	put_bin(pack, "message", text, text_size);
}

/* The program libbpf gave up on, or an empty string. */
const char *printed_culprit(void)
{
	return culprit;
}
