// SPDX-License-Identifier: GPL-2.0-only
// The same event through two doors: a tracepoint's record (perf_call_bpf_enter() and
// tp_prog_is_valid_access()) and its raw arguments (bpf_trace_run5()); for the third see
// typed_tracepoints.bpf.c. A shell that signals itself makes exactly one.
#include "signals.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, char[16]);
	__type(value, __u32);
} names SEC(".maps");

/* events/signal/signal_generate/format */
struct signal_record {
	__u64 common;
	__s32 sig;
	__s32 error;
	__s32 code;
	char comm[16];
	__s32 pid;
	__s32 group;
	__s32 result;
};

SEC("tracepoint/signal/signal_generate")
__success __needs("tracefs")
__trigger("kill -URG $$; kill -URG $$; kill -URG $$")
__table(signals, "s32:23", "u32:3 s32:1 s32:1 u32:1")
__table_entries(signals, 1)
__table(names, "text:sh zero:14", "u32:23")
int fields_of_the_record(struct signal_record *record)
{
	__u32 sig = record->sig, self = bpf_get_current_pid_tgid();
	char name[16] = {};

	if (sig != SIGURG)
		return 0;
	/* What is behind its end is the rest of an older name. */
	bpf_probe_read_kernel_str(name, sizeof(name), record->comm);
	bpf_map_update_elem(&names, name, &sig, BPF_ANY);
	count(sig, record->group, record->result, record->pid == self);
	return 0;
}

SEC("raw_tracepoint/signal_generate")
__success
__trigger("kill -URG $$; kill -URG $$")
__table(signals, "s32:23", "u32:2 s32:1 s32:1 u32:1")
__table_entries(signals, 1)
int raw_arguments(struct bpf_raw_tracepoint_args *ctx)
{
	__s32 number = SIGURG; /* of the siginfo, in which it comes first */

	/* From 7.3 on kill() brings none: SEND_SIG_NOINFO, which is 0. */
	if (ctx->args[1])
		bpf_probe_read_kernel(&number, sizeof(number), (void *)ctx->args[1]);
	count(ctx->args[0], ctx->args[3], ctx->args[4], number == SIGURG);
	return 0;
}

char _license[] SEC("license") = "GPL";
