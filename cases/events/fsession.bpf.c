// SPDX-License-Identifier: GPL-2.0-only
// Entry and exit of one call in one filter, from one trampoline.
#include "counts.h"
#include "session.h"

SEC("fsession/shmem_rmdir")
__success __needs("fsession") __modes("jit jit-harden")
__trigger("mkdir /tmp/a /tmp/b; rmdir /tmp/a /tmp/b")
__table(seen, "s64:0", "u64:2")
__table(seen, "s64:1", "u64:2")
int entry_and_exit(__u64 *ctx)
{
	count(is_return(ctx));
	return 0;
}

// The result is 0 until there is one: -ENOTEMPTY is seen at the exit only.
SEC("fsession/shmem_rmdir")
__success __needs("fsession") __modes("jit jit-harden")
__trigger("mkdir -p /tmp/a/b; rmdir /tmp/a; rmdir /tmp/a/b /tmp/a")
__table(seen, "s64:0", "u64:2")
__table(seen, "s64:-39", "u64:1")
__table_entries(seen, 2)
int result_at_the_exit(__u64 *ctx)
{
	if (is_return(ctx))
		count((__s32)ctx[2]);
	return 0;
}

char _license[] SEC("license") = "GPL";
