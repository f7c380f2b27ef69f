/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A static tracepoint of user space (USDT): an instruction that does nothing,
 * and a note that says where it is, what it is called and where its arguments
 * are. The form of the note is SystemTap's; libbpf reads it in parse_usdt_note().
 */
#ifndef AGENT_USDT_H
#define AGENT_USDT_H

#ifdef __s390x__
#define USDT_NOP "nop 0"
#else
#define USDT_NOP "nop"
#endif

#if __SIZEOF_POINTER__ == 8
#define USDT_WORD ".8byte "
#define USDT_SIZE "-8@"
#else
#define USDT_WORD ".4byte "
#define USDT_SIZE "-4@"
#endif

/*
 * The second word is the address of .stapsdt.base, for those who move programs
 * that are linked: 0, since nobody moves this one. The third is the semaphore's.
 */
#define USDT_NOTE(provider, name, semaphore, arguments)				\
	"990: " USDT_NOP "\n"							\
	".pushsection .note.stapsdt, \"\", \"note\"\n"			\
	".balign 4\n"								\
	".4byte 992f-991f, 994f-993f, 3\n"					\
	"991: .asciz \"stapsdt\"\n"						\
	"992: .balign 4\n"							\
	"993: " USDT_WORD "990b\n"						\
	USDT_WORD "0\n"								\
	USDT_WORD semaphore "\n"						\
	".asciz \"" provider "\"\n"						\
	".asciz \"" name "\"\n"							\
	".asciz \"" arguments "\"\n"						\
	"994: .balign 4\n"							\
	".popsection\n"

#define USDT(provider, name)							\
	asm volatile(USDT_NOTE(provider, name, "0", "") : : )

/* Two numbers of the machine's word. */
#define USDT_TWO(provider, name, a, b)						\
	asm volatile(USDT_NOTE(provider, name, "0", USDT_SIZE "%0 " USDT_SIZE "%1")	\
		     : : "r"(a), "r"(b))

/* One that may be jumped over while its semaphore, a global variable, is 0. */
#define USDT_WATCHED(provider, name, semaphore)					\
	asm volatile(USDT_NOTE(provider, name, #semaphore, "") : : )

#endif
