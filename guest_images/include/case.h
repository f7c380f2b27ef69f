/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a case says about a filter, written above it:
 *
 *	#include <case.h>
 *
 *	SEC("socket")
 *	__success __retval(7)
 *	int seven(void *ctx)
 *	{
 *		return 7;
 *	}
 *
 *	char _license[] SEC("license") = "GPL";
 *
 * The first half is the vocabulary of the kernel's selftests (bpf_misc.h); a file that includes
 * that one must not include this one. The second half says what the selftests cannot say.
 * docs/writing-cases.md explains all of it.
 */
#ifndef BPF_HARNESS_CASE_H
#define BPF_HARNESS_CASE_H

#ifdef __BPF_MISC_H__
#error "this file includes the selftests' bpf_misc.h, which says the same things: drop case.h"
#endif

/* vmlinux.h has all types of linux/bpf.h, and the two cannot be mixed. Include it first. */
#ifndef __VMLINUX_H__
#include <linux/bpf.h>
#include <linux/types.h>
#endif
#include <bpf/bpf_helpers.h>

/* The number keeps the order of the source, which clang does not. */
#define __bh_text(x...) #x
#define __bh_string(x...) __bh_text(x)
#define __bh_tag(text) \
	__attribute__((btf_decl_tag("comment:" __bh_string(__COUNTER__) ":" text)))

/* ---- the selftests' vocabulary; the names ending in _unpriv are about the load without CAP_BPF */

#define __success __bh_tag("test_expect_success")
#define __failure __bh_tag("test_expect_failure")
#define __success_unpriv __bh_tag("test_expect_success_unpriv")
#define __failure_unpriv __bh_tag("test_expect_failure_unpriv")

/* Text of the verifier log, in this order. "{{[0-9]+}}" is an extended regular expression. */
#define __msg(text) __bh_tag("test_expect_msg=" text)
#define __msg_unpriv(text) __bh_tag("test_expect_msg_unpriv=" text)
#define __not_msg(text) __bh_tag("test_expect_not_msg=" text)
#define __not_msg_unpriv(text) __bh_tag("test_expect_not_msg_unpriv=" text)

/* Consecutive lines, unless "..." stands between: after the verifier's rewrites; of the machine
 * code (after an __arch_*); of the filter's two output streams.
 */
#define __xlated(text) __bh_tag("test_expect_xlated=" text)
#define __xlated_unpriv(text) __bh_tag("test_expect_xlated_unpriv=" text)
#define __jited(text) __bh_tag("test_jited=" text)
#define __jited_unpriv(text) __bh_tag("test_jited_unpriv=" text)
#define __stderr(text) __bh_tag("test_expect_stderr=" text)
#define __stderr_unpriv(text) __bh_tag("test_expect_stderr_unpriv=" text)
#define __stdout(text) __bh_tag("test_expect_stdout=" text)
#define __stdout_unpriv(text) __bh_tag("test_expect_stdout_unpriv=" text)

/* One test run, on 64 null bytes unless __data says otherwise. A number, INT_MIN, POINTER_VALUE
 * (any value will do) or TEST_DATA_LEN.
 */
#define __retval(value) __bh_tag("test_retval=" __bh_string(value))
#define __retval_unpriv(value) __bh_tag("test_retval_unpriv=" __bh_string(value))

#define __description(text) __bh_tag("test_description=" text)
#define __log_level(bits) __bh_tag("test_log_level=" __bh_string(bits))
#define __log_always __bh_tag("test_log_always")
/* Not expanded: the name is what is understood, and "!" before it clears. */
#define __flag(flag) __bh_tag("test_prog_flags=" #flag)
#define __auxiliary __bh_tag("test_auxiliary")
#define __auxiliary_unpriv __bh_tag("test_auxiliary_unpriv")
#define __btf_path(path) __bh_tag("test_btf_path=" path)
#define __btf_func_path(path) __bh_tag("test_btf_func_path=" path)
#define __skip(reason) __bh_tag("test_skip=" reason)
#define __linear_size(bytes) __bh_tag("test_linear_size=" __bh_string(bytes))
#define __caps_unpriv(caps) __bh_tag("test_caps_unpriv=" __bh_string(caps))
#define __load_if_JITed() __bh_tag("load_mode=jited")
#define __load_if_no_JITed() __bh_tag("load_mode=no_jited")

