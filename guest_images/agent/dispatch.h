/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef AGENT_DISPATCH_H
#define AGENT_DISPATCH_H

#include "agent.h"

int serve_request(struct agent *agent);

#endif
