/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whole messages over a byte stream, and the bytes they are made of. Knows no
 * message: see the README beside this folder for the frame.
 */
#ifndef AGENT_WIRE_H
#define AGENT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"

#define FRAME_HEADER 20

enum frame_kind { FRAME_REQUEST = 1, FRAME_REPLY = 2, FRAME_EVENT = 3, FRAME_BEAT = 4 };

/* Bytes that grow as they are appended to, up to a bound. */
struct buffer {
	char *data;
	size_t size;
	size_t room;
	size_t limit;
	bool failed;		/* an append did not fit or memory ran out */
};

struct wire {
	int in, out;
	uint64_t *heard;	/* counts reads that gave something, for whoever watches; or NULL */
	bool ends;		/* its end is the end, not a pause */
	const char *fault;	/* why nothing after this can be trusted */
	size_t rx_start, rx_end;
	uint32_t id;		/* of the message being joined */
	bool joining;
	struct buffer message;	/* joined fragments of one request */
	unsigned char rx[2 * (FRAME_HEADER + FRAGMENT_MAX)];
	size_t tx_size;		/* of what waits in tx to be written */
	unsigned char tx[FRAME_HEADER + FRAGMENT_MAX];
};

int buffer_append(struct buffer *buffer, const void *data, size_t size);
void buffer_clear(struct buffer *buffer);
void buffer_free(struct buffer *buffer);

void wire_init(struct wire *wire, int in, int out);
int wire_fill(struct wire *wire);
int wire_next(struct wire *wire);
void wire_done(struct wire *wire);
int wire_send(struct wire *wire, enum frame_kind kind, uint32_t id,
	      const struct buffer *payload);
int wire_flush(struct wire *wire);

#endif
