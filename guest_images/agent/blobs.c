// SPDX-License-Identifier: GPL-2.0-only
/*
 * Object files kept in the guest, so that one which is loaded many times
 * crosses the channel once. Knows names and sizes; refuses to look inside.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

static struct blob *slot_of(const struct blobs *blobs, const char *name)
{
	size_t i;

	for (i = 0; i < BLOBS_MAX; i++)
		if (!strcmp(blobs->slots[i].name, name))
			return (struct blob *)&blobs->slots[i];
	return NULL;
}

static void forget(struct blobs *blobs, struct blob *blob)
{
	blobs->bytes -= blob->size;
	free(blob->data);
	memset(blob, 0, sizeof(*blob));
}

/* The blob a request names, or NULL after refuse(). */
const struct blob *blob_find(const struct agent *agent, struct call *call)
{
	char name[NAME_SIZE];
	struct blob *blob;

	if (arg_text(call, "blob", name, sizeof(name)))
		return NULL;
	blob = slot_of(&agent->blobs, name);
	if (!blob)
		refuse(call, ENOENT, "%s: there is no blob %s", call->op, name);
	return blob;
}

static int keep(struct blobs *blobs, struct call *call, const char *name,
		const struct bytes *data)
{
	struct blob *blob = slot_of(blobs, "");

	if (!blob)
		return refuse(call, ENOSPC, "put: all %d blobs are taken", BLOBS_MAX);
	if (data->size > BLOBS_BYTES_MAX - blobs->bytes)
		return refuse(call, ENOSPC, "put: %zu bytes do not fit, %zu of %zu are taken",
			      data->size, blobs->bytes, BLOBS_BYTES_MAX);
	blob->data = malloc(data->size ? data->size : 1);
	if (!blob->data)
		return refuse(call, ENOMEM, "put: no memory for %zu bytes", data->size);
	memcpy(blob->data, data->data, data->size);
	strcpy(blob->name, name);
	blob->size = data->size;
	blobs->bytes += data->size;
	return 0;
}

/* The same name again replaces what it held. */
int op_put(struct agent *agent, struct call *call)
{
	struct bytes data;
	char name[NAME_SIZE];
	struct blob *old;

	if (arg_text(call, "blob", name, sizeof(name)) ||
	    arg_bin(call, "data", MESSAGE_MAX, &data))
		return -1;
	old = slot_of(&agent->blobs, name);
	if (old)
		forget(&agent->blobs, old);
	if (keep(&agent->blobs, call, name, &data))
		return -1;
	return result_empty(call);
}

int op_drop(struct agent *agent, struct call *call)
{
	struct blob *blob = (struct blob *)blob_find(agent, call);

	if (!blob)
		return -1;
	forget(&agent->blobs, blob);
	return result_empty(call);
}
