// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capabilities, taken away for the time of one load. Knows the effective set
 * only, so that they can be had back; refuses to know which program needs
 * which. No libcap: two system calls.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent.h"

static int get_sets(struct __user_cap_data_struct *sets)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return syscall(SYS_capget, &header, sets);
}

static int set_effective(const uint32_t *effective)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (get_sets(sets))
		return -1;
	sets[0].effective = effective[0];
	sets[1].effective = effective[1];
	return syscall(SYS_capset, &header, sets);
}

/* Returns an errno. */
int drop_capabilities(uint64_t mask, struct privilege *saved)
{
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
	uint32_t left[2];

	if (get_sets(sets))
		return errno;
	saved->effective[0] = sets[0].effective;
	saved->effective[1] = sets[1].effective;
	left[0] = sets[0].effective & ~(uint32_t)mask;
	left[1] = sets[1].effective & ~(uint32_t)(mask >> 32);
	return set_effective(left) ? errno : 0;
}

/* A worker that stays without privilege would answer wrongly from now on. */
void restore_capabilities(const struct privilege *saved)
{
	if (set_effective(saved->effective))
		_exit(1);
}

/*
 * libbpf asks the kernel once for each feature and remembers the answer for
 * good. Asked without privilege it would remember "no BTF, no names" for all
 * later loads too, so the questions it asks on every load are asked before
 * the first privilege is dropped. An object's own are asked by load_object().
 */
void probe_features(struct agent *agent)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd;

	if (agent->features_probed)
		return;
	agent->features_probed = true;
	fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "probe", "GPL", insns, 2, NULL);
	if (fd >= 0)
		close(fd);
}
