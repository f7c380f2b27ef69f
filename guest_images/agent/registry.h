/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers the host chose and what they name. Knows no kind of entry.
 */
#ifndef AGENT_REGISTRY_H
#define AGENT_REGISTRY_H

#include <stddef.h>
#include <stdint.h>

#include "call.h"

#define REGISTRY_BUCKETS 256

/* First member of everything the host names by a number. */
struct entry {
	struct entry *next;
	uint64_t id;
};

struct registry {
	const char *noun;	/* "handle", "link", "shell" */
	size_t count, limit;
	void (*release)(struct entry *entry);
	struct entry *buckets[REGISTRY_BUCKETS];
};

struct entry *registry_find(const struct registry *registry, uint64_t id);
struct entry *registry_get(const struct registry *registry, struct call *call, uint64_t id);
int registry_check_new(const struct registry *registry, struct call *call, uint64_t id);
void registry_add(struct registry *registry, struct entry *entry, uint64_t id);
void registry_remove(struct registry *registry, struct entry *entry);
struct entry *registry_next(const struct registry *registry, const struct entry *entry);
size_t registry_clear(struct registry *registry);

#endif
