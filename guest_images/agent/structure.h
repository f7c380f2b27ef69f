/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The check every request passes before it is taken apart.
 */
#ifndef AGENT_STRUCTURE_H
#define AGENT_STRUCTURE_H

#include <stddef.h>

const char *structure_fault(const void *data, size_t size);

#endif
