// SPDX-License-Identifier: GPL-2.0-only
/*
 * One program given as instructions. Knows bpf(2)'s arguments and how a table
 * is named inside an instruction; refuses to know where the instructions came
 * from, and leaves every judgement of them to the kernel.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent.h"

#define LOAD_IMM64 (BPF_LD | BPF_IMM | BPF_DW)
#define LICENSE_SIZE 128

struct raw {
	uint64_t as, log_size, drop_caps;
	uint32_t type, attach_type, flags, log_level;
	char name[NAME_SIZE], license[LICENSE_SIZE], attach_btf[NAME_SIZE];
	struct bpf_insn *insns;
	size_t count;
	char *log;
};

static int read_text_or(struct call *call, const char *name, char *to, size_t size,
			const char *otherwise)
{
	if (arg_find(call, name))
		return arg_text(call, name, to, size);
	strcpy(to, otherwise);
	return 0;
}

static int read_numbers(struct call *call, struct raw *raw)
{
	uint64_t type;

	if (arg_u64(call, "type", UINT32_MAX, &type) ||
	    arg_u32_or(call, "attach_type", &raw->attach_type, 0) ||
	    arg_u32_or(call, "flags", &raw->flags, 0) ||
	    arg_u32_or(call, "log_level", &raw->log_level, 0) ||
	    arg_u64_or(call, "log_size", LOG_MAX, &raw->log_size, LOG_MAX - 1))
		return -1;
	raw->type = type;
	return arg_u64_or(call, "drop_caps", UINT64_MAX, &raw->drop_caps, 0);
}

static int read_texts(struct call *call, struct raw *raw)
{
	if (read_text_or(call, "name", raw->name, sizeof(raw->name), "raw") ||
	    arg_text(call, "license", raw->license, sizeof(raw->license)))
		return -1;
	return read_text_or(call, "attach_btf", raw->attach_btf, sizeof(raw->attach_btf), "");
}

/* A copy, because tables are written into it and it must be aligned. */
static int read_insns(struct call *call, struct raw *raw)
{
	struct bytes insns;

	if (arg_bin(call, "insns", INSNS_MAX * sizeof(*raw->insns), &insns))
		return -1;
	if (!insns.size || insns.size % sizeof(*raw->insns))
		return refuse(call, EINVAL, "load_raw: insns is %zu bytes, not a multiple of %zu",
			      insns.size, sizeof(*raw->insns));
	raw->insns = malloc(insns.size);
	if (!raw->insns)
		return refuse(call, ENOMEM, "load_raw: no memory for %zu bytes", insns.size);
	memcpy(raw->insns, insns.data, insns.size);
	raw->count = insns.size / sizeof(*raw->insns);
	return 0;
}

/* One [instruction index, [handle, name]]. */
static int patch_table(const struct agent *agent, struct call *call, struct raw *raw,
		       const msgpack_object *pair)
{
	struct bpf_insn *insn;
	struct ref ref;
	uint64_t index;
	int fd;

	if (pair->type != MSGPACK_OBJECT_ARRAY || pair->via.array.size != 2)
		return refuse(call, EINVAL, "load_raw: tables must be [index, [handle, name]]");
	if (as_u64(call, "tables", &pair->via.array.ptr[0], raw->count - 1, &index) ||
	    as_ref(call, "tables", &pair->via.array.ptr[1], &ref))
		return -1;
	insn = &raw->insns[index];
	if (insn->code != LOAD_IMM64 || index + 1 == raw->count)
		return refuse(call, EINVAL, "load_raw: instruction %llu is not a 64-bit load",
			      (unsigned long long)index);
	fd = table_fd_of(agent, call, &ref);
	if (fd < 0)
		return -1;
	insn->imm = fd;
	/* BPF_PSEUDO_MAP_VALUE is left alone: its offset is in the second half. */
	if (!insn->src_reg)
		insn->src_reg = BPF_PSEUDO_MAP_FD;
	return 0;
}

static int patch_tables(const struct agent *agent, struct call *call, struct raw *raw)
{
	const msgpack_object_array *tables;
	uint32_t i;

	if (arg_array_or(call, "tables", &tables))
		return -1;
	for (i = 0; tables && i < tables->size; i++)
		if (patch_table(agent, call, raw, &tables->ptr[i]))
			return -1;
	return 0;
}

