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

/* The ids of one kind of object, in no order; of more than IDS_MAX the newest. */
struct ids {
	uint64_t count;
	uint32_t at[IDS_MAX];
};

static struct ids ids;

static void add_id(uint32_t id)
{
	ids.at[ids.count++ % IDS_MAX] = id;
}

static void put_ids(msgpack_packer *pack, const char *key)
{
	size_t count = ids.count < IDS_MAX ? ids.count : IDS_MAX;
	size_t i;

	put_array(pack, key, count);
	for (i = 0; i < count; i++)
		msgpack_pack_uint32(pack, ids.at[i]);
}

static void put_all(msgpack_packer *pack, const char *key,
		    int (*next_id)(uint32_t start, uint32_t *next))
{
	uint32_t id = 0;

	ids.count = 0;
	while (!next_id(id, &id))
		add_id(id);
	put_ids(pack, key);
}

/* Of the kernel or a module, whose ids come with the first load that needs them. */
static bool is_kernels(int btf)
{
	struct bpf_btf_info info = { 0 };
	uint32_t size = sizeof(info);

	return !bpf_btf_get_info_by_fd(btf, &info, &size) && info.kernel_btf;
}

static void put_btfs(msgpack_packer *pack)
{
	uint32_t id = 0;
	int btf;

	ids.count = 0;
	while (!bpf_btf_get_next_id(id, &id)) {
		btf = bpf_btf_get_fd_by_id(id);
		if (btf < 0)
			continue;	/* it went in the meantime */
		if (!is_kernels(btf))
			add_id(id);
		close(btf);
	}
	put_ids(pack, "btfs");
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
	put_all(&call->pack, "programs", bpf_prog_get_next_id);
	put_all(&call->pack, "tables", bpf_map_get_next_id);
	put_all(&call->pack, "links", bpf_link_get_next_id);
	put_btfs(&call->pack);
	put_uint(&call->pack, "perf_events", census.perf_events);
	put_uint(&call->pack, "probes", census.probes);
	put_uint(&call->pack, "processes", census.processes);
	/* Memory that others use too says nothing. */
	put_uint(&call->pack, "mem_available_kb", agent->guest ? mem_available_kb() : 0);
	put_uint(&call->pack, "resident_kb", agent->guest ? resident_kb() : 0);
	put_uint(&call->pack, "uptime_ms", clock_ns() / 1000000);
	put_uint(&call->pack, "handles", agent->handles.count);
	return 0;
}
