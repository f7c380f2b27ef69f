// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shape of a request before any of it is believed. Knows how long each
 * msgpack value says it is; refuses to know what the values are for. Without
 * this a few bytes could claim four thousand million elements, or 32 MiB of
 * one-byte values become a gigabyte of objects.
 */
#include <stdint.h>

#include "limits.h"
#include "structure.h"

struct walk {
	const unsigned char *at, *end;
	uint64_t open[DEPTH_MAX];	/* values still to come, by depth */
	int depth;
	size_t values;
};

/* What the first byte of a value announces. */
struct head {
	int size_bytes;		/* of the length that follows it */
	uint64_t extra;		/* plain bytes after that, besides the length */
	uint64_t fixed;		/* length carried by the first byte itself */
	int children;		/* values per unit of length; 0: plain bytes */
};

static struct head head_of(unsigned char type)
{
	static const struct head table[32] = {
		/* c0 nil, c1 never used (libmsgpack refuses it), false, true */
		{ 0 }, { 0 }, { 0 }, { 0 },
		/* c4 bin 8, 16, 32; c7 ext 8, 16, 32 */
		{ 1, 0, 0, 0 }, { 2, 0, 0, 0 }, { 4, 0, 0, 0 },
		{ 1, 1, 0, 0 }, { 2, 1, 0, 0 }, { 4, 1, 0, 0 },
		/* ca float 32, 64; cc uint 8 to 64; d0 int 8 to 64 */
		{ 0, 4, 0, 0 }, { 0, 8, 0, 0 },
		{ 0, 1, 0, 0 }, { 0, 2, 0, 0 }, { 0, 4, 0, 0 }, { 0, 8, 0, 0 },
		{ 0, 1, 0, 0 }, { 0, 2, 0, 0 }, { 0, 4, 0, 0 }, { 0, 8, 0, 0 },
		/* d4 fixext 1 to 16, each with its type byte */
		{ 0, 2, 0, 0 }, { 0, 3, 0, 0 }, { 0, 5, 0, 0 }, { 0, 9, 0, 0 }, { 0, 17, 0, 0 },
		/* d9 str 8, 16, 32; dc array 16, 32; de map 16, 32 */
		{ 1, 0, 0, 0 }, { 2, 0, 0, 0 }, { 4, 0, 0, 0 },
		{ 2, 0, 0, 1 }, { 4, 0, 0, 1 }, { 2, 0, 0, 2 }, { 4, 0, 0, 2 },
	};

	if (type < 0x80 || type >= 0xe0)
		return table[0];
	if (type < 0x90)
		return (struct head){ .fixed = type & 0x0f, .children = 2 };
	if (type < 0xa0)
		return (struct head){ .fixed = type & 0x0f, .children = 1 };
	if (type < 0xc0)
		return (struct head){ .fixed = type & 0x1f };
	return table[type - 0xc0];
}

static const char *skip_plain(struct walk *walk, uint64_t length)
{
	if (length > (uint64_t)(walk->end - walk->at))
		return "a value is longer than the request";
	walk->at += length;
	return NULL;
}

static const char *descend(struct walk *walk, uint64_t children)
{
	if (!children)
		return NULL;
	if (children > (uint64_t)(walk->end - walk->at))
		return "an array or map has more elements than the request has bytes";
	if (walk->depth == DEPTH_MAX)
		return "arrays and maps are nested too deeply";
	walk->open[walk->depth++] = children;
	return NULL;
}

static const char *step(struct walk *walk)
{
	struct head head;
	uint64_t length;
	int i;

	if (walk->at == walk->end)
		return "the request ends inside a value";
	if (++walk->values > VALUES_MAX)
		return "the request holds too many values";
	head = head_of(*walk->at++);
	length = head.fixed;
	if (head.size_bytes > walk->end - walk->at)
		return "the request ends inside a length";
	for (i = 0; i < head.size_bytes; i++)
		length = length << 8 | *walk->at++;
	if (head.children)
		return descend(walk, length * head.children);
	return skip_plain(walk, length + head.extra);
}

/* NULL if the bytes are exactly one value within the bounds, else what is wrong. */
const char *structure_fault(const void *data, size_t size)
{
	struct walk walk = { .at = data, .end = (const unsigned char *)data + size };
	const char *fault;

	do {
		if (walk.depth)
			walk.open[walk.depth - 1]--;
		fault = step(&walk);
		if (fault)
			return fault;
		while (walk.depth && !walk.open[walk.depth - 1])
			walk.depth--;
	} while (walk.depth);
	return walk.at == walk.end ? NULL : "bytes follow the request";
}
