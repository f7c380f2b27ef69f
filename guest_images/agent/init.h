/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two ways to be started have in common: as PID 1 of a guest, and as
 * a command on a machine that runs already.
 */
#ifndef AGENT_INIT_H
#define AGENT_INIT_H

#include <stdbool.h>
#include <sys/types.h>

int open_kmsg(void);
void set_limits(int kmsg);
void write_setting(int kmsg, const char *path, const char *value);
void report_death(int kmsg, int status);

/* Zeros that a process and those it forks from now on have in common, or NULL. */
void *shared_memory(size_t size);

/* A machine that runs already. Patience: seconds without a word from the host, 0 for ever. */
int supervise(const char *folder, unsigned int patience);

/* Its kernel log, followed. */
int klog_open(void);
bool klog_pump(int klog, int to, int wait_ms);

/* Its settings, given back. */
void settings_keep(void);
void settings_give_back(int kmsg);

/* What was copied to it, taken away: where it is kept, before the worker is started. */
int brought_open(void);
void brought_take_away(int kmsg);

/* Whose child a process is: 0 if it has ended. */
pid_t parent_of(pid_t pid);
int end_descendants(void);

#endif
