// SPDX-License-Identifier: GPL-2.0-only
// Computations as clang makes them of plain C, with many live values at once, loops and tables of
// constants: do_jit() and build_insn() of the JITs, ___bpf_prog_run() in kernel/bpf/core.c.
#include <bpf/bpf_endian.h>
#include "memory.h"

/* The CRC-32 of Ethernet, of four bits. */
static const __u32 crc32_constants[16] = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

SEC("tc")
__success __retval(0xcbf43926)
__data("text:123456789 zero:5")
int crc32_of_nine_digits(struct __sk_buff *ctx)
{
	__u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 crc = ~0;

	if (data + 9 > end)
		return 0;
	for (int i = 0; i < 9; i++) {
		crc ^= data[i];
		crc = crc >> 4 ^ crc32_constants[crc & 15];
		crc = crc >> 4 ^ crc32_constants[crc & 15];
	}
	return ~crc;
}

/* FNV-1a of 64 bits. */
SEC("tc")
__success __retval(0)
__data("text:foobar zero:8")
FOUND("u64:0x85944171f73967e8 zero:56")
int fnv1a_of_foobar(struct __sk_buff *ctx)
{
	__u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct results *results = find_results();
	__u64 hash = 0xcbf29ce484222325;

	if (!results || data + 6 > end)
		return -1;
	for (int i = 0; i < 6; i++)
		hash = (hash ^ data[i]) * 0x100000001b3;
	results->at[0] = hash;
	return 0;
}

#define ROTATE64(x, n) ((x) << (n) | (x) >> (64 - (n)))
#define SIP_ROUND(a, b, c, d)							\
	do {									\
		a += b, c += d;							\
		b = ROTATE64(b, 13) ^ a, d = ROTATE64(d, 16) ^ c;		\
		a = ROTATE64(a, 32);						\
		c += b, a += d;							\
		b = ROTATE64(b, 17) ^ c, d = ROTATE64(d, 21) ^ a;		\
		c = ROTATE64(c, 32);						\
	} while (0)

/* SipHash-2-4 of eight bytes, 00 to 07, with the key 00 to 0f. */
SEC("socket")
__success __retval(0)
BEFORE("u64:0x0706050403020100 u64:0x0f0e0d0c0b0a0908 u64:0x0706050403020100 zero:8")
FOUND("u64:0x93f5f5799a932462 zero:56")
int siphash_of_eight_bytes(void *ctx)
{
	struct memory *memory = find_memory();
	struct results *results = find_results();
	__u64 *words, a, b, c, d;

	if (!memory || !results)
		return -1;
	words = (__u64 *)memory->bytes;
	a = words[0] ^ 0x736f6d6570736575;
	b = words[1] ^ 0x646f72616e646f6d;
	c = words[0] ^ 0x6c7967656e657261;
	d = words[1] ^ 0x7465646279746573;
	d ^= words[2];
	SIP_ROUND(a, b, c, d);
	SIP_ROUND(a, b, c, d);
	a ^= words[2];
	d ^= 8ULL << 56;
	SIP_ROUND(a, b, c, d);
	SIP_ROUND(a, b, c, d);
	a ^= 8ULL << 56;
	c ^= 0xff;
	SIP_ROUND(a, b, c, d);
	SIP_ROUND(a, b, c, d);
	SIP_ROUND(a, b, c, d);
	SIP_ROUND(a, b, c, d);
	results->at[0] = a ^ b ^ c ^ d;
	return 0;
}

static const __u32 sha256_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

#define ROTATE32(x, n) ((x) >> (n) | (x) << (32 - (n)))

struct block {
	__u8 message[64];
	__u8 digest[32];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct block);
} blocks SEC(".maps");

#define ABC "text:abc hex:80 zero:52 be64:24 "

/* SHA-256 of one block that is padded already. */
SEC("socket")
__success __retval(0)
__put(blocks, "u32:0", ABC "zero:32")
__table(blocks, "u32:0",
	ABC "hex:ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad")
int sha256_of_abc(void *ctx)
{
	__u32 schedule[64], state[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
	__u32 a, b, c, d, e, f, g, h, key = 0;
	struct block *block = bpf_map_lookup_elem(&blocks, &key);

	if (!block)
		return -1;
	for (int i = 0; i < 16; i++)
		schedule[i] = bpf_ntohl(((__u32 *)block->message)[i]);
	for (int i = 16; i < 64; i++) {
		__u32 x = schedule[i - 15], y = schedule[i - 2];

		schedule[i] = schedule[i - 16] + schedule[i - 7] +
			      (ROTATE32(x, 7) ^ ROTATE32(x, 18) ^ x >> 3) +
			      (ROTATE32(y, 17) ^ ROTATE32(y, 19) ^ y >> 10);
	}
	a = state[0], b = state[1], c = state[2], d = state[3];
	e = state[4], f = state[5], g = state[6], h = state[7];
	for (int i = 0; i < 64; i++) {
		__u32 x = h + (ROTATE32(e, 6) ^ ROTATE32(e, 11) ^ ROTATE32(e, 25)) +
			  ((e & f) ^ (~e & g)) + sha256_constants[i] + schedule[i];
		__u32 y = (ROTATE32(a, 2) ^ ROTATE32(a, 13) ^ ROTATE32(a, 22)) +
			  ((a & b) ^ (a & c) ^ (b & c));

		h = g, g = f, f = e, e = d + x;
		d = c, c = b, b = a, a = x + y;
	}
	state[0] += a, state[1] += b, state[2] += c, state[3] += d;
	state[4] += e, state[5] += f, state[6] += g, state[7] += h;
	for (int i = 0; i < 8; i++)
		((__u32 *)block->digest)[i] = bpf_htonl(state[i]);
	return 0;
}

/* By insertion, as signed numbers, where they are. */
SEC("socket")
__success __retval(0)
BEFORE("s32:5 s32:-1 s32:0x7fffffff s32:0 s32:-0x80000000 s32:5 s32:3 s32:-2")
AFTER("s32:-0x80000000 s32:-2 s32:-1 s32:0 s32:3 s32:5 s32:5 s32:0x7fffffff")
int sort_eight_numbers(void *ctx)
{
	struct memory *memory = find_memory();
	__s32 *numbers;

	if (!memory)
		return -1;
	numbers = (__s32 *)memory->bytes;
	for (int i = 1; i < 8; i++) {
		for (int j = i; j > 0 && numbers[j - 1] > numbers[j]; j--) {
			__s32 larger = numbers[j - 1];

			numbers[j - 1] = numbers[j];
			numbers[j] = larger;
		}
	}
	return 0;
}

/* How many steps lead from 27 to 1. */
SEC("socket")
__success __retval(111)
BEFORE("u64:27 zero:24")
int collatz_steps_of_27(void *ctx)
{
	struct memory *memory = find_memory();
	__u64 number;
	int steps = 0;

	if (!memory)
		return -1;
	number = *(__u64 *)memory->bytes;
	for (int i = 0; i < 120 && number != 1; i++) {
		number = number & 1 ? number * 3 + 1 : number / 2;
		steps++;
	}
	return steps;
}

char _license[] SEC("license") = "GPL";
