// SPDX-License-Identifier: GPL-2.0-only
// The least that `bpf-harness run` can attach.
#include <case.h>

SEC("raw_tp/sys_enter")
int trivial(void *ctx)
{
	return 0;
}
