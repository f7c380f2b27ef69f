// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records for filters: a user_ringbuf from the side that writes. Knows how a
 * record is reserved and submitted; a filter takes it with bpf_user_ringbuf_drain().
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "agent.h"

/* Returns an errno: ENOSPC if the ring is full, E2BIG if the record never fits. */
static int submit(struct user_ring_buffer *ring, const msgpack_object *record)
{
	void *place = user_ring_buffer__reserve(ring, record->via.bin.size);

	if (!place)
		return errno;
	memcpy(place, record->via.bin.ptr, record->via.bin.size);
	user_ring_buffer__submit(ring, place);
	return 0;
}

static int check_records(struct call *call, const msgpack_object_array *records)
{
	uint32_t i;

	if (!records)
		return refuse(call, EINVAL, "table_submit: records is missing");
	for (i = 0; i < records->size; i++)
		if (records->ptr[i].type != MSGPACK_OBJECT_BIN)
			return refuse(call, EINVAL, "table_submit: records must be binary");
	return 0;
}

int op_table_submit(struct agent *agent, struct call *call)
{
	const msgpack_object_array *records;
	struct user_ring_buffer *ring;
	struct table table;
	uint32_t done = 0;
	int err = 0;

	if (arg_table(agent, call, &table) || arg_array_or(call, "records", &records) ||
	    check_records(call, records))
		return -1;
	ring = user_ring_buffer__new(table.fd, NULL);
	if (!ring)
		err = errno;
	while (!err && done < records->size) {
		err = submit(ring, &records->ptr[done]);
		done += !err;
	}
	user_ring_buffer__free(ring);
	result(call, 2);
	put_int(&call->pack, "errno", err);
	put_uint(&call->pack, "count", done);
	return 0;
}
