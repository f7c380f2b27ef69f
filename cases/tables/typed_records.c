// SPDX-License-Identifier: GPL-2.0-only
/* Records whose types the object tells, for scenario_typed_records.py and `bpf-harness run`. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

enum stage { ENTERED = 1, LEFT };

struct event {
	__u32 pid;
	enum stage stage;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} perf SEC(".maps");

/* In a section that no loader makes a table of; only the types count. */
struct event *ring_record SEC(".records");
struct event *perf_record SEC(".records");

SEC("tp/syscalls/sys_enter_mkdirat")
int entered(void *ctx)
{
	struct event *event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);

	if (!event)
		return 0;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->stage = ENTERED;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp/syscalls/sys_exit_mkdirat")
int left(void *ctx)
{
	struct event event = { .pid = bpf_get_current_pid_tgid() >> 32, .stage = LEFT };

	bpf_get_current_comm(event.comm, sizeof(event.comm));
	bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, &event, sizeof(event));
	/* Not what was promised: a record of another size. */
	bpf_ringbuf_output(&ring, &event.stage, sizeof(event.stage), 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
