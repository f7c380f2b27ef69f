// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that a table shares with user space: read and written through
 * mmap(2), without a system call in between. Knows offsets; refuses to know
 * what lies there. An arena has one place in user space for all its life: the
 * one that map_extra names, or the one where libbpf has put it.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tables.h"

struct memory {
	char *start;
	size_t size;
	bool is_libbpfs;
};

static size_t whole_pages(size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

static size_t table_bytes(const struct table *table)
{
	if (table->type == BPF_MAP_TYPE_ARENA)
		return (size_t)table->entries * sysconf(_SC_PAGESIZE);
	return whole_pages((size_t)table->entries * ((table->value_size + 7) & ~7u));
}

/* Returns an errno. */
static int map_table(struct memory *memory, const struct table *table)
{
	memory->size = table_bytes(table);
	if (table->type == BPF_MAP_TYPE_ARENA && table->map) {
		memory->start = bpf_map__initial_value(table->map, &memory->size);
		memory->size = table_bytes(table);
		memory->is_libbpfs = true;
		return memory->start ? 0 : ENODATA;
	}
	/* Elsewhere map_extra is no address, and 0 in what can be mapped. */
	memory->start = mmap((void *)(uintptr_t)table->extra, memory->size, PROT_READ | PROT_WRITE, MAP_SHARED, table->fd, 0);
	return memory->start == MAP_FAILED ? errno : 0;
}

static int check_range(struct call *call, const struct table *table, uint64_t offset, size_t size)
{
	/* A page that is not there would be the end of the agent. */
	if (table->flags & BPF_F_SEGV_ON_FAULT)
		return refuse(call, EOPNOTSUPP, "%s: table %s has BPF_F_SEGV_ON_FAULT", call->op,
			      table->name);
	if (offset + size <= table_bytes(table))
		return 0;
	return refuse(call, EINVAL, "%s: %zu bytes at %llu end beyond the %zu of table %s",
		      call->op, size, (unsigned long long)offset, table_bytes(table), table->name);
}

static void unmap_table(const struct memory *memory)
{
	if (!memory->is_libbpfs)
		munmap(memory->start, memory->size);
}

int op_table_read(struct agent *agent, struct call *call)
{
	struct memory memory = { 0 };
	uint64_t offset, size;
	struct table table;
	int err;

	if (arg_table(agent, call, &table) || arg_u64(call, "offset", UINT32_MAX, &offset) ||
	    arg_u64(call, "size", FILE_MAX, &size) || check_range(call, &table, offset, size))
		return -1;
	err = map_table(&memory, &table);
	result(call, 2);
	put_int(&call->pack, "errno", err);
	put_bin(&call->pack, "data", err ? "" : memory.start + offset, err ? 0 : size);
	if (!err)
		unmap_table(&memory);
	return 0;
}

int op_table_write(struct agent *agent, struct call *call)
{
	struct memory memory = { 0 };
	struct bytes data;
	struct table table;
	uint64_t offset;
	int err;

	if (arg_table(agent, call, &table) || arg_u64(call, "offset", UINT32_MAX, &offset) ||
	    arg_bin(call, "data", FILE_MAX, &data) ||
	    check_range(call, &table, offset, data.size))
		return -1;
	err = map_table(&memory, &table);
	if (!err) {
		memcpy(memory.start + offset, data.data, data.size);
		unmap_table(&memory);
	}
	return result_errno(call, err);
}
