/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The worker's state, and what its subjects offer one another. Knows no
 * policy: a structure here is what the host asked for, and nothing more.
 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include <bpf/libbpf.h>
#include <linux/filter.h>
#include <stdbool.h>

#include "call.h"
#include "limits.h"
#include "registry.h"
#include "wire.h"

/* An object file kept for loading, by a name of the host's choice. */
struct blob {
	char name[NAME_SIZE];
	char *data;
	size_t size;
};

struct blobs {
	struct blob slots[BLOBS_MAX];
	size_t bytes;
};

/* What a handle names: a loaded object, one raw program, or one table. */
struct holding {
	struct entry entry;
	struct bpf_object *object;	/* NULL for the other two */
	char **tables;			/* names of the object's tables, by place */
	bool is_table;
	bool is_descriptor;		/* of a process, a file, a socket: no table, no program */
	int fd;
	uint32_t attach_type;		/* of a raw program */
	char name[NAME_SIZE];
};

struct trace {
	int fd;			/* -1 when off */
	uint64_t lines;		/* sent since it was started */
	size_t held;		/* bytes of a line whose end was not read yet */
	bool grown;		/* the kernel's buffer, once a boot */
	char line[TRACE_LINE_MAX];
};

struct agent {
	struct wire wire;
	struct buffer out;
	struct registry handles, links, shells, fires, streams;
	struct blobs blobs;
	struct trace trace;
	int kmsg;
	int signals;		/* signalfd: children that ended, and the supervisor's wish */
	bool guest;		/* of a bpf-harness guest, where nobody else is */
	int records;		/* epoll over all streams */
	bool powering_off;
	bool features_probed;
	bool applets_installed;
	bool stirred;		/* by a command, a link or a write, until a census finds nothing */
};

/* The two directions of the byte stream to the host, and how often something came. */
struct channel {
	int in, out;
	uint64_t *heard;
};

/* Files made on a machine that is not ours, which go with the agent. In a guest none is kept. */
bool brought_is_kept(void);
bool brought_has_room(void);
void brought_add(const char *path);

int worker(int kmsg, const struct channel *given);
int channel_open(int kmsg);

/* Events: start one, write its fields, send it. */
void event_start(struct agent *agent, msgpack_packer *pack, const char *name, size_t fields);
void event_send(struct agent *agent);

/* What libbpf prints, gathered during one operation. */
void printed_start(void);
const char *printed_culprit(void);
void put_printed(msgpack_packer *pack);

const struct blob *blob_find(const struct agent *agent, struct call *call);

/* Programs and tables behind [handle, name]. */
struct program {
	int fd;
	struct bpf_program *libbpf;	/* NULL for a raw program */
	const struct holding *holding;	/* what it came with, its tables for example */
	const struct sock_fprog *classic;	/* instead of all of these */
	uint32_t attach_type;		/* of a raw program */
};

struct table {
	int fd;
	char name[NAME_SIZE];
	struct bpf_map *map;			/* libbpf's view of it, NULL for one of its own */
	uint32_t type, key_size, value_size;	/* of the map */
	uint32_t entries, flags;
	uint64_t extra;
	size_t value_bytes;			/* of what bpf(2) reads and writes */
};

int program_of(const struct agent *agent, struct call *call, const struct ref *ref,
	       struct program *program);
int arg_program(const struct agent *agent, struct call *call, const char *name,
		struct program *program);
int program_table_fd(struct call *call, const struct program *program, const char *name);
int table_fd_of(const struct agent *agent, struct call *call, const struct ref *ref);
int arg_table(const struct agent *agent, struct call *call, struct table *table);
/* Instructions of classic BPF: memory of the request. */
int arg_classic(struct call *call, const char *name, struct sock_fprog *program);
int arg_descriptor(const struct agent *agent, struct call *call, const char *name);
void holding_release(struct entry *entry);
void release_all(struct agent *agent);

char **table_names(const struct bpf_object *object);
void table_names_free(char **names);
struct bpf_map *table_named(const struct bpf_object *object, char *const *names,
			    const char *name);

