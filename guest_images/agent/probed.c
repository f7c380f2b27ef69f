// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of user space to put probes on, and a command that calls them in a
 * process of its own: /proc/$PPID/exe probed FUNCTION A B … in a shell that the
 * agent started. Knows where they are in the agent's file, because the agent is
 * linked without symbols; its static tracepoints say that themselves.
 */
#define _GNU_SOURCE
#include <fnmatch.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probed.h"
#include "usdt.h"

/* How many have attached something to probed:watched; the kernel counts. */
extern volatile uint16_t probed_watchers;
volatile uint16_t probed_watchers __attribute__((section(".probes")));

/* Called through a pointer only, so that no compiler can make it something else. */
#define PROBED __attribute__((noinline, used)) static

PROBED long probed_add(long a, long b)
{
	return a + b;
}

PROBED long probed_subtract(long a, long b)
{
	return a - b;
}

PROBED long probed_multiply(long a, long b)
{
	return a * b;
}

typedef long (*probed_fn)(long, long);

static const struct {
	const char *name;
	probed_fn function;
} functions[] = {
	{ "probed_add", probed_add },
	{ "probed_subtract", probed_subtract },
	{ "probed_multiply", probed_multiply },
};

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

_Static_assert(FUNCTIONS <= PROBED_MAX, "PROBED_MAX is too small");

struct search {
	uintptr_t address;
	uint64_t offset;
};

static int search_segments(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *search = data;
	int i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_LOAD && search->address - start < segment->p_memsz) {
			search->offset = search->address - start + segment->p_offset;
			return 1;
		}
	}
	return 0;
}

static uint64_t file_offset(probed_fn function)
{
	struct search search = { .address = (uintptr_t)function };

	dl_iterate_phdr(search_segments, &search);
	return search.offset;
}

int probed_find(const char *name, uint64_t *offset)
{
	size_t i;

	for (i = 0; i < FUNCTIONS; i++)
		if (!strcmp(functions[i].name, name)) {
			*offset += file_offset(functions[i].function);
			return 0;
		}
	return -1;
}

size_t probed_match(const char *pattern, unsigned long *offsets)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < FUNCTIONS; i++)
		if (!fnmatch(pattern, functions[i].name, 0))
			offsets[count++] = file_offset(functions[i].function);
	return count;
}

static int call_one(char **words)
{
	/* volatile: the call must go where the probe is. */
	probed_fn volatile function = NULL;
	long a, b;
	size_t i;

	for (i = 0; i < FUNCTIONS; i++)
		if (!strcmp(functions[i].name, words[0]))
			function = functions[i].function;
	if (!function) {
		fprintf(stderr, "probed: there is no function %s\n", words[0]);
		return -1;
	}
	a = strtol(words[1], NULL, 0);
	b = strtol(words[2], NULL, 0);
	USDT("probed", "reached");
	USDT_TWO("probed", "called", a, b);
	if (probed_watchers)
		USDT_WATCHED("probed", "watched", probed_watchers);
	printf("%ld\n", function(a, b));
	return 0;
}

int probed_main(int count, char **words)
{
	if (!count || count % 3) {
		fputs("probed: write FUNCTION A B, as often as you like\n", stderr);
		return 2;
	}
	for (; count; count -= 3, words += 3)
		if (call_one(words))
			return 2;
	return 0;
}
