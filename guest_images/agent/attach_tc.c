// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs as classifiers of a clsact qdisc, which is made with the first of
 * them on an interface and goes with the last.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "attach.h"
#include "lasting.h"

struct classifier {
	int interface;
	enum bpf_tc_attach_point point;
	uint32_t handle, priority;
};

/* By index: the agent makes two, and there is lo. */
#define INTERFACES_MAX 4096

static struct {
	uint16_t classifiers;
	uint64_t qdisc;		/* 0: somebody else's, who keeps it */
} interfaces[INTERFACES_MAX];

/* What the worker has of each. */
struct held {
	uint64_t classifier;
	int interface;
};

static int end_qdisc(const void *state)
{
	const int *interface = state;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = *interface,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	return -bpf_tc_hook_destroy(&hook);
}

static int end_classifier(const void *state)
{
	const struct classifier *classifier = state;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = classifier->interface,
		    .attach_point = classifier->point);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = classifier->handle,
		    .priority = classifier->priority);

	return -bpf_tc_detach(&hook, &opts);
}

static void leave_qdisc(int interface)
{
	if (interfaces[interface].classifiers)
		return;
	lasting_end(interfaces[interface].qdisc);
	interfaces[interface].qdisc = 0;
}

static void let_go(void *state)
{
	const struct held *held = state;

	lasting_end(held->classifier);
	interfaces[held->interface].classifiers--;
	leave_qdisc(held->interface);
}

/* A negative errno. */
static int enter_qdisc(const struct bpf_tc_hook *hook)
{
	struct bpf_tc_hook made = *hook;
	int err;

	if (interfaces[hook->ifindex].classifiers)
		return 0;
	err = bpf_tc_hook_create(&made);
	if (err)
		return err == -EEXIST ? 0 : err;
	interfaces[hook->ifindex].qdisc =
		lasting_add(end_qdisc, &hook->ifindex, sizeof(hook->ifindex));
	return interfaces[hook->ifindex].qdisc ? 0 : -ENOMEM;
}

/* An errno; the kernel chooses priority and handle. */
static int classify(struct classifier *classifier, int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = classifier->interface,
		    .attach_point = classifier->point);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program);
	int err = enter_qdisc(&hook);

	if (!err)
		err = bpf_tc_attach(&hook, &opts);
	classifier->handle = opts.handle;
	classifier->priority = opts.priority;
	return -err;
}

/* An errno. */
static int hold(struct classifier *classifier, struct made *made)
{
	struct held held = {
		.classifier = lasting_add(end_classifier, classifier, sizeof(*classifier)),
		.interface = classifier->interface,
	};

	if (!held.classifier)
		return ENOMEM;
	interfaces[held.interface].classifiers++;
	if (!made_undone_by(made, let_go, &held, sizeof(held)))
		return 0;
	let_go(&held);
	return ENOMEM;
}

int arg_direction(struct call *call, bool *in)
{
	char direction[NAME_SIZE];

	if (arg_text(call, "direction", direction, sizeof(direction)))
		return -1;
	*in = !strcmp(direction, "ingress");
	if (*in || !strcmp(direction, "egress"))
		return 0;
	return refuse(call, EINVAL, "attach: direction is %s, neither ingress nor egress",
		      direction);
}

static int attach_clsact(struct call *call, const struct program *program, struct made *made)
{
	struct classifier classifier = { 0 };
	unsigned int interface;
	bool in;

	if (arg_direction(call, &in) || arg_interface(call, made, &interface))
		return -1;
	classifier.point = in ? BPF_TC_INGRESS : BPF_TC_EGRESS;
	if (made->err)
		return 0;
	if (interface >= INTERFACES_MAX)
		return made_errno(made, ENFILE);
	classifier.interface = (int)interface;
	made->err = classify(&classifier, program->fd);
	if (!made->err)
		made->err = hold(&classifier, made);
	if (made->err)
		leave_qdisc(classifier.interface);
	return 0;
}

const struct kind tc_kinds[] = {
	{ "clsact", "kind interface direction", attach_clsact, true },
	{ 0 },
};