/* Loading: what a program or table became, for the reply. */
struct attempt {
	const char *name, *section;
	uint32_t type, attach_type;
	bool tried;
	int err;
	int fd;
	size_t insns;
	uint64_t load_ns;	/* 0: not known */
	const char *log;
	size_t log_size;
	bool log_truncated;
};

void put_attempt(msgpack_packer *pack, const struct attempt *attempt);
void put_table(msgpack_packer *pack, const char *name, int fd, const struct bpf_map *map);
uint64_t verified_since(int fd, uint64_t until);

/* Privilege, for the time of one load. */
struct privilege {
	uint32_t effective[2];
};

int drop_capabilities(uint64_t mask, struct privilege *saved);
void restore_capabilities(const struct privilege *saved);
void probe_features(struct agent *agent);

void link_release(struct entry *entry);
/* Removes what links left because a process was still in it. */
void places_sweep(void);
void shell_release(struct entry *entry);
void install_applets(struct agent *agent);
void stream_release(struct entry *entry);

void trace_pump(struct agent *agent);
void trace_close(struct agent *agent);
void streams_pump(struct agent *agent);
void shells_pump(struct agent *agent);
void shells_reap(struct agent *agent);
size_t shells_fds(const struct agent *agent, int *fds);

void fire_release(struct entry *entry);
void fires_reap(struct agent *agent);
/* What @touch touches: at the same address in the worker and in every trigger. */
extern volatile uint64_t fire_target;

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_SIZE 37

/* What can be left only by a shell command, a link or a write to a file. */
struct census {
	uint64_t processes;	/* without PID 1, the worker and kernel threads */
	uint64_t perf_events;	/* descriptors, the worker's own too */
	uint64_t probes;	/* definitions in tracefs */
};

struct census take_census(struct agent *agent);

uint64_t clock_ns(void);
/* For processes that the worker forks: standard output may be the channel. */
void open_nowhere(void);
void print_nowhere(void);
int slurp(const char *path, char *to, size_t size, size_t *got);
void slurp_text(const char *path, char *to, size_t size);
uint64_t kernel_text(void);
uint64_t spin_ns(void);
void kmsg_line(int kmsg, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Operations: 0 with the reply written, or -1 after refuse(). */
typedef int (*serve_fn)(struct agent *agent, struct call *call);

#define OPERATION(name) int op_##name(struct agent *agent, struct call *call)

OPERATION(hello);
OPERATION(renew);
OPERATION(read_file);
OPERATION(write_file);
OPERATION(mark);
OPERATION(health);
OPERATION(settings);
OPERATION(poweroff);
OPERATION(put);
OPERATION(drop);
OPERATION(load);
OPERATION(load_raw);
OPERATION(code);
OPERATION(run);
OPERATION(attach);
OPERATION(replace);
OPERATION(received);
OPERATION(iterate);
OPERATION(send);
OPERATION(detach);
OPERATION(detach_all);
OPERATION(table_create);
OPERATION(table_update);
OPERATION(table_remove);
OPERATION(table_lookup);
OPERATION(table_take);
OPERATION(table_dump);
OPERATION(table_add_batch);
OPERATION(table_remove_batch);
OPERATION(table_freeze);
OPERATION(table_read);
OPERATION(table_write);
OPERATION(table_submit);
OPERATION(descriptor);
OPERATION(stream_start);
OPERATION(stream_stop);
OPERATION(trace_start);
OPERATION(trace_stop);
OPERATION(shell_start);
OPERATION(shell_kill);
OPERATION(terminal_start);
OPERATION(terminal_input);
OPERATION(terminal_resize);
OPERATION(file_put);
OPERATION(file_get);
OPERATION(fire);
OPERATION(fire_kill);
OPERATION(close);
OPERATION(reset);
OPERATION(loop);
OPERATION(loop_dump);
OPERATION(loop_records);
OPERATION(loop_lines);

#endif
