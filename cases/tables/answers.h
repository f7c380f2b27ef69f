/* SPDX-License-Identifier: GPL-2.0-only */
/* What the helpers answered, one after the other, where user space can read it. */
#ifndef TABLES_ANSWERS_H
#define TABLES_ANSWERS_H

#include <case.h>

#define ANSWERS 12

/* errno.h is not for filters. */
#define ENOENT 2
#define E2BIG 7
#define EAGAIN 11
#define EEXIST 17
#define EINVAL 22
#define ENOSPC 28

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ANSWERS);
	__type(key, __u32);
	__type(value, __s64);
} answers SEC(".maps");

/* The answer that stands in a slot after the run. */
#define ANSWER(slot, value) __table(answers, "u32:" #slot, "s64:" #value)

static __always_inline void answer(__u32 slot, __s64 value)
{
	bpf_map_update_elem(&answers, &slot, &value, BPF_ANY);
}

/* What a table said when it was changed: 0 or an errno. Only 32 bits of it count; before commit
 * d7ba4cc900bf ("bpf: return long from bpf_map_ops funcs") in v6.4 the table's function that a JIT
 * calls in the helper's place returned no more.
 */
static __always_inline void answer_error(__u32 slot, int error)
{
	answer(slot, error);
}

#endif
