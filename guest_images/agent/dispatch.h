/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one door from the wire to the operations.
 */
#ifndef AGENT_DISPATCH_H
#define AGENT_DISPATCH_H

#include "agent.h"

int serve_request(struct agent *agent);

#endif
