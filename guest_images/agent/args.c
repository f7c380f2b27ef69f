// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arguments of a request: msgpack values to C values. Knows types, bounds and
 * how to say which argument is wrong; refuses to know what any of them means.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "call.h"

/*
 * Ends the request with an error reply. Always -1, so that callers can return
 * it. The message is text on the wire, so bytes that are not printable ASCII
 * (a name the host sent, say) are shown as '?'.
 */
int refuse(struct call *call, int err, const char *format, ...)
{
	va_list list;
	char *at;

	call->fault = err;
	va_start(list, format);
	vsnprintf(call->message, sizeof(call->message), format, list);
	va_end(list);
	for (at = call->message; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	return -1;
}

static int wrong_type(struct call *call, const char *what, const char *wanted)
{
	return refuse(call, EINVAL, "%s: %s must be %s", call->op, what, wanted);
}

const msgpack_object *arg_find(const struct call *call, const char *name)
{
	size_t length = strlen(name);
	uint32_t i;

	for (i = 0; i < call->args->size; i++) {
		const msgpack_object_kv *pair = &call->args->ptr[i];

		if (pair->key.type != MSGPACK_OBJECT_STR || pair->key.via.str.size != length ||
		    memcmp(pair->key.via.str.ptr, name, length))
			continue;
		return pair->val.type == MSGPACK_OBJECT_NIL ? NULL : &pair->val;
	}
	return NULL;
}

static const msgpack_object *arg_required(struct call *call, const char *name)
{
	const msgpack_object *found = arg_find(call, name);

	if (!found)
		refuse(call, EINVAL, "%s: %s is missing", call->op, name);
	return found;
}

int as_u64(struct call *call, const char *what, const msgpack_object *from, uint64_t max,
	   uint64_t *value)
{
	if (from->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
		return wrong_type(call, what, "an integer that is not negative");
	if (from->via.u64 > max)
		return refuse(call, EINVAL, "%s: %s is %llu, at most %llu is allowed", call->op,
			      what, (unsigned long long)from->via.u64, (unsigned long long)max);
	*value = from->via.u64;
	return 0;
}

int arg_u64(struct call *call, const char *name, uint64_t max, uint64_t *value)
{
	const msgpack_object *found = arg_required(call, name);

	return found ? as_u64(call, name, found, max, value) : -1;
}

int arg_u64_or(struct call *call, const char *name, uint64_t max, uint64_t *value,
	       uint64_t otherwise)
{
	const msgpack_object *found = arg_find(call, name);

	*value = otherwise;
	return found ? as_u64(call, name, found, max, value) : 0;
}

int arg_u32_or(struct call *call, const char *name, uint32_t *value, uint32_t otherwise)
{
	uint64_t wide;

	if (arg_u64_or(call, name, UINT32_MAX, &wide, otherwise))
		return -1;
	*value = wide;
	return 0;
}

int arg_bool_or(struct call *call, const char *name, bool *value, bool otherwise)
{
	const msgpack_object *found = arg_find(call, name);

	*value = otherwise;
	if (!found)
		return 0;
	if (found->type != MSGPACK_OBJECT_BOOLEAN)
		return wrong_type(call, name, "true or false");
	*value = found->via.boolean;
	return 0;
}

/* The handle a request wants to give to what it makes. */
int arg_new(struct call *call, uint64_t *value)
{
	if (arg_u64(call, "as", INT64_MAX, value))
		return -1;
	if (!*value)
		return refuse(call, EINVAL, "%s: as must be greater than 0", call->op);
	return 0;
}

int as_text(struct call *call, const char *what, const msgpack_object *from, char *to,
	    size_t size)
{
	const msgpack_object_str *text = &from->via.str;

	if (from->type != MSGPACK_OBJECT_STR)
		return wrong_type(call, what, "text");
	if (text->size >= size)
		return refuse(call, EINVAL, "%s: %s is %u bytes, at most %zu are allowed", call->op,
			      what, text->size, size - 1);
	if (!text->size)
		return refuse(call, EINVAL, "%s: %s is empty", call->op, what);
	if (memchr(text->ptr, 0, text->size))
		return refuse(call, EINVAL, "%s: %s holds a NUL byte", call->op, what);
	memcpy(to, text->ptr, text->size);
	to[text->size] = 0;
	return 0;
}

int arg_text(struct call *call, const char *name, char *to, size_t size)
{
	const msgpack_object *found = arg_required(call, name);

	return found ? as_text(call, name, found, to, size) : -1;
}

static int as_bin(struct call *call, const char *what, const msgpack_object *from, size_t max,
		  struct bytes *value)
{
	if (from->type != MSGPACK_OBJECT_BIN)
		return wrong_type(call, what, "binary");
	if (from->via.bin.size > max)
		return refuse(call, EINVAL, "%s: %s is %u bytes, at most %zu are allowed", call->op,
			      what, from->via.bin.size, max);
	value->data = from->via.bin.ptr;
	value->size = from->via.bin.size;
	return 0;
}

int arg_bin(struct call *call, const char *name, size_t max, struct bytes *value)
{
	const msgpack_object *found = arg_required(call, name);

	return found ? as_bin(call, name, found, max, value) : -1;
}

int arg_bin_or(struct call *call, const char *name, size_t max, struct bytes *value)
{
	const msgpack_object *found = arg_find(call, name);

	memset(value, 0, sizeof(*value));
	return found ? as_bin(call, name, found, max, value) : 0;
}

int as_ref(struct call *call, const char *what, const msgpack_object *from, struct ref *value)
{
	const msgpack_object *pair = from->via.array.ptr;

	if (from->type != MSGPACK_OBJECT_ARRAY || from->via.array.size != 2)
		return wrong_type(call, what, "[handle, name]");
	if (as_u64(call, what, &pair[0], INT64_MAX, &value->handle))
		return -1;
	return as_text(call, what, &pair[1], value->name, sizeof(value->name));
}

int arg_ref(struct call *call, const char *name, struct ref *value)
{
	const msgpack_object *found = arg_required(call, name);

	return found ? as_ref(call, name, found, value) : -1;
}

int arg_array_or(struct call *call, const char *name, const msgpack_object_array **value)
{
	const msgpack_object *found = arg_find(call, name);

	*value = NULL;
	if (!found)
		return 0;
	if (found->type != MSGPACK_OBJECT_ARRAY)
		return wrong_type(call, name, "an array");
	*value = &found->via.array;
	return 0;
}

int arg_map_or(struct call *call, const char *name, const msgpack_object_map **value)
{
	const msgpack_object *found = arg_find(call, name);

	*value = NULL;
	if (!found)
		return 0;
	if (found->type != MSGPACK_OBJECT_MAP)
		return wrong_type(call, name, "a map");
	*value = &found->via.map;
	return 0;
}

static bool is_word(const char *words, const char *word, size_t length)
{
	const char *at = words;
	size_t span;

	while (*at) {
		span = strcspn(at, " ");
		if (span == length && !memcmp(at, word, length))
			return true;
		at += span;
		at += strspn(at, " ");
	}
	return false;
}

/*
 * Refuses arguments that are not among the words: a misspelt optional one
 * would otherwise be taken as left out.
 */
int arg_names(struct call *call, const char *words)
{
	uint32_t i;

	for (i = 0; i < call->args->size; i++) {
		const msgpack_object *key = &call->args->ptr[i].key;

		if (key->type != MSGPACK_OBJECT_STR)
			return refuse(call, EINVAL, "%s: an argument's name is not text", call->op);
		if (!is_word(words, key->via.str.ptr, key->via.str.size))
			return refuse(call, EINVAL, "%s: there is no argument %.*s", call->op,
				      (int)(key->via.str.size < 64 ? key->via.str.size : 64),
				      key->via.str.ptr);
	}
	return 0;
}

/*
 * Makes the fields of a map that is itself an argument readable like
 * arguments. The caller puts call->args back to *outer when it has read them.
 */
int arg_enter(struct call *call, const char *what, const msgpack_object *from,
	      const msgpack_object_map **outer)
{
	if (!from)
		return refuse(call, EINVAL, "%s: %s is missing", call->op, what);
	if (from->type != MSGPACK_OBJECT_MAP)
		return wrong_type(call, what, "a map");
	*outer = call->args;
	call->args = &from->via.map;
	return 0;
}
