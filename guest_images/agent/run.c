// SPDX-License-Identifier: GPL-2.0-only
/*
 * A loaded program's code and its test runs. Knows how the kernel hands both
 * out and the bounds of the buffers; refuses to know what the bytes mean.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"

#define FUNCTIONS_MAX 4096

struct listing {
	struct bpf_prog_info info;
	char *xlated, *jited;
	uint64_t *ksyms;
	uint32_t *lengths;
};

static uint64_t address(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}

static uint32_t at_most(uint32_t value, uint32_t most)
{
	return value < most ? value : most;
}

/* Room for what the kernel says it has. */
static int listing_alloc(struct listing *listing)
{
	struct bpf_prog_info *info = &listing->info;

	info->xlated_prog_len = at_most(info->xlated_prog_len, CODE_MAX);
	info->jited_prog_len = at_most(info->jited_prog_len, CODE_MAX);
	info->nr_jited_ksyms = at_most(info->nr_jited_ksyms, FUNCTIONS_MAX);
	info->nr_jited_func_lens = at_most(info->nr_jited_func_lens, FUNCTIONS_MAX);
	listing->xlated = malloc(info->xlated_prog_len + 1);
	listing->jited = malloc(info->jited_prog_len + 1);
	listing->ksyms = calloc(info->nr_jited_ksyms + 1, sizeof(*listing->ksyms));
	listing->lengths = calloc(info->nr_jited_func_lens + 1, sizeof(*listing->lengths));
	return listing->xlated && listing->jited && listing->ksyms && listing->lengths ? 0 : -1;
}

static void listing_free(struct listing *listing)
{
	free(listing->xlated);
	free(listing->jited);
	free(listing->ksyms);
	free(listing->lengths);
}

/* Asks for sizes, then for the contents. Returns an errno. */
static int listing_read(struct listing *listing, int fd)
{
	struct bpf_prog_info ask = { 0 };
	uint32_t size = sizeof(ask);

	if (bpf_prog_get_info_by_fd(fd, &listing->info, &size))
		return errno;
	if (listing_alloc(listing))
		return ENOMEM;
	ask.xlated_prog_len = listing->info.xlated_prog_len;
	ask.xlated_prog_insns = address(listing->xlated);
	ask.jited_prog_len = listing->info.jited_prog_len;
	ask.jited_prog_insns = address(listing->jited);
	ask.nr_jited_ksyms = listing->info.nr_jited_ksyms;
	ask.jited_ksyms = address(listing->ksyms);
	ask.nr_jited_func_lens = listing->info.nr_jited_func_lens;
	ask.jited_func_lens = address(listing->lengths);
	size = sizeof(ask);
	if (bpf_prog_get_info_by_fd(fd, &ask, &size))
		return errno;
	/* A pointer the kernel cleared says that it did not fill that part. */
	if (!ask.xlated_prog_insns)
		listing->info.xlated_prog_len = 0;
	if (!ask.jited_prog_insns)
		listing->info.jited_prog_len = 0;
	if (!ask.jited_ksyms)
		listing->info.nr_jited_ksyms = 0;
	if (!ask.jited_func_lens)
		listing->info.nr_jited_func_lens = 0;
	return 0;
}

static void listing_put(msgpack_packer *pack, const struct listing *listing)
{
	const struct bpf_prog_info *info = &listing->info;
	uint32_t i;

	put_bin(pack, "xlated", listing->xlated, info->xlated_prog_len);
	put_bin(pack, "jited", listing->jited, info->jited_prog_len);
	put_array(pack, "ksyms", info->nr_jited_ksyms);
	for (i = 0; i < info->nr_jited_ksyms; i++)
		msgpack_pack_uint64(pack, listing->ksyms[i]);
	put_array(pack, "lengths", info->nr_jited_func_lens);
	for (i = 0; i < info->nr_jited_func_lens; i++)
		msgpack_pack_uint32(pack, listing->lengths[i]);
}

int op_code(struct agent *agent, struct call *call)
{
	struct listing listing = { 0 };
	struct program program;
	int err;

	if (arg_program(agent, call, "program", &program))
		return -1;
	err = listing_read(&listing, program.fd);
	if (err)
		memset(&listing.info, 0, sizeof(listing.info));
	result(call, 5);
	put_int(&call->pack, "errno", err);
	listing_put(&call->pack, &listing);
	listing_free(&listing);
	return 0;
}

static int read_run(struct call *call, struct bpf_test_run_opts *opts)
{
	struct bytes data, context;
	uint64_t data_room, context_room, repeat;

	if (arg_bin_or(call, "data_in", RUN_DATA_MAX, &data) ||
	    arg_bin_or(call, "ctx_in", RUN_DATA_MAX, &context) ||
	    arg_u64_or(call, "data_out_size", RUN_DATA_MAX, &data_room, 0) ||
	    arg_u64_or(call, "ctx_out_size", RUN_DATA_MAX, &context_room, 0) ||
	    arg_u64_or(call, "repeat", INT32_MAX, &repeat, 0) ||
	    arg_u32_or(call, "flags", &opts->flags, 0) ||
	    arg_u32_or(call, "cpu", &opts->cpu, 0) ||
	    arg_u32_or(call, "batch_size", &opts->batch_size, 0))
		return -1;
	opts->sz = sizeof(*opts);
	opts->data_in = data.data;
	opts->data_size_in = data.size;
	opts->ctx_in = context.data;
	opts->ctx_size_in = context.size;
	opts->data_size_out = data_room;
	opts->ctx_size_out = context_room;
	opts->repeat = repeat;
	return 0;
}

/* What the kernel wrote: it reports the whole size even where it did not fit. */
static void put_out(msgpack_packer *pack, const char *key, const void *data, uint32_t room,
		    uint32_t size)
{
	put_bin(pack, key, data, at_most(size, room));
}

static int run(struct call *call, int fd, struct bpf_test_run_opts *opts)
{
	uint32_t data_room = opts->data_size_out;
	uint32_t context_room = opts->ctx_size_out;
	int err;

	opts->data_out = data_room ? calloc(1, data_room) : NULL;
	opts->ctx_out = context_room ? calloc(1, context_room) : NULL;
	if ((data_room && !opts->data_out) || (context_room && !opts->ctx_out)) {
		refuse(call, ENOMEM, "run: no memory for %u bytes", data_room + context_room);
	} else {
		err = bpf_prog_test_run_opts(fd, opts) ? errno : 0;
		result(call, 5);
		put_int(&call->pack, "errno", err);
		put_uint(&call->pack, "retval", opts->retval);
		put_out(&call->pack, "data_out", opts->data_out, data_room, opts->data_size_out);
		put_out(&call->pack, "ctx_out", opts->ctx_out, context_room, opts->ctx_size_out);
		put_uint(&call->pack, "duration_ns", opts->duration);
	}
	free(opts->data_out);
	free(opts->ctx_out);
	return call->fault ? -1 : 0;
}

int op_run(struct agent *agent, struct call *call)
{
	struct bpf_test_run_opts opts = { 0 };
	struct program program;

	if (arg_program(agent, call, "program", &program) || read_run(call, &opts))
		return -1;
	/* Whatever a filter does: what the verifier said of it is known. */
	wire_flush(&agent->wire);
	return run(call, program.fd, &opts);
}
