// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replies and events: C values to msgpack. Knows how a field is written;
 * refuses to know which fields there are. A write that does not fit marks the
 * buffer as failed, which the sender turns into an error reply.
 */
#include <string.h>

#include "call.h"

static int append(void *buffer, const char *data, size_t size)
{
	return buffer_append(buffer, data, size);
}

void pack_start(msgpack_packer *pack, struct buffer *out)
{
	buffer_clear(out);
	msgpack_packer_init(pack, out, append);
}

void put_key(msgpack_packer *pack, const char *key)
{
	msgpack_pack_str_with_body(pack, key, strlen(key));
}

void put_map(msgpack_packer *pack, const char *key, size_t fields)
{
	put_key(pack, key);
	msgpack_pack_map(pack, fields);
}

void put_array(msgpack_packer *pack, const char *key, size_t elements)
{
	put_key(pack, key);
	msgpack_pack_array(pack, elements);
}

void put_int(msgpack_packer *pack, const char *key, int64_t value)
{
	put_key(pack, key);
	msgpack_pack_int64(pack, value);
}

void put_uint(msgpack_packer *pack, const char *key, uint64_t value)
{
	put_key(pack, key);
	msgpack_pack_uint64(pack, value);
}

void put_bool(msgpack_packer *pack, const char *key, bool value)
{
	put_key(pack, key);
	if (value)
		msgpack_pack_true(pack);
	else
		msgpack_pack_false(pack);
}

/* Text is UTF-8 by construction: a byte that is not printable ASCII becomes '?'. */
void put_text(msgpack_packer *pack, const char *key, const char *value)
{
	char byte;

	put_key(pack, key);
	msgpack_pack_str(pack, strlen(value));
	for (; *value; value++) {
		byte = *value >= ' ' && *value <= '~' ? *value : '?';
		msgpack_pack_str_body(pack, &byte, 1);
	}
}

void put_bin(msgpack_packer *pack, const char *key, const void *data, size_t size)
{
	put_key(pack, key);
	msgpack_pack_bin_with_body(pack, data, size);
}

void put_nil(msgpack_packer *pack, const char *key)
{
	put_key(pack, key);
	msgpack_pack_nil(pack);
}

/* Opens the reply; the caller writes exactly that many fields. */
void result(struct call *call, size_t fields)
{
	put_map(&call->pack, "result", fields);
}

int result_empty(struct call *call)
{
	result(call, 0);
	return 0;
}

int result_errno(struct call *call, int err)
{
	result(call, 1);
	put_int(&call->pack, "errno", err);
	return 0;
}
