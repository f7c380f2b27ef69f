// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own BTF, parsed once. libbpf parses its megabytes anew for every
 * object that needs them and for every attach target; the agent is linked with
 * --wrap, so that libbpf asks here. Knows that nobody writes to it; refuses to
 * know what it is needed for.
 */
#include <bpf/btf.h>

#include "agent.h"

static struct btf *kernel_btf;

struct btf *__real_btf__load_vmlinux_btf(void);
void __real_btf__free(struct btf *btf);

/* NULL and errno where the kernel has none; libbpf frees what it got when it is done with it. */
struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	if (!kernel_btf)
		kernel_btf = __real_btf__load_vmlinux_btf();
	return kernel_btf;
}

void __wrap_btf__free(struct btf *btf)
{
	if (btf != kernel_btf)
		__real_btf__free(btf);
}
