// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a load made, as the kernel itself describes it. Knows the fields of
 * programs and tables in a reply; refuses to invent one the kernel does not
 * give, which is then nil.
 */
#include <bpf/bpf.h>
#include <string.h>

#include "agent.h"

#define GIVEN(size, field) \
	((size) >= offsetof(struct bpf_prog_info, field) + sizeof(((struct bpf_prog_info *)0)->field))

static void put_uint_if(msgpack_packer *pack, bool known, const char *key, uint64_t value)
{
	if (known)
		put_uint(pack, key, value);
	else
		put_nil(pack, key);
}

/* How long the verifier and the JIT took: the kernel notes when it began. */
uint64_t verified_since(int fd, uint64_t until)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (fd < 0 || bpf_prog_get_info_by_fd(fd, &info, &size))
		return 0;
	return info.load_time && info.load_time < until ? until - info.load_time : 0;
}

static uint32_t at_most(uint32_t value, uint32_t most)
{
	return value < most ? value : most;
}

/* Where the functions that the JIT made lie; none if the kernel does not tell. */
static void put_places(msgpack_packer *pack, const struct bpf_prog_info *info)
{
	const uint64_t *places = (const uint64_t *)(uintptr_t)info->jited_ksyms;
	const uint32_t *lengths = (const uint32_t *)(uintptr_t)info->jited_func_lens;
	uint32_t i, count = places && lengths ? at_most(info->nr_jited_ksyms, PLACES_MAX) : 0;

	count = at_most(count, info->nr_jited_func_lens);
	put_array(pack, "places", count);
	for (i = 0; i < count; i++)
		msgpack_pack_uint64(pack, places[i]);
	put_array(pack, "lengths", count);
	for (i = 0; i < count; i++)
		msgpack_pack_uint32(pack, lengths[i]);
}

static void put_kernel_view(msgpack_packer *pack, int fd)
{
	uint64_t places[PLACES_MAX];
	uint32_t lengths[PLACES_MAX];
	struct bpf_prog_info info = {
		.nr_jited_ksyms = PLACES_MAX,
		.jited_ksyms = (uintptr_t)places,
		.nr_jited_func_lens = PLACES_MAX,
		.jited_func_lens = (uintptr_t)lengths,
	};
	uint32_t size = sizeof(info);
	bool known = fd >= 0 && !bpf_prog_get_info_by_fd(fd, &info, &size);

	/* Where nothing was JITed the kernel says one function, and leaves the place alone. */
	if (!known || !info.jited_prog_len)
		info.nr_jited_ksyms = 0;

	put_uint_if(pack, known, "id", info.id);
	if (known)
		put_bin(pack, "tag", info.tag, sizeof(info.tag));
	else
		put_nil(pack, "tag");
	put_uint_if(pack, known, "jited_size", info.jited_prog_len);
	put_uint_if(pack, known, "xlated_size", info.xlated_prog_len);
	put_uint_if(pack, known && GIVEN(size, verified_insns), "verified_insns",
		    info.verified_insns);
	put_places(pack, &info);
}

void put_attempt(msgpack_packer *pack, const struct attempt *attempt)
{
	msgpack_pack_map(pack, 16);
	put_text(pack, "name", attempt->name);
	put_text(pack, "section", attempt->section);
	put_uint(pack, "type", attempt->type);
	put_uint(pack, "attach_type", attempt->attach_type);
	if (attempt->tried)
		put_int(pack, "errno", attempt->err);
	else
		put_nil(pack, "errno");
	put_bin(pack, "log", attempt->log, attempt->log_size);
	put_bool(pack, "log_truncated", attempt->log_truncated);
	put_kernel_view(pack, attempt->fd);
	put_uint(pack, "insns", attempt->insns);
	put_uint_if(pack, attempt->load_ns, "load_ns", attempt->load_ns);
}

/* A table of the kernel, or one that was not created, as the object has it. */
void put_table(msgpack_packer *pack, const char *name, int fd, const struct bpf_map *map)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	bool created = fd >= 0 && !bpf_map_get_info_by_fd(fd, &info, &size);

	if (!created && map) {
		info.type = bpf_map__type(map);
		info.key_size = bpf_map__key_size(map);
		info.value_size = bpf_map__value_size(map);
		info.max_entries = bpf_map__max_entries(map);
		info.map_flags = bpf_map__map_flags(map);
	}
	msgpack_pack_map(pack, 8);
	put_text(pack, "name", name);
	put_uint_if(pack, created, "id", info.id);
	put_uint(pack, "type", info.type);
	put_uint(pack, "key_size", info.key_size);
	put_uint(pack, "value_size", info.value_size);
	put_uint(pack, "entries", info.max_entries);
	put_uint(pack, "flags", info.map_flags);
	put_bool(pack, "created", created);
}
