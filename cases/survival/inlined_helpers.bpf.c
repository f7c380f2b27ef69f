// SPDX-License-Identifier: GPL-2.0-only
// Helpers that some JITs replace by an instruction or two: bpf_jit_inlines_helper_call(), of which
// do_misc_fixups() asks without asking whether the JIT is on. 6.12 then leaves the helper's number where
// the interpreter expects the distance of its function, and jumps to an address that is none (seen on
// arm64 with 6.12.117: "SP/PC alignment exception"). 7.2 refuses the program instead, with "program
// requires BPF JIT compiler but it is not available" (bpf_fixup_call_args() in kernel/bpf/fixups.c).
#include <case.h>

SEC("raw_tp")
__success __retval(1) __needs("interpreted-helpers")
int current_task(void *ctx)
{
	return bpf_get_current_task() != 0;
}

SEC("raw_tp")
__success __retval(1) __needs("interpreted-helpers btf bpf_get_current_task_btf")
int current_task_with_type(void *ctx)
{
	return bpf_get_current_task_btf() != 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} numbers SEC(".maps");

#define SIGURG 23

// Its number, 8, is a multiple of 4: arm64 then jumps to an instruction after all, and the wrong one.
SEC("raw_tp/signal_generate")
__success __needs("interpreted-helpers two-cpus")
__trigger("taskset 1 sh -c 'kill -URG $$'; taskset 2 sh -c 'kill -URG $$'")
__table(numbers, "u32:0", "u32:1")
__table(numbers, "u32:1", "u32:1")
__table_entries(numbers, 2)
int processor_number(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 number = bpf_get_smp_processor_id(), one = 1;

	if (ctx->args[0] == SIGURG)
		bpf_map_update_elem(&numbers, &number, &one, BPF_ANY);
	return 0;
}

char _license[] SEC("license") = "GPL";
