// SPDX-License-Identifier: GPL-2.0-only
/*
 * Yardsticks for what is streamed and dumped: the same reading with nobody to
 * send it to. Knows how to count; refuses to look at what it counts.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tables.h"

#define ROUNDS_MAX 100000

/* All entries, page after page, as table_dump reads them. */
int op_loop_dump(struct agent *agent, struct call *call)
{
	uint64_t done = 0, began = clock_ns();
	struct page page = { 0 };
	struct table table;
	int err;

	if (arg_table(agent, call, &table))
		return -1;
	if (page_start(&page, call, &table, DUMP_MAX)) {
		page_end(&page);
		return -1;
	}
	do {
		err = page_fill(&page, &table);
		done += page.count;
	} while (!err && page.more);
	page_end(&page);
	return result_loop(call, err, done, began);
}

/* A filter that writes for user space, run that often in a row. */
struct writer {
	struct program program;
	struct bytes data;
	uint64_t repeat, rounds;
};

static int arg_writer(const struct agent *agent, struct call *call, struct writer *writer)
{
	if (arg_program(agent, call, "program", &writer->program) ||
	    arg_bin(call, "data_in", RUN_DATA_MAX, &writer->data) ||
	    arg_u64(call, "repeat", INT32_MAX, &writer->repeat))
		return -1;
	return arg_u64(call, "rounds", ROUNDS_MAX, &writer->rounds);
}

/* Returns an errno. */
static int write_round(const struct writer *writer)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = writer->data.data,
		    .data_size_in = writer->data.size, .repeat = writer->repeat);

	return -bpf_prog_test_run_opts(writer->program.fd, &opts);
}

static int count_record(void *context, void *data, size_t size)
{
	(void)data;
	(void)size;
	++*(uint64_t *)context;
	return 0;
}

int op_loop_records(struct agent *agent, struct call *call)
{
	struct ring_buffer *ring;
	uint64_t done = 0, began;
	struct writer writer;
	struct table table;
	int err = 0;

	if (arg_writer(agent, call, &writer) || arg_table(agent, call, &table))
		return -1;
	ring = ring_buffer__new(table.fd, count_record, &done, NULL);
	if (!ring)
		return refuse(call, errno, "loop_records: table %s cannot be read", table.name);
	began = clock_ns();
	while (!err && writer.rounds--) {
		err = write_round(&writer);
		ring_buffer__consume(ring);
	}
	ring_buffer__free(ring);
	return result_loop(call, err, done, began);
}

/* Lines of the trace buffer that are there now. */
static uint64_t read_lines(int fd)
{
	char data[KIB(8)];
	uint64_t lines = 0;
	ssize_t got, i;

	while ((got = read(fd, data, sizeof(data))) > 0)
		for (i = 0; i < got; i++)
			lines += data[i] == '\n';
	return lines;
}

int op_loop_lines(struct agent *agent, struct call *call)
{
	uint64_t done = 0, began;
	struct writer writer;
	int fd, err = 0;

	if (arg_writer(agent, call, &writer))
		return -1;
	fd = open("/sys/kernel/tracing/trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return refuse(call, errno, "loop_lines: the trace buffer cannot be read");
	began = clock_ns();
	while (!err && writer.rounds--) {
		err = write_round(&writer);
		done += read_lines(fd);
	}
	close(fd);
	return result_loop(call, err, done, began);
}
