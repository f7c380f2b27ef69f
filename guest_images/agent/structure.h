/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef AGENT_STRUCTURE_H
#define AGENT_STRUCTURE_H

#include <stddef.h>
#include <stdint.h>

const char *structure_fault(const void *data, size_t size);

#endif
