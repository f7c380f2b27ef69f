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

#define VALUE_SIZE 128

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

void settings_keep(void)
{
	char *expanded;
	size_t i;

	for (i = 0; i < KEPT; i++) {
		slurp_text(kept[i].path, kept[i].value, VALUE_SIZE);
		/* "7 (expanded: 1408)" of a buffer that was never used; it takes the number. */
		expanded = strstr(kept[i].value, " (");
		if (expanded)
			*expanded = 0;
	}
}

void settings_give_back(int kmsg)
{
	char now[VALUE_SIZE];
	size_t i;

	for (i = 0; i < KEPT; i++) {
		slurp_text(kept[i].path, now, VALUE_SIZE);
		if (!kept[i].value[0] || !strncmp(now, kept[i].value, strlen(kept[i].value)))
			continue;
		strcat(kept[i].value, "\n");
		write_setting(kmsg, kept[i].path, kept[i].value);
	}
}
