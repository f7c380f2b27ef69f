/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers that a kprobe's filter is handed, which libbpf's PT_REGS_PARM1() and its like read.
 *
 * arm declares them as `long uregs[18]`. To a filter a long has 64 bits, on every machine; arm's
 * registers have 32, so that uregs[1] would be the third of them and half of the fourth.
 */
#if defined(__TARGET_ARCH_arm)
#define pt_regs pt_regs_in_longs
#include_next <asm/ptrace.h>
#undef pt_regs

struct pt_regs {
	unsigned int uregs[18];
};
#else
#include_next <asm/ptrace.h>
#endif
