// SPDX-License-Identifier: GPL-2.0-only
// Plain loads through pointers to kernel types: from an address where there is no memory they give 0.
// The verifier makes them BPF_PROBE_MEM (convert_ctx_accesses() in kernel/bpf/verifier.c); the
// interpreter reads them like bpf_probe_read_kernel(), a JIT keeps an exception table entry for each
// and, on x86_64, looks whether the address is the kernel's at all.
#include <case.h>
#include <bpf/bpf_core_read.h>

struct qstr {
	const unsigned char *name;
} __attribute__((preserve_access_index));

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
} __attribute__((preserve_access_index));

struct path {
	struct dentry *dentry;
} __attribute__((preserve_access_index));

struct file {
	struct path f_path;
} __attribute__((preserve_access_index));

struct mm_struct {
	struct file *exe_file;
	unsigned long env_end;
} __attribute__((preserve_access_index));

struct task_struct {
	unsigned int flags;
	int pid;
	struct task_struct *real_parent;
	struct mm_struct *mm;
} __attribute__((preserve_access_index));

#define PF_KTHREAD 0x00200000
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static void mark(__u32 slot)
{
	__u64 one = 1;

	bpf_map_update_elem(&seen, &slot, &one, BPF_ANY);
}

/* How deep processes can be nested in the guest; the parent of the first task is itself. */
#define DEPTH 8

static __always_inline struct task_struct *first_task(struct task_struct *task)
{
	for (int i = 0; i < DEPTH; i++)
		task = task->real_parent;
	return task;
}

#define SIGURG 23 /* on all architectures; other tasks get other signals meanwhile, even dead ones */

/* The shell signals itself: slot 1 says that the filter ran, slot 2 that it found what it should not. */
enum { RAN = 1, WRONG };
#define SHELL_SIGNALS_ITSELF                                                              \
	SEC("tp_btf/signal_generate")                                                     \
	__success __needs("btf") __trigger("kill -URG $$")                                \
	__table(seen, "u32:1", "u64:1")                                                   \
	__table(seen, "u32:2", "u64:0")

/*
 * Where the kernel's addresses are no others than those of user space, it may have something of its own
 * at 0: the lowcore of s390x.
 */
#define APART __needs("separate-address-spaces")

SHELL_SIGNALS_ITSELF APART
int one_null_pointer(__u64 *ctx)
{
	struct task_struct *task = first_task((void *)ctx[2]);

	if (ctx[0] != SIGURG)
		return 0;
	mark(RAN);
	if (task->pid || !(task->flags & PF_KTHREAD) || task->mm->env_end)
		mark(WRONG);
	return 0;
}

SHELL_SIGNALS_ITSELF APART
int chain_of_null_pointers(__u64 *ctx)
{
	struct dentry *dentry = first_task((void *)ctx[2])->mm->exe_file->f_path.dentry;

	if (ctx[0] != SIGURG)
		return 0;
	mark(RAN);
	if (dentry->d_parent->d_parent->d_parent->d_parent->d_name.name)
		mark(WRONG);
	return 0;
}

SHELL_SIGNALS_ITSELF
int same_chain_where_it_leads_somewhere(__u64 *ctx)
{
	struct dentry *dentry = ((struct task_struct *)ctx[2])->mm->exe_file->f_path.dentry;

	if (ctx[0] != SIGURG)
		return 0;
	mark(RAN);
	if (!dentry->d_parent->d_parent->d_parent->d_parent->d_name.name)
		mark(WRONG);
	return 0;
}

/*
 * Any number made a pointer to a kernel type. Not in the interpreter: bpf_rdonly_cast() is a kernel
 * function, and only JITed programs can call those.
 */
void *bpf_rdonly_cast(const void *address, __u32 type) __ksym __weak;

#define CAST(address)                                                                     \
	((struct task_struct *)bpf_rdonly_cast((void *)(address),                         \
					       bpf_core_type_id_kernel(struct task_struct)))

/* All widths, and an address to follow. The number is read so that clang does not know it. */
#define GIVES_NULLS(name, number, needs...)                                               \
	SEC("raw_tp")                                                                     \
	__success __retval(0) __needs("bpf_rdonly_cast") __modes("jit jit-harden") needs  \
	int name(void *ctx)                                                               \
	{                                                                                 \
		__u64 address = (number);                                                 \
		struct task_struct *task;                                                 \
                                                                                          \
		__sink(address);                                                          \
		task = CAST(address);                                                     \
		if (task->pid)                                                            \
			return 1;                                                         \
		if (task->mm)                                                             \
			return 2;                                                         \
		if (task->real_parent->real_parent->mm->env_end)                          \
			return 3;                                                         \
		return 0;                                                                 \
	}

GIVES_NULLS(cast_of_null, 0, APART)
GIVES_NULLS(cast_of_a_small_number, 0xfff, APART)
GIVES_NULLS(cast_of_user_space, 0x33333333333ull)
GIVES_NULLS(cast_of_the_last_of_user_space, 0x00007ffffffff000ull)
GIVES_NULLS(cast_of_no_half, 1ull << 63)
GIVES_NULLS(cast_of_garbage, 0xdeadbeefdeadbeefull)
GIVES_NULLS(cast_of_text, 0x2f62696e2f736800ull)
GIVES_NULLS(cast_of_all_ones, ~0ull)
/* The address plus the offset of a member is in user space again. */
GIVES_NULLS(cast_that_wraps_around, -16ull)

/* Execute-only or emulated for user space, and never for the kernel. */
__arch_x86_64
GIVES_NULLS(cast_of_the_vsyscall_page, 0xffffffffff600000ull)

SEC("raw_tp")
__success __retval(0) __needs("bpf_rdonly_cast") __modes("jit jit-harden")
int cast_of_the_right_address(void *ctx)
{
	struct task_struct *task = CAST(bpf_get_current_task());

	return task->pid != (int)bpf_get_current_pid_tgid();
}

enum { KERNEL_THREAD, PROGRAM_OF_KERNEL_THREAD, PROGRAM };

// How often a CPU changes tasks nobody can say; that it does, to and from kernel threads, is sure.
SEC("tp_btf/sched_switch")
__success __needs("btf faults-under-locks") APART
__trigger("for i in 1 2 3; do usleep 1000; done")
__table(seen, "u32:0", "u64:1")
__table(seen, "u32:1", "u64:0")
__table(seen, "u32:2", "u64:1")
int null_pointers_in_arguments(__u64 *ctx)
{
	struct task_struct *next = (void *)ctx[2];

	if (next->flags & PF_KTHREAD) {
		mark(KERNEL_THREAD);
		if (next->mm->exe_file->f_path.dentry->d_parent)
			mark(PROGRAM_OF_KERNEL_THREAD);
	} else if (next->mm->exe_file->f_path.dentry->d_parent) {
		mark(PROGRAM);
	}
	return 0;
}

char _license[] SEC("license") = "GPL";
