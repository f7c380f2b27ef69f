// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the guest is between trials: what of it must be as it was. Knows where
 * the kernel says these things and how to count them; refuses to judge them.
 */
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"

static uint64_t count_ids(int (*next_id)(uint32_t start, uint32_t *next))
{
	uint64_t count = 0;
	uint32_t id = 0;

	while (!next_id(id, &id))
		count++;
	return count;
}

/* Of the kernel or a module, whose ids come with the first load that needs them. */
static bool is_kernels(int btf)
{
	struct bpf_btf_info info = { 0 };
	uint32_t size = sizeof(info);

	return !bpf_btf_get_info_by_fd(btf, &info, &size) && info.kernel_btf;
}

static uint64_t count_btfs(void)
{
	uint64_t count = 0;
	uint32_t id = 0;
	int btf;

	while (!bpf_btf_get_next_id(id, &id)) {
		btf = bpf_btf_get_fd_by_id(id);
		if (btf < 0)
			continue;	/* it went in the meantime */
		count += !is_kernels(btf);
		close(btf);
	}
	return count;
}

static uint64_t mem_available_kb(void)
{
	unsigned long long kb = 0;
	char text[4096], *line;
	size_t got;

	slurp("/proc/meminfo", text, sizeof(text) - 1, &got);
	text[got] = 0;
	line = strstr(text, "MemAvailable:");
	if (line)
		sscanf(line, "MemAvailable: %llu", &kb);
	return kb;
}

/* Of the worker itself, which keeps blobs and what malloc() gives it. */
static uint64_t resident_kb(void)
{
	unsigned long long pages = 0;
	char text[128];

	slurp_text("/proc/self/statm", text, sizeof(text));
	sscanf(text, "%*u %llu", &pages);
	return pages * sysconf(_SC_PAGESIZE) / 1024;
}

int op_health(struct agent *agent, struct call *call)
{
	char boot_id[BOOT_ID_SIZE], taint[32];
	const struct census census = take_census(agent);

	slurp_text(BOOT_ID, boot_id, sizeof(boot_id));
	slurp_text("/proc/sys/kernel/tainted", taint, sizeof(taint));
	result(call, 13);
	put_text(&call->pack, "boot_id", boot_id);
	put_uint(&call->pack, "taint", strtoull(taint, NULL, 10));
	put_uint(&call->pack, "programs", count_ids(bpf_prog_get_next_id));
	put_uint(&call->pack, "tables", count_ids(bpf_map_get_next_id));
	put_uint(&call->pack, "links", count_ids(bpf_link_get_next_id));
	put_uint(&call->pack, "btfs", count_btfs());
	put_uint(&call->pack, "perf_events", census.perf_events);
	put_uint(&call->pack, "probes", census.probes);
	put_uint(&call->pack, "processes", census.processes);
	put_uint(&call->pack, "mem_available_kb", mem_available_kb());
	put_uint(&call->pack, "resident_kb", resident_kb());
	put_uint(&call->pack, "uptime_ms", clock_ns() / 1000000);
	put_uint(&call->pack, "handles", agent->handles.count);
	return 0;
}
