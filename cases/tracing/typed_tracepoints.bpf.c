// SPDX-License-Identifier: GPL-2.0-only
// The typed arguments of a tracepoint, which are followed with plain loads: btf_ctx_access() in
// kernel/bpf/btf.c. Without the kernel's types nothing of this object can be loaded.
#include "signals.h"

struct task_struct {
	int pid;
	struct task_struct *group_leader;
} __attribute__((preserve_access_index));

SEC("tp_btf/signal_generate")
__success __needs("btf")
__trigger("kill -URG $$; kill -URG $$; kill -URG $$; kill -URG $$")
__table(signals, "s32:23", "u32:4 s32:1 s32:1 u32:1")
__table_entries(signals, 1)
int typed_arguments(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[2];
	__u32 self = bpf_get_current_pid_tgid();

	count(ctx[0], ctx[3], ctx[4], task->group_leader->pid == self);
	return 0;
}

char _license[] SEC("license") = "GPL";
