// SPDX-License-Identifier: GPL-2.0-only
// Hooks of the security modules for the processes of one cgroup: 0 refuses, 1 lets them go on
// (__cgroup_bpf_run_lsm_current() in kernel/bpf/cgroup.c).
#include "folders.h"

SEC("lsm_cgroup/inode_mkdir")
__success __needs("lsm_cgroup lsm-hooks")
__trigger("@syscall cgroup=filtered mkdirat AT_FDCWD text:/tmp/refused_ 0700 = EPERM")
__trigger("@syscall cgroup=filtered mkdirat AT_FDCWD text:/tmp/allowed_ 0700 ; unlinkat AT_FDCWD text:/tmp/allowed_ 0x200")
__table(seen, "s64:0", "u64:1")
__table(seen, "s64:1", "u64:1")
__table_entries(seen, 2)
int folder_is_refused(__u64 *ctx)
{
	int result = !is_named((void *)ctx[1], "refused_");

	count(result);
	return result;
}

// Processes elsewhere are not asked about.
SEC("lsm_cgroup/inode_mkdir")
__success __needs("lsm_cgroup lsm-hooks")
__trigger("@syscall mkdirat AT_FDCWD text:/tmp/elsewhere 0700 ; unlinkat AT_FDCWD text:/tmp/elsewhere 0x200")
__table_entries(seen, 0)
int other_cgroup(__u64 *ctx)
{
	count(0);
	return 0;
}

// What is refused can be said with another errno.
SEC("lsm_cgroup/inode_symlink")
__success __needs("lsm_cgroup lsm-hooks")
__trigger("@syscall cgroup=filtered symlinkat text:x AT_FDCWD text:/tmp/refused_ = EACCES")
__table(seen, "s64:-13", "u64:1")
int errno_of_a_refusal(__u64 *ctx)
{
	bpf_set_retval(-EACCES);
	count(bpf_get_retval());
	return 0;
}

char _license[] SEC("license") = "GPL";
