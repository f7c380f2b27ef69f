// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a run changes of a machine that is not ours, and gives back. Knows the
 * files; refuses to know who changed them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "init.h"

#define VALUE_SIZE 128	/* with room for a line end */

static struct kept {
	const char *path;
	char value[VALUE_SIZE];	/* empty: there is no such file */
} kept[] = {
	/* The modes, and unprivileged loads. */
	{ "/proc/sys/net/core/bpf_jit_enable", "" },
	{ "/proc/sys/net/core/bpf_jit_harden", "" },
	{ "/proc/sys/kernel/unprivileged_bpf_disabled", "" },
	/* The markers. */
	{ "/proc/sys/kernel/printk", "" },
	{ "/proc/sys/kernel/printk_devkmsg", "" },
	/* Trace lines: trace.c. */
	{ "/sys/kernel/tracing/buffer_percent", "" },
	{ "/sys/kernel/tracing/buffer_size_kb", "" },
	{ "/sys/kernel/tracing/tracing_on", "" },
};

#define KEPT (sizeof(kept) / sizeof(kept[0]))

/*
 * As it is written. "7 (expanded: 1408)" says of a buffer that was never used
 * how large its first user finds it; no number makes it unused again.
 */
static void read_setting(const char *path, char *value)
{
	static const char expanded[] = "(expanded: ";
	char *size;

	slurp_text(path, value, VALUE_SIZE - 1);
	size = strstr(value, expanded);
	if (!size)
		return;
	size += strlen(expanded);
	size[strcspn(size, ")")] = 0;
	memmove(value, size, strlen(size) + 1);
}

void settings_keep(void)
{
	size_t i;

	for (i = 0; i < KEPT; i++)
		read_setting(kept[i].path, kept[i].value);
}

void settings_give_back(int kmsg)
{
	char now[VALUE_SIZE];
	size_t i;

	for (i = 0; i < KEPT; i++) {
		read_setting(kept[i].path, now);
		if (!kept[i].value[0] || !strcmp(now, kept[i].value))
			continue;
		strcat(kept[i].value, "\n");
		write_setting(kmsg, kept[i].path, kept[i].value);
	}
}
