/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One request as its operation sees it: arguments to read, a reply to write,
 * and refuse() to end it with an error. Knows no operation.
 */
#ifndef AGENT_CALL_H
#define AGENT_CALL_H

#include <msgpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/* One request being served: its arguments, and the reply as it is written. */
struct call {
	const char *op;
	const msgpack_object_map *args;
	struct buffer *out;
	msgpack_packer pack;
	int fault;		/* errno of an error reply, or 0 */
	bool urgent;		/* the reply does not wait for the next one */
	char message[768];
};

/* Memory of the request, valid until the reply is sent. */
struct bytes {
	const char *data;	/* NULL if the argument was left out */
	size_t size;
};

/* A program or a table: [handle, name]. */
struct ref {
	uint64_t handle;
	char name[NAME_SIZE];
};

int refuse(struct call *call, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Reading arguments: 0, or -1 after refuse(). "nil" counts as left out. */
const msgpack_object *arg_find(const struct call *call, const char *name);
int arg_u64(struct call *call, const char *name, uint64_t max, uint64_t *value);
int arg_u64_or(struct call *call, const char *name, uint64_t max, uint64_t *value,
	       uint64_t otherwise);
int arg_u32_or(struct call *call, const char *name, uint32_t *value, uint32_t otherwise);
int arg_bool_or(struct call *call, const char *name, bool *value, bool otherwise);
int arg_new(struct call *call, uint64_t *value);
int arg_text(struct call *call, const char *name, char *to, size_t size);
int arg_bin(struct call *call, const char *name, size_t max, struct bytes *value);
int arg_bin_or(struct call *call, const char *name, size_t max, struct bytes *value);
int arg_ref(struct call *call, const char *name, struct ref *value);
int arg_array_or(struct call *call, const char *name, const msgpack_object_array **value);
int arg_map_or(struct call *call, const char *name, const msgpack_object_map **value);
int arg_names(struct call *call, const char *words);
int arg_enter(struct call *call, const char *what, const msgpack_object *from,
	      const msgpack_object_map **outer);

/* The same for values inside arrays and maps; what names them in messages. */
int as_u64(struct call *call, const char *what, const msgpack_object *from, uint64_t max,
	   uint64_t *value);
int as_text(struct call *call, const char *what, const msgpack_object *from, char *to,
	    size_t size);
int as_ref(struct call *call, const char *what, const msgpack_object *from, struct ref *value);

/* Writing replies and events. */
void pack_start(msgpack_packer *pack, struct buffer *out);
void put_key(msgpack_packer *pack, const char *key);
void put_map(msgpack_packer *pack, const char *key, size_t fields);
void put_array(msgpack_packer *pack, const char *key, size_t elements);
void put_int(msgpack_packer *pack, const char *key, int64_t value);
void put_uint(msgpack_packer *pack, const char *key, uint64_t value);
void put_bool(msgpack_packer *pack, const char *key, bool value);
void put_text(msgpack_packer *pack, const char *key, const char *value);
void put_bin(msgpack_packer *pack, const char *key, const void *data, size_t size);
void put_nil(msgpack_packer *pack, const char *key);

void result(struct call *call, size_t fields);
int result_empty(struct call *call);
int result_errno(struct call *call, int err);
int result_loop(struct call *call, int err, uint64_t done, uint64_t began);

#endif
