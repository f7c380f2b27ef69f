// SPDX-License-Identifier: GPL-2.0-only
// Tables whose records have types, a table whose records have none, and the line of cilium/ebpf.
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int (*name)[value]

enum state { DOWN, UP };

struct event {
	unsigned pid;
	enum state state;
	char comm[16];
};

typedef struct {
	unsigned number;
} sample_t;

struct {
	__uint(type, 27);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, 27);
	__uint(max_entries, 4096);
} plain SEC(".maps");

struct {
	__uint(type, 31);
	__uint(max_entries, 4096);
} from_user SEC(".maps");

struct {
	__uint(type, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} perf SEC(".maps");

struct event *ring_record SEC(".records");
sample_t *from_user_record SEC(".records");
const struct event *perf_record SEC(".records");

struct event *unused __attribute__((unused));

SEC("socket")
int f(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
