// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records that filters write for user space: rings and perf buffers, passed on
 * as they come. Knows libbpf's readers and what the kernel counts as lost;
 * refuses to know what a record says.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "agent.h"

#define RECORDS_A_TURN 16384	/* of one ring; then requests get their turn */
#define PAGES_MAX 4096		/* of the perf buffer of each CPU */
#define NO_CPU -1

struct stream {
	struct entry entry;
	struct agent *agent;
	struct ring_buffer *ring;	/* one of the two */
	struct perf_buffer *perf;
	uint64_t records, lost;		/* since it was started */
	/* On their way into one event, packed but not counted yet. */
	struct buffer packed;
	msgpack_packer pack;
	size_t count;
	uint64_t lost_now;
	int cpu;			/* where they come from */
};

static void batch_start(struct stream *stream)
{
	stream->count = 0;
	stream->lost_now = 0;
	pack_start(&stream->pack, &stream->packed);
}

static void batch_send(struct stream *stream)
{
	struct agent *agent = stream->agent;
	msgpack_packer pack;

	if (stream->count || stream->lost_now) {
		event_start(agent, &pack, "records", 4);
		put_uint(&pack, "stream", stream->entry.id);
		if (stream->cpu == NO_CPU)
			put_nil(&pack, "cpu");
		else
			put_uint(&pack, "cpu", stream->cpu);
		put_uint(&pack, "lost", stream->lost_now);
		put_array(&pack, "records", stream->count);
		buffer_append(&agent->out, stream->packed.data, stream->packed.size);
		event_send(agent);
	}
	stream->records += stream->count;
	stream->lost += stream->lost_now;
	batch_start(stream);
}

static void take_record(struct stream *stream, int cpu, const void *data, size_t size)
{
	if (stream->cpu != cpu || stream->count == RECORDS_MAX ||
	    stream->packed.size + size > RECORDS_BYTES_MAX)
		batch_send(stream);
	stream->cpu = cpu;
	msgpack_pack_bin_with_body(&stream->pack, data, size);
	stream->count++;
}

static int on_ring_record(void *context, void *data, size_t size)
{
	take_record(context, NO_CPU, data, size);
	return 0;
}

static void on_perf_record(void *context, int cpu, void *data, __u32 size)
{
	take_record(context, cpu, data, size);
}

static void on_loss(void *context, int cpu, __u64 count)
{
	struct stream *stream = context;

	if (stream->cpu != cpu)
		batch_send(stream);
	stream->cpu = cpu;
	stream->lost_now += count;
}

void stream_release(struct entry *entry)
{
	struct stream *stream = (struct stream *)entry;

	ring_buffer__free(stream->ring);
	perf_buffer__free(stream->perf);
	buffer_free(&stream->packed);
	free(stream);
}

/* What has come since the last turn; a ring may be filled as fast as it is read. */
static void pump(struct stream *stream)
{
	if (stream->ring)
		ring_buffer__consume_n(stream->ring, RECORDS_A_TURN);
	else
		perf_buffer__consume(stream->perf);
	batch_send(stream);
}

void streams_pump(struct agent *agent)
{
	struct entry *entry = NULL;

	while ((entry = registry_next(&agent->streams, entry)))
		pump((struct stream *)entry);
}

/* Returns an errno. */
static int open_stream(struct stream *stream, const struct table *table, size_t pages)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd;

	if (table->type == BPF_MAP_TYPE_RINGBUF)
		stream->ring = ring_buffer__new(table->fd, on_ring_record, stream, NULL);
	else
		stream->perf = perf_buffer__new(table->fd, pages, on_perf_record, on_loss, stream,
						NULL);
	if (!stream->ring && !stream->perf)
		return errno;
	fd = stream->ring ? ring_buffer__epoll_fd(stream->ring) :
			    perf_buffer__epoll_fd(stream->perf);
	return epoll_ctl(stream->agent->records, EPOLL_CTL_ADD, fd, &event) ? errno : 0;
}

static int read_pages(struct call *call, uint64_t *pages)
{
	if (arg_u64_or(call, "pages", PAGES_MAX, pages, 64))
		return -1;
	if (!*pages || *pages & (*pages - 1))
		return refuse(call, EINVAL, "stream_start: pages must be a power of two");
	return 0;
}

int op_stream_start(struct agent *agent, struct call *call)
{
	struct stream *stream;
	struct table table;
	uint64_t as, pages;
	int err;

	if (arg_new(call, &as) || registry_check_new(&agent->streams, call, as) ||
	    arg_table(agent, call, &table) || read_pages(call, &pages))
		return -1;
	if (table.type != BPF_MAP_TYPE_RINGBUF && table.type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		return refuse(call, EINVAL, "stream_start: table %s is no ringbuf and no "
			      "perf_event_array", table.name);
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return refuse(call, ENOMEM, "stream_start: no memory for a stream");
	stream->agent = agent;
	stream->entry.id = as;
	stream->cpu = NO_CPU;
	stream->packed.limit = MESSAGE_MAX;
	batch_start(stream);
	agent->stirred = true;
	err = open_stream(stream, &table, pages);
	if (err)
		stream_release(&stream->entry);
	else
		registry_add(&agent->streams, &stream->entry, as);
	return result_errno(call, err);
}

/* What was written before this call; filters may go on writing for ever. */
static void drain(struct stream *stream)
{
	struct ring *ring = stream->ring ? ring_buffer__ring(stream->ring, 0) : NULL;
	unsigned long end = ring ? ring__producer_pos(ring) : 0;

	if (!ring)
		perf_buffer__consume(stream->perf);
	while (ring && ring__consumer_pos(ring) < end)
		if (ring_buffer__consume_n(stream->ring, RECORDS_A_TURN) <= 0)
			break;
	batch_send(stream);
}

int op_stream_stop(struct agent *agent, struct call *call)
{
	struct stream *stream;
	uint64_t id;

	if (arg_u64(call, "stream", INT64_MAX, &id))
		return -1;
	stream = (struct stream *)registry_get(&agent->streams, call, id);
	if (!stream)
		return -1;
	drain(stream);
	/* The events were written into the reply's buffer: begin it anew. */
	pack_start(&call->pack, call->out);
	msgpack_pack_map(&call->pack, 1);
	result(call, 2);
	put_uint(&call->pack, "records", stream->records);
	put_uint(&call->pack, "lost", stream->lost);
	registry_remove(&agent->streams, &stream->entry);
	return 0;
}
