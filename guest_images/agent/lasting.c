// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of what outlasts the process that made it, where the supervisor sees
 * it, too. Refuses to know what is on it.
 */
#include <errno.h>
#include <string.h>

#include "init.h"
#include "lasting.h"
#include "limits.h"

#define LASTING_MAX (2 * LINKS_MAX)	/* a link makes one; places and qdiscs are a few more */

/* In the order in which they were made, with room for the newest at the end. */
struct lasting {
	uint64_t last;		/* number given */
	size_t count;
	struct one {
		uint64_t id;
		lasting_end_fn *end;	/* the same in each process: none is executed anew */
		unsigned char state[LASTING_SIZE];
	} all[LASTING_MAX];
};

static struct lasting *lasting;

int lasting_open(void)
{
	lasting = shared_memory(sizeof(*lasting));
	return lasting ? 0 : -1;
}

uint64_t lasting_add(lasting_end_fn *end, const void *state, size_t size)
{
	struct one *one;

	if (!lasting || lasting->count == LASTING_MAX || size > LASTING_SIZE) {
		end(state);
		return 0;
	}
	one = &lasting->all[lasting->count];
	one->id = ++lasting->last;
	one->end = end;
	if (size)
		memcpy(one->state, state, size);
	lasting->count++;
	return one->id;
}

static int end_at(size_t place)
{
	struct one *one = &lasting->all[place];
	int err = one->end(one->state);

	if (err == EBUSY)
		return err;
	lasting->count--;
	memmove(one, one + 1, (lasting->count - place) * sizeof(*one));
	return err;
}

int lasting_end(uint64_t id)
{
	size_t place;

	for (place = lasting->count; place--; )
		if (lasting->all[place].id == id)
			return end_at(place);
	return 0;
}

size_t lasting_end_all(void)
{
	size_t place;

	for (place = lasting->count; place--; )
		end_at(place);
	return lasting->count;
}
