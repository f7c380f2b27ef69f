// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host names by a number of its choice. Knows which numbers are
 * taken and how many there may be; refuses to know what an entry holds, which
 * its owner says by giving a release function.
 */
#include <errno.h>

#include "registry.h"

static struct entry **slot(const struct registry *registry, uint64_t id)
{
	struct entry *const *at = &registry->buckets[id % REGISTRY_BUCKETS];

	while (*at && (*at)->id != id)
		at = &(*at)->next;
	return (struct entry **)at;
}

struct entry *registry_find(const struct registry *registry, uint64_t id)
{
	return *slot(registry, id);
}

struct entry *registry_get(const struct registry *registry, struct call *call, uint64_t id)
{
	struct entry *entry = registry_find(registry, id);

	if (!entry)
		refuse(call, ENOENT, "%s: there is no %s %llu", call->op, registry->noun,
		       (unsigned long long)id);
	return entry;
}

int registry_check_new(const struct registry *registry, struct call *call, uint64_t id)
{
	if (registry_find(registry, id))
		return refuse(call, EEXIST, "%s: %s %llu is taken", call->op, registry->noun,
			      (unsigned long long)id);
	if (registry->count >= registry->limit)
		return refuse(call, ENOSPC, "%s: all %zu %ss are taken", call->op,
			      registry->limit, registry->noun);
	return 0;
}

void registry_add(struct registry *registry, struct entry *entry, uint64_t id)
{
	struct entry **at = &registry->buckets[id % REGISTRY_BUCKETS];

	entry->id = id;
	entry->next = *at;
	*at = entry;
	registry->count++;
}

void registry_remove(struct registry *registry, struct entry *entry)
{
	struct entry **at = slot(registry, entry->id);

	*at = entry->next;
	registry->count--;
	registry->release(entry);
}

/* The entry after this one, the first for NULL, in no order that means anything. */
struct entry *registry_next(const struct registry *registry, const struct entry *entry)
{
	size_t bucket = 0;

	if (!registry->count)
		return NULL;
	if (entry) {
		if (entry->next)
			return entry->next;
		bucket = entry->id % REGISTRY_BUCKETS + 1;
	}
	for (; bucket < REGISTRY_BUCKETS; bucket++)
		if (registry->buckets[bucket])
			return registry->buckets[bucket];
	return NULL;
}

size_t registry_clear(struct registry *registry)
{
	size_t count = registry->count;
	size_t i;

	for (i = 0; i < REGISTRY_BUCKETS; i++)
		while (registry->buckets[i])
			registry_remove(registry, registry->buckets[i]);
	return count;
}
