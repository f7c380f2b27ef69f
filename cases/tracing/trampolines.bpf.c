// SPDX-License-Identifier: GPL-2.0-only
// Filters before and after a function, called from a trampoline that replaces its first instruction:
// __bpf_prog_enter() in kernel/bpf/trampoline.c and arch_prepare_bpf_trampoline() of the architecture.
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __s32);
	__type(value, __u64);
} seen SEC(".maps");

static void count(__s32 key)
{
	__u64 one = 1, *times = bpf_map_lookup_elem(&seen, &key);

	if (times)
		__sync_fetch_and_add(times, 1);
	else
		bpf_map_update_elem(&seen, &key, &one, BPF_ANY);
}

struct task_struct {
	char comm[16];
} __attribute__((preserve_access_index));

// renice is a child of the shell that it works on; `true` keeps the shell from becoming renice itself.
SEC("fentry/set_user_nice")
__success __needs("fentry")
__trigger("renice -n 9 $$; renice -n -16 $$; true")
__table(seen, "s32:9", "u64:1")
__table(seen, "s32:-7", "u64:1")
__table_entries(seen, 2)
int typed_arguments_at_entry(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	char self[16];

	bpf_get_current_comm(self, sizeof(self));
	if (!__builtin_memcmp(self, "renice", 7) && task->comm[0] == 's' && task->comm[1] == 'h')
		count(ctx[1]);
	return 0;
}

// shmem_rmdir(dir, dentry), which the folders of the guest's tmpfs are removed with: the result comes
// after the arguments.
SEC("fexit/shmem_rmdir")
__success __needs("fentry")
__trigger("mkdir -p /tmp/a/b; for i in 1 2 3; do rmdir /tmp/a 2>/dev/null; done; rmdir /tmp/a/b /tmp/a")
__table(seen, "s32:0", "u64:2")
__table(seen, "s32:-39", "u64:3")
__table_entries(seen, 2)
int return_value_at_exit(__u64 *ctx)
{
	count(ctx[2]);
	return 0;
}

// Arguments are still at hand at the exit, even where the function has overwritten its registers.
SEC("fexit/set_user_nice")
__success __needs("fentry")
__trigger("renice -n 13 $$; renice -n -26 $$; renice -n 26 $$")
__table(seen, "s32:13", "u64:2")
__table(seen, "s32:-13", "u64:1")
int arguments_at_exit(__u64 *ctx)
{
	count(ctx[1]);
	return 0;
}

char _license[] SEC("license") = "GPL";
