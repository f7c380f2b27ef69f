// SPDX-License-Identifier: GPL-2.0-only
// Where the processor was when the filter ran, and how often: kprobe_perf_func() in
// kernel/trace/trace_kprobe.c.
#include <linux/ptrace.h>
#include <case.h>
#include <bpf/bpf_tracing.h>

/* What PT_REGS_IP() of libbpf says is r12, which arm calls ip. */
#ifdef __TARGET_ARCH_arm
#define PLACE(regs) ((regs)->uregs[15])
#else
#define PLACE(regs) PT_REGS_IP(regs)
#endif

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u64);
	__type(value, __u64);
} places SEC(".maps");

SEC("kprobe")
int note_place(struct pt_regs *regs)
{
	__u64 one = 1, place = PLACE(regs);
	__u64 *times = bpf_map_lookup_elem(&places, &place);

	if (times)
		++*times;
	else
		bpf_map_update_elem(&places, &place, &one, BPF_ANY);
	return 0;
}

char _license[] SEC("license") = "GPL";
