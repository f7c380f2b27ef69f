// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host wants to know beforehand of a guest that may hang later: where
 * its kernel lies, and how fast it is. Refuses to draw conclusions.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

/* Per-CPU symbols come first where they begin at 0: some 400 on x86_64. */
#define LINES_BEFORE_TEXT 8192

#define SORTED 2048

/* The address of _stext; 0 where the kernel does not tell. */
uint64_t kernel_text(void)
{
	static const char wanted[] = " _stext\n";
	FILE *file = fopen("/proc/kallsyms", "re");
	uint64_t address = 0;
	char line[NAME_SIZE];
	size_t length;
	int i;

	if (!file)
		return 0;
	for (i = 0; i < LINES_BEFORE_TEXT && !address && fgets(line, sizeof(line), file); i++) {
		length = strlen(line);
		if (length >= sizeof(wanted) &&
		    !strcmp(line + length - strlen(wanted), wanted))
			address = strtoull(line, NULL, 16);
	}
	fclose(file);
	return address;
}

static int by_value(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/*
 * How long always the same work takes. Sorting calls through a pointer and
 * branches as it likes, as the verifier does; a plain loop is nearly as fast
 * under emulation as without.
 */
uint64_t spin_ns(void)
{
	static uint32_t values[SORTED];
	uint64_t start = clock_ns();
	uint32_t value = 1;
	int i;

	for (i = 0; i < SORTED; i++)
		values[i] = value = value * 1664525 + 1013904223;
	qsort(values, SORTED, sizeof(values[0]), by_value);
	return clock_ns() - start;
}
