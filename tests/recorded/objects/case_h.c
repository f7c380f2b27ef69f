// SPDX-License-Identifier: GPL-2.0-only
// Every annotation of case.h at least once.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} jumps SEC(".maps");

SEC("xdp")
__description("everything that a run can be told")
__success __retval(-1)
__data("be16:0x0800 text:lo zero:10") __ctx("u32:1 u32:2") __data_out("hex:00ff") __repeat(3)
__put(counts, "u32:1", "u64:5")
__table(counts, "u32:1", "u64:6") __table(counts, "u32:2", "u64:7") __table_entries(counts, 2)
__tail(jumps, 1, target) __varies(counts)
__modes("interp jit") __needs("fentry") __needs("kfuncs") __only_endian("little", "a byte is read")
__tag("edge") __tag("tables")
__log_level(6) __log_always __flag(BPF_F_TEST_STATE_FREQ) __flag(!BPF_F_TEST_RND_HI32)
int whole(struct xdp_md *ctx)
{
	return -1;
}

SEC("xdp")
__auxiliary __auxiliary_unpriv
int target(struct xdp_md *ctx)
{
	return 0;
}

SEC("socket")
__failure __errno(EACCES) __msg("first") __not_msg("absent") __msg("R{{[0-9]+}} second") __msg("first")
__success_unpriv __retval_unpriv(0x10) __caps_unpriv(CAP_BPF | CAP_NET_ADMIN)
int refused(struct __sk_buff *ctx)
{
	return 0;
}

SEC("socket")
__success __failure_unpriv __errno_unpriv(EPERM)
__msg_unpriv("u1") __not_msg_unpriv("u2")
__xlated("x1") __xlated("...") __xlated("x2") __xlated_unpriv("xu")
__arch_x86_64 __jited("j1") __jited_unpriv("ju")
__arch_arm64 __arch_riscv64 __arch_s390x __arch_loongarch
__stderr("e1") __stderr_unpriv("eu") __stdout("o1") __stdout_unpriv("ou")
__load_if_JITed() __linear_size(14) __skip("not today")
__btf_path("a.btf") __btf_func_path("b.btf")
int listing(struct __sk_buff *ctx)
{
	return 0;
}

SEC("?kprobe/do_nothing")
__success __event("kprobe/do_something") __event("uprobe//bin/busybox:0x40")
__trigger("echo 1 > /proc/self/comm") __trace("pid {{[0-9]+}}") __trace("done")
__load_if_no_JITed()
int traced(void *ctx)
{
	return 0;
}

SEC("?iter/task")
__success __read("task {{[0-9]+}}") __read("end")
int walked(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
