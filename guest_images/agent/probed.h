/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions of user space to put probes on, in a program that has no symbols.
 */
#ifndef AGENT_PROBED_H
#define AGENT_PROBED_H

#include <stddef.h>
#include <stdint.h>

#define PROBED_MAX 8

/* 0 and the function's place in the agent's file, or -1. */
int probed_find(const char *name, uint64_t *offset);

/* Places of all functions that match the pattern of fnmatch(3); how many. */
size_t probed_match(const char *pattern, unsigned long *offsets);

/* `agent probed FUNCTION A B [FUNCTION A B …]`: calls them, prints what they return. */
int probed_main(int count, char **words);

#endif
