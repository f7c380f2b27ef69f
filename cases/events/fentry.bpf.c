// SPDX-License-Identifier: GPL-2.0-only
// Before a function, from a trampoline in the place of its first instruction.
#include "folders.h"

// set_user_nice(task, nice).
SEC("fentry/set_user_nice")
__success __needs("fentry")
__trigger("renice -n 5 $$; renice -n -5 $$; true")
__table(seen, "s64:5", "u64:1")
int number_among_the_arguments(__u64 *ctx)
{
	if (runs("renice"))
		count((__s32)ctx[1]);
	return 0;
}

// security_inode_rmdir(dir, dentry): a pointer with a type, and plain loads through it.
SEC("fentry/security_inode_rmdir")
__success __needs("fentry")
__trigger("mkdir /tmp/a_folder /tmp/folder_b; rmdir /tmp/a_folder /tmp/folder_b")
__table(seen, "s64:0", "u64:1")
__table(seen, "s64:1", "u64:1")
int member_of_an_argument(__u64 *ctx)
{
	count(is_named((void *)ctx[1], "a_folder"));
	return 0;
}

char _license[] SEC("license") = "GPL";
