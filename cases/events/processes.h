/* SPDX-License-Identifier: GPL-2.0-only */
/* Who runs: the shell of the trigger, or a program that it starts. */
#include "counts.h"

#define SHELL 1
#define PROGRAM 2

static __always_inline void count_process(void)
{
	if (runs("sh"))
		count(SHELL);
	if (runs("busybox"))
		count(PROGRAM);
}
