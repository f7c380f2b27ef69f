// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames: bytes of the channel to whole messages and back. Knows the header,
 * the checksum, the joining of fragments and their bounds; refuses to know
 * what a message says. A malformed frame is final: there is no way to find
 * the next header again, so the worker ends and init reports it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "wire.h"

#define FLAG_MORE 1
#define KEEP_ROOM MIB(1)	/* memory kept between messages */

static const unsigned char magic[4] = { 'B', 'P', 'F', 'H' };

struct frame {
	unsigned int version, kind, flags;
	uint32_t id, length, crc;
};

static uint32_t get_be(const unsigned char *from, int bytes)
{
	uint32_t value = 0;

	while (bytes--)
		value = value << 8 | *from++;
	return value;
}

static void put_be(unsigned char *to, int bytes, uint32_t value)
{
	while (bytes--) {
		to[bytes] = value & 0xff;
		value >>= 8;
	}
}

static int buffer_grow(struct buffer *buffer, size_t need)
{
	size_t room = buffer->room ? buffer->room : 4096;
	char *data;

	while (room < need)
		room *= 2;
	data = realloc(buffer->data, room);
	if (!data)
		return -1;
	buffer->data = data;
	buffer->room = room;
	return 0;
}

int buffer_append(struct buffer *buffer, const void *data, size_t size)
{
	if (!size)
		return 0;
	if (buffer->failed || size > buffer->limit - buffer->size)
		goto fail;
	if (buffer->size + size > buffer->room && buffer_grow(buffer, buffer->size + size))
		goto fail;
	memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
	return 0;
fail:
	buffer->failed = true;
	return -1;
}

/* Empties the buffer and gives back the memory of an unusually big message. */
void buffer_clear(struct buffer *buffer)
{
	if (buffer->room > KEEP_ROOM)
		buffer_free(buffer);
	buffer->size = 0;
	buffer->failed = false;
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	buffer->data = NULL;
	buffer->size = 0;
	buffer->room = 0;
}

void wire_init(struct wire *wire, int in, int out)
{
	memset(wire, 0, sizeof(*wire));
	wire->in = in;
	wire->out = out;
	wire->message.limit = MESSAGE_MAX;
}

static void wait_for_peer(void)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };

	nanosleep(&pause, NULL);
}

/* One read from the channel. -1: the channel is broken. */
int wire_fill(struct wire *wire)
{
	ssize_t got;

	if (wire->rx_start) {
		memmove(wire->rx, wire->rx + wire->rx_start, wire->rx_end - wire->rx_start);
		wire->rx_end -= wire->rx_start;
		wire->rx_start = 0;
	}
	got = read(wire->in, wire->rx + wire->rx_end, sizeof(wire->rx) - wire->rx_end);
	if (got > 0) {
		wire->rx_end += got;
		if (wire->heard)
			__atomic_add_fetch(wire->heard, 1, __ATOMIC_RELAXED);
	} else if (got == 0 && wire->ends) {
		wire->fault = NULL;
		return -1;
	} else if (got == 0) {
		/* A port whose host end is closed reads as end of file. */
		wait_for_peer();
	} else if (errno != EAGAIN && errno != EINTR) {
		wire->fault = "the channel cannot be read";
		return -1;
	}
	return 0;
}

static void parse_header(const unsigned char *from, struct frame *frame)
{
	frame->version = get_be(from + 4, 1);
	frame->kind = get_be(from + 5, 1);
	frame->flags = get_be(from + 6, 2);
	frame->id = get_be(from + 8, 4);
	frame->length = get_be(from + 12, 4);
	frame->crc = get_be(from + 16, 4);
}

static const char *header_fault(const struct wire *wire, const struct frame *frame)
{
	if (memcmp(wire->rx + wire->rx_start, magic, sizeof(magic)))
		return "frame without the magic";
	if (frame->version != PROTOCOL_VERSION)
		return "frame of another protocol version";
	if (frame->kind == FRAME_BEAT)
		return frame->flags || frame->id || frame->length ? "beat that says something" : NULL;
	if (frame->kind != FRAME_REQUEST)
		return "frame that is not a request";
	if (frame->flags & ~FLAG_MORE)
		return "frame with unknown flags";
	if (!frame->id)
		return "request without an id";
	if (frame->length > FRAGMENT_MAX)
		return "frame that is too long";
	if (wire->joining && frame->id != wire->id)
		return "fragment of another request in between";
	return NULL;
}

