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

struct classifier {
	unsigned int interface;
	enum bpf_tc_attach_point point;
	uint32_t handle, priority;
};

/* How many there are on each interface, by its index: the agent makes two, and there is lo. */
#define INTERFACES_MAX 4096

static uint16_t classifiers[INTERFACES_MAX];

static void end_qdisc(int interface)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = interface,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	bpf_tc_hook_destroy(&hook);
}

static void end_classifier(void *state)
{
	const struct classifier *classifier = state;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = classifier->interface,
		    .attach_point = classifier->point);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = classifier->handle,
		    .priority = classifier->priority);

	bpf_tc_detach(&hook, &opts);
	if (!--classifiers[classifier->interface])
		end_qdisc(classifier->interface);
}

/* An errno; the kernel chooses priority and handle. */
static int classify(struct classifier *classifier, int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = classifier->interface,
		    .attach_point = classifier->point);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program);
	int err = 0;

	if (!classifiers[classifier->interface])
		err = bpf_tc_hook_create(&hook);
	if (!err || err == -EEXIST)
		err = bpf_tc_attach(&hook, &opts);
	if (!err) {
		classifiers[classifier->interface]++;
		classifier->handle = opts.handle;
		classifier->priority = opts.priority;
	} else if (!classifiers[classifier->interface]) {
		end_qdisc(classifier->interface);
	}
	return -err;
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
	bool in;

	if (arg_direction(call, &in) || arg_interface(call, made, &classifier.interface))
		return -1;
	classifier.point = in ? BPF_TC_INGRESS : BPF_TC_EGRESS;
	if (made->err)
		return 0;
	if (classifier.interface >= INTERFACES_MAX)
		return made_errno(made, ENFILE);
	made->err = classify(&classifier, program->fd);
	if (!made->err && made_undone_by(made, end_classifier, &classifier, sizeof(classifier)))
		end_classifier(&classifier);
	return 0;
}

const struct kind tc_kinds[] = {
	{ "clsact", "kind interface direction", attach_clsact, true },
	{ 0 },
};
