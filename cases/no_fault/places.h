/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses where there is nothing to read, on each architecture, and the answer to a read there.
 * They are where the architecture's map of the kernel's memory has a hole: Documentation/arch/x86/
 * x86_64/mm.rst, arm64/memory.rst, riscv/vm-layout.rst, arm/memory.rst; mm/pgtable of the others.
 */
#ifndef PLACES_H
#define PLACES_H

#include <linux/errno.h>
#include <case.h>

/*
 * NO_HALF       of no use to anybody: neither user space's nor the kernel's
 * BEYOND_MEMORY the kernel's, where it would have more memory than any guest has
 * BETWEEN_AREAS the kernel's, where it has nothing
 */
#if defined(__TARGET_ARCH_x86)
#define NO_HALF 0x0100000000000000ull
#define BEYOND_MEMORY 0xffff800000000000ull /* the guard hole in front of the linear map */
#define BETWEEN_AREAS 0xffffffff00000000ull /* below the kernel's image */
#elif defined(__TARGET_ARCH_arm64)
#define NO_HALF 0x0010000000000000ull
#define BEYOND_MEMORY 0xffff7ffffffff000ull /* the end of the linear map */
#define BETWEEN_AREAS 0xffffffffff800000ull /* behind the last area */
#elif defined(__TARGET_ARCH_riscv)
#define NO_HALF 0x0100000000000000ull
#define BEYOND_MEMORY 0xff80000000000000ull
#define BETWEEN_AREAS 0xffffffff00000000ull /* 4 GiB below the end, modules begin behind it */
#elif defined(__TARGET_ARCH_s390)
#define NO_HALF 0x0100000000000000ull /* more than four levels of its tables could map */
#define BEYOND_MEMORY 0x0000200000000000ull
#define BETWEEN_AREAS 0x0008000000000000ull
#elif defined(__TARGET_ARCH_powerpc)
#define NO_HALF 0x4000000000000000ull /* the second quadrant */
#define BEYOND_MEMORY 0xc000100000000000ull
#define BETWEEN_AREAS 0xd000000000000000ull
#elif defined(__TARGET_ARCH_arm)
#define NO_HALF 0xbfdff000u	  /* the end of the modules' area */
#define BEYOND_MEMORY 0xe0400000u /* the 8 MiB between 512 MiB of memory and vmalloc()'s area */
#define BETWEEN_AREAS 0xfff10000u /* behind the fixmap, before the vectors */
#else
#error "say where there is nothing on this architecture"
#endif

/* The same everywhere: error pointers are in the last page, so nothing else is. */
#define LAST_PAGE (-4096ull)
#define ERROR_POINTER (-22ull)
#define ODD_ERROR_POINTER (-4095ull)

/* The page of x86_64 that is neither half's. */
#define VSYSCALL 0xffffffffff600000ull

/* Far from what small programs have; Linux's architectures all give it to user space, or nobody. */
#define USER_SPACE 0x33333333333ull

#define EACH_PLACE(READ)                                                                  \
	READ(no_half, NO_HALF)                                                            \
	READ(beyond_memory, BEYOND_MEMORY)                                                \
	READ(between_areas, BETWEEN_AREAS)                                                \
	READ(last_page, LAST_PAGE)                                                        \
	READ(error_pointer, ERROR_POINTER)                                                \
	READ(odd_error_pointer, ODD_ERROR_POINTER)

/*
 * Where the kernel's addresses are no others than those of user space, it may have something of its
 * own at 0: the lowcore of s390x.
 */
#define APART __needs("separate-address-spaces")

#define SIZE 16

/* What a filter returns: refused and zeroed, or what went wrong. */
enum { ZEROED = 1, NOT_ZEROED, WRONG_ERROR };
#define GIVES_NULLS __success __retval(1)

/* -ERANGE comes from architectures that look at the address before they touch it. */
static __always_inline int judge(long error, const __u64 *bytes)
{
	if (error != -EFAULT && error != -ERANGE)
		return WRONG_ERROR;
	return !bytes[0] && !bytes[1] ? ZEROED : NOT_ZEROED;
}

#endif
