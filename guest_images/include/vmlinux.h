/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of a kernel of the target's architecture, where Debian's linux-bpf-dev puts them.
 * Their offsets are relocated to the kernel that is really running (CO-RE).
 */
#ifdef FILTER_WITHOUT_TYPES
#error "there is no vmlinux.h for this architecture: its kernels carry no BTF"
#endif
#include <linux/bpf/vmlinux.h>