int arg_classic(struct call *call, const char *name, struct sock_fprog *program)
{
	const size_t size = sizeof(*program->filter);
	struct bytes insns;

	if (arg_bin(call, name, BPF_MAXINSNS * size, &insns))
		return -1;
	if (!insns.size || insns.size % size)
		return refuse(call, EINVAL, "%s: %s is %zu bytes, not a multiple of %zu", call->op,
			      name, insns.size, size);
	/* The kernel copies them, from any address. */
	program->len = insns.size / size;
	program->filter = (struct sock_filter *)insns.data;
	return 0;
}

static int map_log(struct call *call, struct raw *raw)
{
	void *log;

	if (!raw->log_size)
		return 0;
	log = mmap(NULL, raw->log_size, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (log == MAP_FAILED)
		return refuse(call, ENOMEM, "load_raw: no memory for the log");
	raw->log = log;
	return 0;
}

/* A file descriptor or a negative errno. */
static int load(const struct raw *raw)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = raw->attach_type,
		    .prog_flags = raw->flags, .log_level = raw->log_level,
		    .log_size = raw->log_size, .log_buf = raw->log);
	int id;

	if (raw->attach_btf[0]) {
		id = libbpf_find_vmlinux_btf_id(raw->attach_btf, raw->attach_type);
		if (id < 0)
			return id;
		opts.attach_btf_id = id;
	}
	return bpf_prog_load(raw->type, raw->name, raw->license, raw->insns, raw->count, &opts);
}

static int load_with(struct agent *agent, const struct raw *raw)
{
	struct privilege saved;
	int fd, err;

	if (!raw->drop_caps)
		return load(raw);
	probe_features(agent);
	err = drop_capabilities(raw->drop_caps, &saved);
	if (err)
		return -err;
	fd = load(raw);
	restore_capabilities(&saved);
	return fd;
}

static void reply(struct call *call, const struct raw *raw, int fd, uint64_t until)
{
	struct attempt attempt = {
		.name = raw->name, .section = "", .type = raw->type,
		.attach_type = raw->attach_type, .tried = true, .err = fd < 0 ? -fd : 0,
		.fd = fd, .insns = raw->count, .load_ns = verified_since(fd, until),
		.log = raw->log,
	};

	if (raw->log)
		attempt.log_size = strnlen(raw->log, raw->log_size);
	attempt.log_truncated = attempt.err == ENOSPC && attempt.log_size + 1 >= raw->log_size;
	result(call, 5);
	put_int(&call->pack, "errno", attempt.err);
	put_text(&call->pack, "stage", fd < 0 ? "load" : "done");
	put_printed(&call->pack);
	put_array(&call->pack, "programs", 1);
	put_attempt(&call->pack, &attempt);
	put_array(&call->pack, "tables", 0);
}

static int hold(struct agent *agent, struct call *call, const struct raw *raw, int fd)
{
	struct holding *holding = calloc(1, sizeof(*holding));

	if (!holding) {
		close(fd);
		return refuse(call, ENOMEM, "load_raw: no memory for a handle");
	}
	holding->fd = fd;
	holding->attach_type = raw->attach_type;
	strcpy(holding->name, raw->name);
	registry_add(&agent->handles, &holding->entry, raw->as);
	return 0;
}

static int serve(struct agent *agent, struct call *call, struct raw *raw)
{
	int fd;

	if (read_numbers(call, raw) || read_texts(call, raw) || read_insns(call, raw) ||
	    patch_tables(agent, call, raw) || map_log(call, raw))
		return -1;
	printed_start();
	fd = load_with(agent, raw);
	reply(call, raw, fd, clock_ns());
	return fd < 0 ? 0 : hold(agent, call, raw, fd);
}

int op_load_raw(struct agent *agent, struct call *call)
{
	struct raw raw = { 0 };
	int err;

	if (arg_new(call, &raw.as) || registry_check_new(&agent->handles, call, raw.as))
		return -1;
	err = serve(agent, call, &raw);
	if (raw.log)
		munmap(raw.log, raw.log_size);
	free(raw.insns);
	return err;
}
