// SPDX-License-Identifier: GPL-2.0-only
// TO_LE and TO_BE turn a number into bytes of that order, swapping or not as the machine needs, and
// clear what is above 16 or 32 bits in either case (RFC 9669, section 4.2): ALU_END_TO_* of
// ___bpf_prog_run() in kernel/bpf/core.c. Looked at as bytes, the results are the same everywhere.
#include <case.h>

struct swapped {
	__u64 number;
	__u8 bytes[8];
	/* What is above the bytes in the register. */
	__u64 rest;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 6);
	__type(key, __u32);
	__type(value, struct swapped);
} rows SEC(".maps");

#define ROW(slot, number, bytes)						\
	__put(rows, "u32:" #slot, "u64:" #number " hex:a5a5a5a5a5a5a5a5 u64:1")	\
	__table(rows, "u32:" #slot, "u64:" #number " " bytes " u64:0")

/* The order, then the number cut to 16, 32 or 64 bits. The bytes after it stay as they are. */
#define ROWS16(order)								\
	ROW(0, 0x0123456789abcdef, order "16:0xcdef hex:a5a5a5a5a5a5")		\
	ROW(1, 0x0000000000000080, order "16:0x0080 hex:a5a5a5a5a5a5")		\
	ROW(2, 0x0000000000008000, order "16:0x8000 hex:a5a5a5a5a5a5")		\
	ROW(3, 0xffffffffffff0000, order "16:0x0000 hex:a5a5a5a5a5a5")		\
	ROW(4, 0xffffffffffffffff, order "16:0xffff hex:a5a5a5a5a5a5")		\
	ROW(5, 0xfedcba987654ff01, order "16:0xff01 hex:a5a5a5a5a5a5")

#define ROWS32(order)								\
	ROW(0, 0x0123456789abcdef, order "32:0x89abcdef hex:a5a5a5a5")		\
	ROW(1, 0x0000000000000080, order "32:0x00000080 hex:a5a5a5a5")		\
	ROW(2, 0x0000000080000000, order "32:0x80000000 hex:a5a5a5a5")		\
	ROW(3, 0xffffffff00000000, order "32:0x00000000 hex:a5a5a5a5")		\
	ROW(4, 0xffffffffffffffff, order "32:0xffffffff hex:a5a5a5a5")		\
	ROW(5, 0xfedcba98ff543201, order "32:0xff543201 hex:a5a5a5a5")

#define ROWS64(order)								\
	ROW(0, 0x0123456789abcdef, order "64:0x0123456789abcdef")		\
	ROW(1, 0x0000000000000080, order "64:0x0000000000000080")		\
	ROW(2, 0x8000000000000000, order "64:0x8000000000000000")		\
	ROW(3, 0xffffffff00000000, order "64:0xffffffff00000000")		\
	ROW(4, 0xffffffffffffffff, order "64:0xffffffffffffffff")		\
	ROW(5, 0xfedcba9876543210, order "64:0xfedcba9876543210")

/* A copy of the slot, whose value is not lost by showing it to a helper. */
static __always_inline struct swapped *find_row(__u32 slot)
{
	return bpf_map_lookup_elem(&rows, &slot);
}

/* Stores as many bytes as were swapped; `rest` shifts them out of the register. */
#define SWAP_ROWS(insn, width, rest)						\
	for (__u32 slot = 0; slot < 6; slot++) {				\
		struct swapped *row = find_row(slot);				\
										\
		if (!row)							\
			return -1;						\
		asm volatile("r1 = %[number]\n\t"				\
			     insn "\n\t"					\
			     "*(u" width " *)(%[row] + 8) = r1\n\t"		\
			     rest "\n\t"					\
			     "*(u64 *)(%[row] + 16) = r1"			\
			     :							\
			     : [number] "r"(row->number), [row] "r"(row)	\
			     : "r1", "memory");					\
	}

SEC("socket")
__success __retval(0)
ROWS16("le")
int to_le16(void *ctx)
{
	SWAP_ROWS("r1 = le16 r1", "16", "r1 >>= 16");
	return 0;
}

SEC("socket")
__success __retval(0)
ROWS32("le")
int to_le32(void *ctx)
{
	SWAP_ROWS("r1 = le32 r1", "32", "r1 >>= 32");
	return 0;
}

SEC("socket")
__success __retval(0)
ROWS64("le")
int to_le64(void *ctx)
{
	SWAP_ROWS("r1 = le64 r1", "64", "r1 = 0");
	return 0;
}

SEC("socket")
__success __retval(0)
ROWS16("be")
int to_be16(void *ctx)
{
	SWAP_ROWS("r1 = be16 r1", "16", "r1 >>= 16");
	return 0;
}

SEC("socket")
__success __retval(0)
ROWS32("be")
int to_be32(void *ctx)
{
	SWAP_ROWS("r1 = be32 r1", "32", "r1 >>= 32");
	return 0;
}

SEC("socket")
__success __retval(0)
ROWS64("be")
int to_be64(void *ctx)
{
	SWAP_ROWS("r1 = be64 r1", "64", "r1 = 0");
	return 0;
}

char _license[] SEC("license") = "GPL";
