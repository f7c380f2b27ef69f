// SPDX-License-Identifier: GPL-2.0-only
// After a function, with its arguments and its result.
#include "folders.h"

// security_inode_rmdir(dir, dentry) lets everybody do it, and so do those in use here.
SEC("fexit/security_inode_rmdir")
__success __needs("fentry")
__trigger("mkdir /tmp/a_folder /tmp/folder_b; rmdir /tmp/a_folder /tmp/folder_b")
__table(seen, "s64:0", "u64:1")
__table(seen, "s64:1", "u64:1")
int arguments_at_the_exit(__u64 *ctx)
{
	count(is_named((void *)ctx[1], "a_folder"));
	return 0;
}

SEC("fexit/shmem_rmdir")
__success __needs("fentry")
__trigger("mkdir -p /tmp/a/b; rmdir /tmp/a; rmdir /tmp/a/b /tmp/a")
__table(seen, "s64:0", "u64:2")
__table(seen, "s64:-39", "u64:1")
__table_entries(seen, 2)
int result_of_the_function(__u64 *ctx)
{
	count((__s32)ctx[2]);
	return 0;
}

char _license[] SEC("license") = "GPL";
