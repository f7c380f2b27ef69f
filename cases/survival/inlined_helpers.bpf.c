// SPDX-License-Identifier: GPL-2.0-only
// Helpers that some JITs replace by an instruction or two. bpf_jit_inlines_helper_call() then makes
// do_misc_fixups() in kernel/bpf/verifier.c leave the helper's number where the interpreter expects the
// distance of its function; arm64 kernels that do so without asking whether the JIT is on jump to an
// address that is none (seen: 6.12.117, "SP/PC alignment exception", CRASHED in mode interp).
#include <case.h>

SEC("raw_tp")
__success __retval(1)
int current_task(void *ctx)
{
	return bpf_get_current_task() != 0;
}

SEC("raw_tp")
__success __retval(1) __needs("btf")
int current_task_with_type(void *ctx)
{
	return bpf_get_current_task_btf() != 0;
}

SEC("raw_tp")
__success __retval(1)
int processor_number(void *ctx)
{
	return bpf_get_smp_processor_id() < 4096;
}

char _license[] SEC("license") = "GPL";
