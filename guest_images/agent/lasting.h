/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What outlasts the process that made it: interfaces, control groups, qdiscs,
 * routes. Whoever made one ends it; what a worker no longer can, its supervisor
 * does.
 */
#ifndef AGENT_LASTING_H
#define AGENT_LASTING_H

#include <stddef.h>
#include <stdint.h>

#define LASTING_SIZE 16		/* of what is known of one */

/* An errno, EBUSY for what will go later: it stays on the list. Any process may be asked to. */
typedef int lasting_end_fn(const void *state);

/* To be called before the process that makes some is forked from the one that may end them. */
int lasting_open(void);

/* A number, or 0: no memory, and what was made is ended. The state is copied. */
uint64_t lasting_add(lasting_end_fn *end, const void *state, size_t size);

/* What `end` said; 0, too, for what has ended already. */
int lasting_end(uint64_t id);

/* The newest first. How many there still are. */
size_t lasting_end_all(void);

#endif