#define __arch(name) __bh_tag("test_arch=" name)
#define __arch_x86_64 __arch("X86_64")
#define __arch_arm64 __arch("ARM64")
#define __arch_riscv64 __arch("RISCV64")
#define __arch_s390x __arch("s390x")
#define __arch_loongarch __arch("LOONGARCH")

/* For __caps_unpriv(CAP_BPF | CAP_NET_ADMIN); the numbers of linux/capability.h. */
#ifndef CAP_NET_ADMIN
#define CAP_NET_ADMIN 12
#endif
#ifndef CAP_SYS_ADMIN
#define CAP_SYS_ADMIN 21
#endif
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

/* ---- our own. Bytes are words such as "u32:5 be16:80 hex:00ff zero:4 text:lo", u and s in the
 * guest's byte order; keys and values must have exactly the size that the table has.
 */

/* The errno of a refusal, by name: __failure __errno(EACCES). */
#define __errno(name) __bh_tag("bh_errno=" #name)
#define __errno_unpriv(name) __bh_tag("bh_errno_unpriv=" #name)

/* What the test run is given (packet, context structure), and what must come out of it. */
#define __data(bytes) __bh_tag("bh_data=" bytes)
#define __ctx(bytes) __bh_tag("bh_ctx=" bytes)
#define __data_out(bytes) __bh_tag("bh_data_out=" bytes)
#define __repeat(times) __bh_tag("bh_repeat=" __bh_string(times))

/* Tables: written before the run; found after it; how many entries there are then. */
#define __put(table, key, value) __bh_tag("bh_put=" #table "|" key "|" value)
#define __table(table, key, value) __bh_tag("bh_table=" #table "|" key "|" value)
#define __table_entries(table, count) \
	__bh_tag("bh_table_entries=" #table "|" __bh_string(count))
/* Not the same in every mode, for a good reason: it holds times or addresses. */
#define __varies(table) __bh_tag("bh_varies=" #table)

/* Puts another filter of the file into a slot of a prog_array before the run. */
#define __tail(table, index, filter) \
	__bh_tag("bh_tail=" #table "|" __bh_string(index) "|" #filter)

/* What the filter is attached to, instead of the event its section names; several are several
 * associations.
 */
#define __event(name) __bh_tag("bh_event=" name)
/* Attaches the filter to its events, and makes something happen in the guest: a trigger of
 * docs/triggers.md, "@udp 127.0.0.1:4000 text:hello = nothing", or a shell command.
 */
#define __trigger(command) __bh_tag("bh_trigger=" command)
/* Found among the lines that an iterator prints, in this order; a pattern as in __msg. */
#define __read(text) __bh_tag("bh_read=" text)
/* Found in the trace buffer, in this order; a pattern as in __msg. */
#define __trace(text) __bh_tag("bh_trace=" text)

/* Where the case applies. */
#define __modes(names) __bh_tag("bh_modes=" names)
#define __needs(features) __bh_tag("bh_needs=" features)
#define __only_endian(order, why) __bh_tag("bh_only_endian=" order "|" why)
/* From one release to another ("" is an open end, "6.1" all of 6.1.y), what follows up to the next
 * __kernels holds instead of what was said before; put it last. Only what a load gives can differ:
 * __success, __failure, __errno, __msg, __retval and their like.
 */
#define __kernels(first, last) __bh_tag("bh_kernels=" first "|" last)
/* A word to select cases by. */
#define __tag(word) __bh_tag("bh_tag=" word)

/* ---- for filters written in assembly. They take (void): clang drops the name of an argument of a
 * naked function, and the kernel then refuses the types of the whole file; source lines in the
 * verifier log go with them, and libbpf says no word.
 */

#define __naked __attribute__((naked))
#ifndef __used
#define __used __attribute__((used))
#endif
#define __clobber_all \
	"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "memory"
#define __clobber_common "r0", "r1", "r2", "r3", "r4", "r5", "memory"
#define __imm(name) [name] "i"(name)
#define __imm_const(name, value) [name] "i"(value)
#define __imm_addr(name) [name] "i"(&name)
#define __imm_ptr(name) [name] "r"(&name)
#define __imm_insn(name, insn) [name] "i"(*(long *)&(insn))
/* Keeps the compiler from knowing the value. */
#define __sink(variable) asm volatile("" : "+g"(variable))

#endif