static int join(struct wire *wire, const struct frame *frame, const unsigned char *payload)
{
	if (crc32(0, payload, frame->length) != frame->crc) {
		wire->fault = "frame with a wrong checksum";
		return -1;
	}
	if (buffer_append(&wire->message, payload, frame->length)) {
		wire->fault = "request that is too long";
		return -1;
	}
	wire->id = frame->id;
	wire->joining = frame->flags & FLAG_MORE;
	wire->rx_start += FRAME_HEADER + frame->length;
	return 0;
}

/* 1: a whole message lies in wire->message; 0: more bytes are needed; -1: malformed. */
int wire_next(struct wire *wire)
{
	struct frame frame;
	size_t have;

	for (;;) {
		have = wire->rx_end - wire->rx_start;
		if (have < FRAME_HEADER)
			return 0;
		parse_header(wire->rx + wire->rx_start, &frame);
		wire->fault = header_fault(wire, &frame);
		if (wire->fault)
			return -1;
		if (frame.kind == FRAME_BEAT) {
			wire->rx_start += FRAME_HEADER;
			continue;
		}
		if (have < FRAME_HEADER + frame.length)
			return 0;
		if (join(wire, &frame, wire->rx + wire->rx_start + FRAME_HEADER))
			return -1;
		if (!wire->joining)
			return 1;
	}
}

void wire_done(struct wire *wire)
{
	buffer_clear(&wire->message);
}

static int write_all(int fd, const unsigned char *data, size_t size)
{
	ssize_t put;

	while (size) {
		put = write(fd, data, size);
		if (put > 0) {
			data += put;
			size -= put;
		} else if (put < 0 && errno != EINTR && errno != EAGAIN) {
			return -1;
		} else {
			wait_for_peer();
		}
	}
	return 0;
}

/* Writes what wire_send() has gathered. -1: the wire is broken. */
int wire_flush(struct wire *wire)
{
	size_t size = wire->tx_size;

	wire->tx_size = 0;
	if (!size || !write_all(wire->out, wire->tx, size))
		return 0;
	wire->fault = wire->ends && errno == EPIPE ? NULL : "the channel cannot be written";
	return -1;
}

static int send_fragment(struct wire *wire, const struct frame *frame, const char *payload)
{
	size_t size = FRAME_HEADER + frame->length;
	unsigned char *to;

	if (wire->tx_size + size > sizeof(wire->tx) && wire_flush(wire))
		return -1;
	to = wire->tx + wire->tx_size;
	memcpy(to, magic, sizeof(magic));
	put_be(to + 4, 1, PROTOCOL_VERSION);
	put_be(to + 5, 1, frame->kind);
	put_be(to + 6, 2, frame->flags);
	put_be(to + 8, 4, frame->id);
	put_be(to + 12, 4, frame->length);
	memcpy(to + FRAME_HEADER, payload, frame->length);
	put_be(to + 16, 4, crc32(0, to + FRAME_HEADER, frame->length));
	wire->tx_size += size;
	return 0;
}

/*
 * To be written with what comes after it: each write to a virtio port makes the
 * machine stop and the host look, which takes as long as a small operation.
 */
int wire_send(struct wire *wire, enum frame_kind kind, uint32_t id, const struct buffer *payload)
{
	struct frame frame = { .kind = kind, .id = id };
	size_t sent = 0;

	do {
		size_t left = payload->size - sent;

		frame.length = left < FRAGMENT_MAX ? left : FRAGMENT_MAX;
		frame.flags = left > FRAGMENT_MAX ? FLAG_MORE : 0;
		if (send_fragment(wire, &frame, payload->data + sent))
			return -1;
		sent += frame.length;
	} while (sent < payload->size);
	return 0;
}
