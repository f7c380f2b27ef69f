// SPDX-License-Identifier: GPL-2.0-only
/*
 * The yardstick: load and run one program many times with nothing between C
 * and the kernel. Knows the same steps a request for one load and one run
 * takes; refuses to do anything cleverer, since a rate is divided by this.
 */
#include <bpf/bpf.h>
#include <errno.h>

#include "agent.h"

#define COUNT_MAX 1000000

struct loop {
	const struct blob *blob;
	char program[NAME_SIZE];
	struct bytes data;
	uint64_t count;
};

/* Returns an errno. */
static int load_and_run(struct bpf_object *object, const struct loop *loop)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = loop->data.data,
		    .data_size_in = loop->data.size);
	struct bpf_program *program, *wanted;
	int err;

	wanted = bpf_object__find_program_by_name(object, loop->program);
	if (!wanted)
		return ENOENT;
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, program == wanted);
	err = bpf_object__load(object);
	if (err)
		return -err;
	return -bpf_prog_test_run_opts(bpf_program__fd(wanted), &opts);
}

static int once(const struct loop *loop)
{
	struct bpf_object *object = bpf_object__open_mem(loop->blob->data, loop->blob->size, NULL);
	int err;

	if (!object)
		return errno;
	err = load_and_run(object, loop);
	bpf_object__close(object);
	return err;
}

/* What was done since then, by clock_ns(). */
int result_loop(struct call *call, int err, uint64_t done, uint64_t began)
{
	result(call, 3);
	put_uint(&call->pack, "done", done);
	put_uint(&call->pack, "duration_ns", clock_ns() - began);
	put_int(&call->pack, "errno", err);
	return 0;
}

int op_loop(struct agent *agent, struct call *call)
{
	struct loop loop = { .blob = blob_find(agent, call) };
	uint64_t done = 0, began;
	int err = 0;

	if (!loop.blob || arg_text(call, "program", loop.program, sizeof(loop.program)) ||
	    arg_u64(call, "count", COUNT_MAX, &loop.count) ||
	    arg_bin_or(call, "data_in", RUN_DATA_MAX, &loop.data))
		return -1;
	printed_start();
	began = clock_ns();
	while (done < loop.count && !err) {
		err = once(&loop);
		done += !err;
	}
	return result_loop(call, err, done, began);
}
