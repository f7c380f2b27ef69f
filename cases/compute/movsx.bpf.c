// bpf-harness: cpu=v4
// SPDX-License-Identifier: GPL-2.0-only
// MOVSX takes the low 8, 16 or 32 bits and extends their sign to 64 bits, or to 32 and zeros above
// (RFC 9669, section 4.1): ALU64_MOV_X and ALU_MOV_X of ___bpf_prog_run() in kernel/bpf/core.c.
#include "vector.h"

#define S8_TO_64(V) \
	V(0, 0x1111111111111111, 0, 0) \
	V(1, 0xffffffffffffffff, 1, 1) \
	V(2, 0x1111111111111111, 127, 127) \
	V(3, 0xffffffffffffffff, 128, 0xffffffffffffff80) \
	V(4, 0x1111111111111111, 255, 0xffffffffffffffff) \
	V(5, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff) \
	V(6, 0x1111111111111111, 256, 0) \
	V(7, 0xffffffffffffffff, 0x123456789abcdef, 0xffffffffffffffef) \
	V(8, 0x1111111111111111, 0xffffffffffffff7f, 127) \
	V(9, 0xffffffffffffffff, 0x5a5a5a5a5a5a5a80, 0xffffffffffffff80)

#define S8_TO_32(V) \
	V(0, 0x1111111111111111, 0, 0) \
	V(1, 0xffffffffffffffff, 1, 1) \
	V(2, 0x1111111111111111, 127, 127) \
	V(3, 0xffffffffffffffff, 128, 0xffffff80) \
	V(4, 0x1111111111111111, 255, 0xffffffff) \
	V(5, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffff) \
	V(6, 0x1111111111111111, 256, 0) \
	V(7, 0xffffffffffffffff, 0x123456789abcdef, 0xffffffef) \
	V(8, 0x1111111111111111, 0xffffffffffffff7f, 127) \
	V(9, 0xffffffffffffffff, 0x5a5a5a5a5a5a5a80, 0xffffff80)

#define S16_TO_64(V) \
	V(0, 0x1111111111111111, 0, 0) \
	V(1, 0xffffffffffffffff, 1, 1) \
	V(2, 0x1111111111111111, 0x7fff, 0x7fff) \
	V(3, 0xffffffffffffffff, 0x8000, 0xffffffffffff8000) \
	V(4, 0x1111111111111111, 0xffff, 0xffffffffffffffff) \
	V(5, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff) \
	V(6, 0x1111111111111111, 0x10000, 0) \
	V(7, 0xffffffffffffffff, 0x123456789abcdef, 0xffffffffffffcdef) \
	V(8, 0x1111111111111111, 0xffffffffffff7fff, 0x7fff) \
	V(9, 0xffffffffffffffff, 0x5a5a5a5a5a5a8000, 0xffffffffffff8000)

#define S16_TO_32(V) \
	V(0, 0x1111111111111111, 0, 0) \
	V(1, 0xffffffffffffffff, 1, 1) \
	V(2, 0x1111111111111111, 0x7fff, 0x7fff) \
	V(3, 0xffffffffffffffff, 0x8000, 0xffff8000) \
	V(4, 0x1111111111111111, 0xffff, 0xffffffff) \
	V(5, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffff) \
	V(6, 0x1111111111111111, 0x10000, 0) \
	V(7, 0xffffffffffffffff, 0x123456789abcdef, 0xffffcdef) \
	V(8, 0x1111111111111111, 0xffffffffffff7fff, 0x7fff) \
	V(9, 0xffffffffffffffff, 0x5a5a5a5a5a5a8000, 0xffff8000)

#define S32_TO_64(V) \
	V(0, 0x1111111111111111, 0, 0) \
	V(1, 0xffffffffffffffff, 1, 1) \
	V(2, 0x1111111111111111, 0x7fffffff, 0x7fffffff) \
	V(3, 0xffffffffffffffff, 0x80000000, 0xffffffff80000000) \
	V(4, 0x1111111111111111, 0xffffffff, 0xffffffffffffffff) \
	V(5, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff) \
	V(6, 0x1111111111111111, 0x100000000, 0) \
	V(7, 0xffffffffffffffff, 0x123456789abcdef, 0xffffffff89abcdef) \
	V(8, 0x1111111111111111, 0xffffffff7fffffff, 0x7fffffff) \
	V(9, 0xffffffffffffffff, 0x5a5a5a5a80000000, 0xffffffff80000000)

SEC("socket")
__success __retval(0) __needs("movsx")
S8_TO_64(ROW)
int movsx8_to_64(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 = (s8)r2");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("movsx")
S16_TO_64(ROW)
int movsx16_to_64(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 = (s16)r2");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("movsx")
S32_TO_64(ROW)
int movsx32_to_64(void *ctx)
{
	EACH_ROW(EXECUTE, "r1 = (s32)r2");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("movsx")
S8_TO_32(ROW)
int movsx8_to_32(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 = (s8)w2");
	return 0;
}

SEC("socket")
__success __retval(0) __needs("movsx")
S16_TO_32(ROW)
int movsx16_to_32(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 = (s16)w2");
	return 0;
}

/* One register, extended step by step: from 8 bits to 32, to 64. */
#define IN_PLACE(V) \
	V(0, 0, 0, 0) \
	V(1, 127, 0, 127) \
	V(2, 128, 0, 0xffffffffffffff80) \
	V(3, 255, 0, 0xffffffffffffffff) \
	V(4, 0xffffffffffffffff, 0, 0xffffffffffffffff) \
	V(5, 0xffffffffffffff00, 0, 0) \
	V(6, 0x123456789abcdef, 0, 0xffffffffffffffef)

SEC("socket")
__success __retval(0) __needs("movsx")
IN_PLACE(ROW)
int movsx_in_place(void *ctx)
{
	EACH_ROW(EXECUTE, "w1 = (s8)w1\n\tr1 = (s32)r1");
	return 0;
}

char _license[] SEC("license") = "GPL";
