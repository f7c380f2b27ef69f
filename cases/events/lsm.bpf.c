// SPDX-License-Identifier: GPL-2.0-only
// Hooks of the security modules, where a filter's result is an errno: what it refuses does not
// happen. BPF_LSM_MAC in kernel/bpf/bpf_lsm.c.
#include "folders.h"

// inode_mkdir(dir, dentry, mode, previous result).
SEC("lsm/inode_mkdir")
__success __needs("lsm-hooks fentry")
__trigger("mkdir /tmp/allowed_ || exit 1; mkdir /tmp/refused_ 2>/dev/null && exit 2; rmdir /tmp/allowed_")
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
__trigger("ln -s x /tmp/refused_ 2>&1 | grep -q 'Permission denied'")
__table(seen, "s64:-13", "u64:1")
int errno_of_a_refusal(__u64 *ctx)
{
	int result = is_named((void *)ctx[1], "refused_") ? -EACCES : 0;

	count(result);
	return result;
}

// One that may sleep can read the memory of the process, present or not.
SEC("lsm.s/inode_rmdir")
__success __needs("sleepable-lsm-hooks fentry")
__trigger("mkdir /tmp/a /tmp/b; rmdir /tmp/a /tmp/b")
__table(seen, "s64:-14", "u64:2")
__table_entries(seen, 1)
int sleepable_hook(__u64 *ctx)
{
	char byte;

	/* Nobody has a page at 0. */
	count(bpf_copy_from_user(&byte, sizeof(byte), (void *)0));
	return 0;
}

char _license[] SEC("license") = "GPL";
