/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every bound the agent enforces, in one place. Knows numbers only; the host
 * holds the same numbers in its own wire module.
 */
#ifndef AGENT_LIMITS_H
#define AGENT_LIMITS_H

#define KIB(n) ((size_t)(n) << 10)
#define MIB(n) ((size_t)(n) << 20)

#define PROTOCOL_VERSION 1

#define FRAGMENT_MAX KIB(64)	/* payload of one frame */
#define MESSAGE_MAX MIB(32)	/* joined fragments, both directions */
#define DEPTH_MAX 16		/* arrays and maps inside one another */
#define VALUES_MAX 262144	/* values in one request */

#define IDS_MAX 16384		/* of one kind, in the reply to health */
#define HANDLES_MAX 4096	/* objects, raw programs and tables */
#define LINKS_MAX 4096
#define SHELLS_MAX 64
#define FIRES_MAX 64
#define STREAMS_MAX 64
#define BLOBS_MAX 64
#define BLOBS_BYTES_MAX MIB(256)

#define NAME_SIZE 256		/* programs, tables, functions, with the NUL */
#define PATH_SIZE 4096
#define COMMAND_SIZE KIB(64)
#define MARK_MAX 512
#define NONCE_MAX 64
#define SEED_MAX 512

#define FILE_MAX MIB(16)	/* read_file and write_file */
#define SETTING_MAX KIB(4)	/* value of one sysctl */
#define SETTINGS_DEPTH_MAX 16	/* folders below /proc/sys */
#define PRINTED_MAX KIB(64)	/* what libbpf printed during one operation */
#define LOG_MAX MIB(16)		/* verifier log of one program */
#define LOGS_MAX MIB(128)	/* verifier logs of one load, in memory */
#define LOGS_SENT_MAX MIB(24)	/* verifier logs of one load, in the reply */
#define CODE_MAX MIB(4)		/* translated or JITed code in one reply */
#define PLACES_MAX 256		/* functions of a program whose places a load tells */
#define RUN_DATA_MAX MIB(1)	/* each buffer of a test run */
#define INSNS_MAX 1000000	/* instructions of a raw program */

#define DUMP_MAX 65536		/* entries of a page */
#define DUMP_BYTES_MAX MIB(8)	/* bytes of a page, one entry at least */
#define DUMP_VISITS_MAX 65536	/* keys looked at for a page */

#define PROBES_MAX 32		/* of one link */
#define SOCKETS_MAX 8		/* of one link */
#define ITERATED_MAX MIB(1)	/* what an iterator prints */
#define PACKETS_MAX 256
#define PACKET_SIZE 2048
#define TRACE_LINE_MAX 4096
#define TRACE_LINES_MAX 256
#define RECORDS_MAX 4096	/* in one event */
#define RECORDS_BYTES_MAX KIB(256)	/* of one event, give or take one record */
#define OUTPUT_MAX KIB(32)	/* shell output in one event */

#define FIRE_STEPS_MAX 16	/* system calls of a trigger */
#define FIRE_VALUES_MAX 16	/* of one step */
#define FIRE_DATA_MAX KIB(64)	/* of one value, and of what arrived */
#define FIRE_WORD_SIZE 64	/* addresses, names of congestion controls, with the NUL */
#define FIRE_WAIT_MAX 60000	/* ms, for what may not arrive */
#define FIRE_TIMES_MAX 100000
#define FIRE_MEMORY_MAX MIB(64)	/* that a trigger touches */

#endif
