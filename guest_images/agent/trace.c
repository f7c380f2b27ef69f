// SPDX-License-Identifier: GPL-2.0-only
/*
 * What filters print. Knows trace_pipe and how to cut what it gives into
 * lines; refuses to know who printed a line or what it says.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"

#define TRACING "/sys/kernel/tracing/"
#define READ_SIZE KIB(8)
#define READS_A_TURN 32		/* then requests get their turn */
#define BUFFER_KB "4096"	/* of each CPU */

/* Lines on their way into one event, packed but not counted yet. */
struct batch {
	struct agent *agent;
	struct buffer lines;
	msgpack_packer pack;
	size_t count;
};

/* Returns an errno. */
static int write_control(const char *path, const char *value, int flags)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags);
	int err = 0;

	if (fd < 0)
		return errno;
	if (*value && write(fd, value, strlen(value)) < 0)
		err = errno;
	close(fd);
	return err;
}

static void batch_start(struct batch *batch, struct agent *agent)
{
	memset(batch, 0, sizeof(*batch));
	batch->agent = agent;
	batch->lines.limit = MESSAGE_MAX;
	pack_start(&batch->pack, &batch->lines);
}

static void batch_send(struct batch *batch)
{
	struct agent *agent = batch->agent;
	msgpack_packer pack;

	if (batch->count) {
		event_start(agent, &pack, "trace", 1);
		put_array(&pack, "lines", batch->count);
		buffer_append(&agent->out, batch->lines.data, batch->lines.size);
		event_send(agent);
	}
	agent->trace.lines += batch->count;
	batch->count = 0;
	pack_start(&batch->pack, &batch->lines);
}

/* The line gathered in trace->line is whole. */
static void end_line(struct trace *trace, struct batch *batch)
{
	msgpack_pack_bin_with_body(&batch->pack, trace->line, trace->held);
	trace->held = 0;
	if (++batch->count == TRACE_LINES_MAX)
		batch_send(batch);
}

/* Bytes of one line; what is over TRACE_LINE_MAX is left out. */
static void extend_line(struct trace *trace, const char *data, size_t size)
{
	size_t room = sizeof(trace->line) - trace->held;

	if (size > room)
		size = room;
	memcpy(trace->line + trace->held, data, size);
	trace->held += size;
}

static void cut_lines(struct trace *trace, struct batch *batch, const char *data, size_t size)
{
	const char *end;

	while (size) {
		end = memchr(data, '\n', size);
		extend_line(trace, data, end ? (size_t)(end - data) : size);
		if (!end)
			return;
		end_line(trace, batch);
		size -= end + 1 - data;
		data = end + 1;
	}
}

/* Reads until there is nothing more to read, or that many times. */
static void pump(struct agent *agent, struct batch *batch, size_t reads)
{
	char data[READ_SIZE];
	ssize_t got;

	while (reads--) {
		got = read(agent->trace.fd, data, sizeof(data));
		if (got <= 0)
			return;
		cut_lines(&agent->trace, batch, data, got);
	}
}

void trace_pump(struct agent *agent)
{
	struct batch batch;

	batch_start(&batch, agent);
	pump(agent, &batch, READS_A_TURN);
	batch_send(&batch);
	buffer_free(&batch.lines);
}

void trace_close(struct agent *agent)
{
	if (agent->trace.fd >= 0)
		close(agent->trace.fd);
	agent->trace.fd = -1;
}

/*
 * The kernel boots with two pages a CPU and grows them when an event is
 * switched on through tracefs, which bpf_trace_printk() does not do. Returns
 * an errno.
 */
static int grow_buffer(struct trace *trace)
{
	int err;

	if (trace->grown)
		return 0;
	err = write_control(TRACING "buffer_size_kb", BUFFER_KB, 0);
	trace->grown = !err;
	return err;
}

/* Reads away what was printed before; false if that does not come to an end. */
static bool discard(int fd)
{
	char data[READ_SIZE];
	int reads = READS_A_TURN;

	while (reads--)
		if (read(fd, data, sizeof(data)) <= 0)
			return true;
	return false;
}

/* Returns an errno. */
static int open_buffer(struct trace *trace)
{
	int err;

	/*
	 * Since v6.1 a reader is only woken when this much of the buffer is
	 * full, half of it by default. Older kernels do not have the file.
	 */
	err = write_control(TRACING "buffer_percent", "0", 0);
	if (err && err != ENOENT)
		return err;
	err = write_control(TRACING "tracing_on", "1", 0);
	if (err)
		return err;
	err = grow_buffer(trace);
	if (err)
		return err;
	trace->fd = open(TRACING "trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return trace->fd < 0 ? errno : 0;
}

/* Returns an errno. */
static int start(struct trace *trace)
{
	int err = open_buffer(trace);

	if (err)
		return err;
	/* Clearing at once waits for two RCU grace periods, some 30 ms. */
	if (!discard(trace->fd))
		err = write_control(TRACING "trace", "", O_TRUNC);
	if (err) {
		close(trace->fd);
		trace->fd = -1;
	}
	trace->lines = 0;
	trace->held = 0;
	return err;
}

int op_trace_start(struct agent *agent, struct call *call)
{
	if (agent->trace.fd >= 0)
		return refuse(call, EALREADY, "trace_start: the trace is on");
	return result_errno(call, start(&agent->trace));
}

/*
 * Writing is off while the rest is read, or a filter that prints all the time
 * would keep this from ever ending.
 */
static void drain(struct agent *agent)
{
	struct trace *trace = &agent->trace;
	struct batch batch;

	write_control(TRACING "tracing_on", "0", 0);
	batch_start(&batch, agent);
	pump(agent, &batch, SIZE_MAX);
	if (trace->held)
		end_line(trace, &batch);
	batch_send(&batch);
	buffer_free(&batch.lines);
	trace_close(agent);
	write_control(TRACING "tracing_on", "1", 0);
}

int op_trace_stop(struct agent *agent, struct call *call)
{
	if (agent->trace.fd < 0)
		return refuse(call, EINVAL, "trace_stop: the trace is not on");
	drain(agent);
	/* The events were written into the reply's buffer: begin it anew. */
	pack_start(&call->pack, call->out);
	msgpack_pack_map(&call->pack, 1);
	result(call, 1);
	put_uint(&call->pack, "lines", agent->trace.lines);
	return 0;
}
