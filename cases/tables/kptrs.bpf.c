// SPDX-License-Identifier: GPL-2.0-only
// Pointers that a value keeps: an object goes in and comes out again, and what is left in a value
// goes with it (bpf_kptr_xchg() in kernel/bpf/helpers.c, bpf_obj_free_fields()).
#include <stddef.h>
#include "answers.h"
#include <bpf/bpf_core_read.h>

#define __kptr_own __attribute__((btf_type_tag("kptr")))

extern void *bpf_obj_new_impl(__u64 type, void *unused) __ksym __weak;
extern void bpf_obj_drop_impl(void *object, void *unused) __ksym __weak;

struct note {
	__u64 number;
};

struct holder {
	struct note __kptr_own *note;
	__u64 times;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct holder);
} held SEC(".maps");

static __always_inline struct note *new_note(__u64 number)
{
	struct note *note = bpf_obj_new_impl(bpf_core_type_id_local(struct note), NULL);

	if (note)
		note->number = number;
	return note;
}

/* What it gives back was there before: nothing, then the first, then the second. */
SEC("tc")
__success __retval(0) __modes("jit jit-harden") __needs("own-kptrs btf")
ANSWER(0, 0) ANSWER(1, 5) ANSWER(2, 6) ANSWER(3, 0)
int object_goes_into_a_value_and_out_again(void *ctx)
{
	struct note *first, *second, *old;
	struct holder *holder;
	__u32 slot = 0;

	holder = bpf_map_lookup_elem(&held, &slot);
	if (!holder)
		return 1;
	first = new_note(5);
	if (!first)
		return 2;
	old = bpf_kptr_xchg(&holder->note, first);
	answer(0, !!old);
	if (old)
		bpf_obj_drop_impl(old, NULL);
	second = new_note(6);
	if (!second)
		return 3;
	old = bpf_kptr_xchg(&holder->note, second);
	if (!old)
		return 4;
	answer(1, old->number);
	bpf_obj_drop_impl(old, NULL);
	old = bpf_kptr_xchg(&holder->note, NULL);
	if (!old)
		return 5;
	answer(2, old->number);
	bpf_obj_drop_impl(old, NULL);
	old = bpf_kptr_xchg(&holder->note, NULL);
	answer(3, !!old);
	if (old)
		bpf_obj_drop_impl(old, NULL);
	return 0;
}

/* It goes with the table; user space sees no address. */
SEC("tc")
__success __retval(0) __modes("jit jit-harden") __needs("own-kptrs btf")
__table(held, "u32:1", "u64:0 u64:3")
int value_keeps_an_object(void *ctx)
{
	struct note *note, *old;
	struct holder *holder;
	__u32 slot = 1;

	holder = bpf_map_lookup_elem(&held, &slot);
	if (!holder)
		return 1;
	note = new_note(7);
	if (!note)
		return 2;
	holder->times = 3;
	old = bpf_kptr_xchg(&holder->note, note);
	if (old)
		bpf_obj_drop_impl(old, NULL);
	return 0;
}

char _license[] SEC("license") = "GPL";
