// SPDX-License-Identifier: GPL-2.0-only
// Files below /proc/sys: __cgroup_bpf_run_filter_sysctl() in kernel/bpf/cgroup.c.
#include "seen.h"

/* 0 is a read, 1 a write. */
SEC("cgroup/sysctl")
__success __needs("cgroup-bpf")
__trigger("@read cgroup=filtered /proc/sys/kernel/ostype = text:Linux hex:0a")
__trigger("@read cgroup=filtered /proc/sys/kernel/ostype = text:Linux hex:0a")
__trigger("@read /proc/sys/kernel/ostype = text:Linux hex:0a")
__table(seen, "u32:0", "u64:4")
int sysctls_are_read(struct bpf_sysctl *ctx)
{
	saw(ctx->write);
	return 1;
}

SEC("cgroup/sysctl")
__success __needs("cgroup-bpf")
__trigger("@read cgroup=filtered /proc/sys/kernel/ostype = EPERM")
__trigger("@read cgroup=filtered /proc/sys/kernel/pid_max = any")
__trigger("@read /proc/sys/kernel/ostype = text:Linux hex:0a")
int a_sysctl_is_not_read(struct bpf_sysctl *ctx)
{
	char name[16] = {};

	if (bpf_sysctl_get_name(ctx, name, sizeof(name), BPF_F_SYSCTL_BASE_NAME) < 0)
		return 0;
	return name[0] != 'o' || name[1] != 's' || name[2] != 't';
}

SEC("cgroup/sysctl")
__success __needs("cgroup-bpf")
__trigger("@write cgroup=filtered /proc/sys/kernel/domainname text:changed = EPERM")
__trigger("@read cgroup=filtered /proc/sys/kernel/domainname = text:(none) hex:0a")
int sysctls_are_not_written(struct bpf_sysctl *ctx)
{
	saw(ctx->write);
	return !ctx->write;
}

char _license[] SEC("license") = "GPL";
