// SPDX-License-Identifier: GPL-2.0-only
// Prints a number for every removed folder, for the scenario beside it.
#include <case.h>

int next;

SEC("kprobe/shmem_rmdir")
int number_folders(void *ctx)
{
	bpf_printk("folder %d of %s", next++, "many");
	return 0;
}

char _license[] SEC("license") = "GPL";
