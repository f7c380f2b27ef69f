// SPDX-License-Identifier: GPL-2.0-only
// Hooks of the security modules, where a filter's result is an errno: what it refuses does not
// happen. BPF_LSM_MAC in kernel/bpf/bpf_lsm.c.
#include "folders.h"

// inode_mkdir(dir, dentry, mode, previous result).
SEC("lsm/inode_mkdir")
__success __needs("lsm-hooks fentry")
__trigger("@syscall mkdirat AT_FDCWD text:/tmp/refused_ 0700 = EPERM")
__trigger("@syscall mkdirat AT_FDCWD text:/tmp/allowed_ 0700 ; unlinkat AT_FDCWD text:/tmp/allowed_ 0x200")
__table(seen, "s64:0", "u64:1")
__table(seen, "s64:-1", "u64:1")
__table_entries(seen, 2)
int folder_is_refused(__u64 *ctx)
{
	int result = is_named((void *)ctx[1], "refused_") ? -EPERM : 0;

	count(result);
	return result;
}

// The errno reaches the program that asked.
SEC("lsm/inode_symlink")
__success __needs("lsm-hooks fentry")
__trigger("@syscall symlinkat text:x AT_FDCWD text:/tmp/refused_ = EACCES")
__table(seen, "s64:-13", "u64:1")
int errno_of_a_refusal(__u64 *ctx)
{
	int result = is_named((void *)ctx[1], "refused_") ? -EACCES : 0;

	count(result);
	return result;
}

// One that may sleep can read the memory of the process, present or not.
SEC("lsm.s/inode_rmdir")
__success __needs("sleepable-lsm-hooks lsm-hooks")
__trigger("@syscall mkdirat AT_FDCWD text:/tmp/a 0700 ; unlinkat AT_FDCWD text:/tmp/a 0x200")
__table(seen, "s64:-14", "u64:1")
__table_entries(seen, 1)
int sleepable_hook(__u64 *ctx)
{
	char byte;

	/* Nobody has a page at 0. */
	count(bpf_copy_from_user(&byte, sizeof(byte), (void *)0));
	return 0;
}

char _license[] SEC("license") = "GPL";
