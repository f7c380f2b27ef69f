// SPDX-License-Identifier: GPL-2.0-only
// Triggers above a filter: fired in their order while it is attached, each in a process called "fire".
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} times SEC(".maps");

static __always_inline int is_trigger(void)
{
	char name[16];

	if (bpf_get_current_comm(name, sizeof(name)))
		return 0;
	return name[0] == 'f' && name[1] == 'i' && name[2] == 'r' && name[3] == 'e' && !name[4];
}

/* Not atomic, which the JIT of arm does not know: one process at a time is seen. */
static __always_inline void count_all(void)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&times, &key);

	if (value)
		++*value;
}

static __always_inline void count(void)
{
	if (is_trigger())
		count_all();
}

SEC("tp/sched/sched_process_fork")
__success __trigger("@fork 3") __trigger("@exec /bin/busybox true") __trigger("@timer 1")
__table(times, "u32:0", "u64:4")
int forks(void *ctx)
{
	count();
	return 0;
}

SEC("tp/signal/signal_generate")
__success __trigger("@signal times=3 SIGUSR1") __trigger("@signal SIGKILL = killed:SIGKILL")
__table(times, "u32:0", "u64:4")
int signals(int *ctx)
{
	/* Of struct trace_event_raw_signal_generate: SIGCHLD comes at the end of each. */
	if (ctx[2] != 17)
		count();
	return 0;
}

// A packet socket that only sends is for no protocol, and is not called: packet_do_bind(). Nobody else in
// the guest has one, and it may be any task in whose time a frame comes in.
SEC("kprobe/packet_rcv")
__success __needs("kprobe")
__trigger("@packet times=5 listen=none lo zero:12 be16:0x88b5 text:hello")
__table(times, "u32:0", "u64:0")
int frames_that_are_only_sent(void *ctx)
{
	count_all();
	return 0;
}

SEC("kprobe/packet_rcv")
__success __needs("kprobe")
__trigger("@packet times=5 lo zero:12 be16:0x88b5 text:hello")
__table(times, "u32:0", "u64:5")
int frames_that_are_received(void *ctx)
{
	count_all();
	return 0;
}

char _license[] SEC("license") = "GPL";
