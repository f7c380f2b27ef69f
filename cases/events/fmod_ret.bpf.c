// SPDX-License-Identifier: GPL-2.0-only
// A filter whose result, if it is not 0, becomes that of the function, which is then not run:
// check_attach_modify_return() in kernel/bpf/verifier.c lets it on to the functions of security.
#include "folders.h"

// security_inode_mkdir(dir, dentry, mode).
SEC("fmod_ret/security_inode_mkdir")
__success __needs("fentry sign-extended-results")
__trigger("mkdir /tmp/allowed_ || exit 1; mkdir /tmp/refused_ 2>/dev/null && exit 2; rmdir /tmp/allowed_")
__table(seen, "s64:0", "u64:1")
__table(seen, "s64:-1", "u64:1")
__table_entries(seen, 2)
int result_is_replaced(__u64 *ctx)
{
	int result = is_named((void *)ctx[1], "refused_") ? -EPERM : 0;

	count(result);
	return result;
}

// A result of 64 bits needs no extension.
SEC("fmod_ret/security_inode_symlink")
__success __needs("fentry")
__trigger("@syscall symlinkat text:x AT_FDCWD text:/tmp/refused_ = EACCES")
__table(seen, "s64:-13", "u64:1")
__table_entries(seen, 1)
long wide_result_is_replaced(__u64 *ctx)
{
	long result = is_named((void *)ctx[1], "refused_") ? -EACCES : 0;

	count(result);
	return result;
}

// The arguments come before what a filter of the same function returned last, 0 for the first one.
SEC("fmod_ret/security_inode_rmdir")
__success __needs("fentry")
__trigger("mkdir /tmp/a /tmp/b; rmdir /tmp/a /tmp/b")
__table(seen, "s64:0", "u64:2")
__table_entries(seen, 1)
int result_so_far(__u64 *ctx)
{
	count((__s32)ctx[2]);
	return 0;
}

char _license[] SEC("license") = "GPL";
