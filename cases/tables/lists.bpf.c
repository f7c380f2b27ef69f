// SPDX-License-Identifier: GPL-2.0-only
// Memory of a filter's own that a value holds: objects in a list and in a tree, each in one place
// at a time, under the lock beside them (bpf_obj_new, bpf_list_*, bpf_rbtree_* of
// kernel/bpf/helpers.c). What user space reads of a list's head is the address of the copy that the
// kernel makes for it: bpf_obj_init_field() of include/linux/bpf.h, called by bpf_map_copy_value().
#include <stdbool.h>
#include <stddef.h>
#include "answers.h"
#include <bpf/bpf_core_read.h>

#define __contains(type, node) __attribute__((btf_decl_tag("contains:" #type ":" #node)))
#define private(name) SEC(".data." #name) __hidden __attribute__((aligned(8)))
#define container(pointer, type, member) \
	((type *)((void *)(pointer) - __builtin_offsetof(type, member)))

extern void *bpf_obj_new_impl(__u64 type, void *unused) __ksym __weak;
extern void bpf_obj_drop_impl(void *object, void *unused) __ksym __weak;
extern int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node,
				    void *unused, __u64 off) __ksym __weak;
extern int bpf_list_push_back_impl(struct bpf_list_head *head, struct bpf_list_node *node,
				   void *unused, __u64 off) __ksym __weak;
extern struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head) __ksym __weak;
extern struct bpf_list_node *bpf_list_pop_back(struct bpf_list_head *head) __ksym __weak;
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node,
			       bool (*less)(struct bpf_rb_node *a, const struct bpf_rb_node *b),
			       void *unused, __u64 off) __ksym __weak;
extern struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root) __ksym __weak;
extern struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *root,
					     struct bpf_rb_node *node) __ksym __weak;

#define bpf_obj_new(type) ((type *)bpf_obj_new_impl(bpf_core_type_id_local(type), NULL))
#define bpf_obj_drop(object) bpf_obj_drop_impl(object, NULL)
#define bpf_list_push_front(head, node) bpf_list_push_front_impl(head, node, NULL, 0)
#define bpf_list_push_back(head, node) bpf_list_push_back_impl(head, node, NULL, 0)
#define bpf_rbtree_add(root, node, less) bpf_rbtree_add_impl(root, node, less, NULL, 0)

struct item {
	struct bpf_list_node node;
	__u64 number;
};

struct leaf {
	struct bpf_rb_node node;
	__u64 number;
};

private(list) struct bpf_spin_lock list_lock;
private(list) struct bpf_list_head list __contains(item, node);
private(tree) struct bpf_spin_lock tree_lock;
private(tree) struct bpf_rb_root tree __contains(leaf, node);

static __always_inline int push(__u64 number, bool front)
{
	struct item *item = bpf_obj_new(struct item);

	if (!item)
		return 1;
	item->number = number;
	bpf_spin_lock(&list_lock);
	if (front)
		bpf_list_push_front(&list, &item->node);
	else
		bpf_list_push_back(&list, &item->node);
	bpf_spin_unlock(&list_lock);
	return 0;
}

static __always_inline __s64 pop(bool front)
{
	struct bpf_list_node *node;
	struct item *item;
	__s64 number;

	bpf_spin_lock(&list_lock);
	node = front ? bpf_list_pop_front(&list) : bpf_list_pop_back(&list);
	bpf_spin_unlock(&list_lock);
	if (!node)
		return -1;
	item = container(node, struct item, node);
	number = item->number;
	bpf_obj_drop(item);
	return number;
}

SEC("tc")
__success __retval(0) __modes("jit jit-harden") __needs("bpf_obj_new btf")
__varies(.data.list)
ANSWER(0, 1) ANSWER(1, 2) ANSWER(2, 3) ANSWER(3, -1)
int list_gives_from_both_ends(void *ctx)
{
	if (push(2, false) || push(1, true) || push(3, false))
		return 1;
	answer(0, pop(true));
	answer(1, pop(true));
	answer(2, pop(false));
	answer(3, pop(false));
	return 0;
}

/* What is left in a list goes with the filter that has it: the census finds no leak. */
SEC("tc")
__success __retval(0) __modes("jit jit-harden") __needs("bpf_obj_new btf")
__varies(.data.list)
int list_is_left_behind(void *ctx)
{
	return push(1, true) | push(2, true) | push(3, true);
}

static bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	struct leaf *left = container(a, struct leaf, node);
	struct leaf *right = container((void *)b, struct leaf, node);

	return left->number < right->number;
}

static __always_inline int grow(__u64 number)
{
	struct leaf *leaf = bpf_obj_new(struct leaf);

	if (!leaf)
		return 1;
	leaf->number = number;
	bpf_spin_lock(&tree_lock);
	bpf_rbtree_add(&tree, &leaf->node, less);
	bpf_spin_unlock(&tree_lock);
	return 0;
}

static __always_inline __s64 least(void)
{
	struct bpf_rb_node *node;
	struct leaf *leaf;
	__s64 number;

	bpf_spin_lock(&tree_lock);
	node = bpf_rbtree_first(&tree);
	if (!node) {
		bpf_spin_unlock(&tree_lock);
		return -1;
	}
	node = bpf_rbtree_remove(&tree, node);
	bpf_spin_unlock(&tree_lock);
	if (!node)
		return -2;
	leaf = container(node, struct leaf, node);
	number = leaf->number;
	bpf_obj_drop(leaf);
	return number;
}

SEC("tc")
__success __retval(0) __modes("jit jit-harden") __needs("bpf_rbtree_first btf")
__varies(.data.list)
ANSWER(0, 2) ANSWER(1, 5) ANSWER(2, 9) ANSWER(3, -1)
int tree_gives_the_least(void *ctx)
{
	if (grow(9) || grow(2) || grow(5))
		return 1;
	answer(0, least());
	answer(1, least());
	answer(2, least());
	answer(3, least());
	return 0;
}

char _license[] SEC("license") = "GPL";
