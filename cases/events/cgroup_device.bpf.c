// SPDX-License-Identifier: GPL-2.0-only
// Devices that the processes in a cgroup open or make: __cgroup_bpf_check_dev_permission() in
// kernel/bpf/cgroup.c. /dev/null is 1:3, /dev/zero is 1:5.
#include "seen.h"

SEC("cgroup/dev")
__success __needs("cgroup-bpf")
__trigger("@read cgroup=filtered /dev/null = 0")
__trigger("@read cgroup=filtered /dev/null = 0")
__trigger("@read /dev/null = 0")
__table(seen, "u32:3", "u64:2")
int devices_are_opened(struct bpf_cgroup_dev_ctx *ctx)
{
	if (ctx->major == 1)
		saw(ctx->minor);
	return 1;
}

SEC("cgroup/dev")
__success __needs("cgroup-bpf")
__trigger("@read cgroup=filtered /dev/zero = EPERM")
__trigger("@read cgroup=filtered /dev/null = 0")
__trigger("@read /dev/zero = 65536")
int a_device_is_not_opened(struct bpf_cgroup_dev_ctx *ctx)
{
	return ctx->major != 1 || ctx->minor != 5;
}

/* S_IFCHR is 0020000; the number of the device is 1:3. */
SEC("cgroup/dev")
__success __needs("cgroup-bpf")
__trigger("@syscall cgroup=filtered mknodat AT_FDCWD text:/tmp/null 020644 0x103 = EPERM")
int devices_are_not_made(struct bpf_cgroup_dev_ctx *ctx)
{
	__u32 wanted = ctx->access_type >> 16;

	return !(wanted & BPF_DEVCG_ACC_MKNOD);
}

char _license[] SEC("license") = "GPL";
