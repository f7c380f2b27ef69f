// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shells that are typed into: on a terminal of a size, or on a pipe. Knows
 * how to start one, hand on what is typed, and resize it; what it prints and
 * how it ends is told as for every other shell.
 */
#define _GNU_SOURCE	/* pipe2, ptsname_r, environ */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "shell.h"

#define CELLS_MAX 4096		/* rows and columns */
#define TERM_SIZE 64		/* the terminal's type, with the NUL */

struct wanted {
	char *command;		/* empty: an interactive shell */
	char term[TERM_SIZE];
	struct winsize size;	/* no rows: a pipe */
	bool guest;
};

static int read_size(struct call *call, struct winsize *size)
{
	uint64_t rows, columns;

	if (arg_u64(call, "rows", CELLS_MAX, &rows) ||
	    arg_u64(call, "columns", CELLS_MAX, &columns))
		return -1;
	*size = (struct winsize){ .ws_row = rows, .ws_col = columns };
	return 0;
}

/* What a guest has, where nobody has logged in. */
static void set_environment(void)
{
	clearenv();
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	setenv("HOME", "/root", 1);
	setenv("PS1", "\\w # ", 1);
}

/*
 * Who types on a machine that is not ours gets the shell of whoever has logged
 * in; the name with a dash makes it a login shell, as sshd's do_child() does.
 */
static void become_user_shell(void)
{
	const char *named = getenv("SHELL");
	const char *path = named && named[0] == '/' ? named : SHELL;
	char dashed[NAME_SIZE];

	snprintf(dashed, sizeof(dashed), "-%s", strrchr(path, '/') + 1);
	shell_become(path, (char *const[]){ dashed, NULL }, environ, NULL);
}

static void become(const struct wanted *wanted, int input, int output)
{
	char *const asked[] = { SHELL, "-c", wanted->command, NULL };
	char *const typed[] = { SHELL, NULL };
	const char *home;

	if (wanted->guest)
		set_environment();
	setenv("TERM", wanted->term, 1);
	dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	if (wanted->size.ws_row)
		ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	home = getenv("HOME");
	if (!home || chdir(home))
		chdir("/");
	if (!wanted->guest && !wanted->command[0] && wanted->size.ws_row)
		become_user_shell();
	shell_become(SHELL, wanted->command[0] ? asked : typed, environ, NULL);
}

/* The child leads a session of its own, so that a terminal can be its. */
static pid_t start(const struct wanted *wanted, int input, int output)
{
	pid_t pid = fork();

	if (!pid) {
		setsid();
		become(wanted, input, output);
	}
	return pid;
}

static int start_on_terminal(struct shell *shell, const struct wanted *wanted)
{
	int main = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	char name[64];
	int end, err = 0;

	if (main < 0)
		return errno;
	if (unlockpt(main) || ptsname_r(main, name, sizeof(name)) ||
	    ioctl(main, TIOCSWINSZ, &wanted->size) ||
	    (end = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0) {
		err = errno;
		close(main);
		return err;
	}
	shell->pid = start(wanted, end, end);
	if (shell->pid < 0)
		err = errno;
	close(end);
	if (err)
		close(main);
	shell->fd = shell->input = main;
	return err;
}

static int start_on_pipes(struct shell *shell, const struct wanted *wanted)
{
	int in[2], out[2], err = 0;

	if (pipe2(in, O_CLOEXEC))
		return errno;
	if (pipe2(out, O_CLOEXEC)) {
		err = errno;
		close(in[0]);
		close(in[1]);
		return err;
	}
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	shell->pid = start(wanted, in[0], out[1]);
	if (shell->pid < 0)
		err = errno;
	close(in[0]);
	close(out[1]);
	if (err) {
		close(in[1]);
		close(out[0]);
	}
	shell->input = in[1];
	shell->fd = out[0];
	return err;
}

int op_terminal_start(struct agent *agent, struct call *call)
{
	char command[COMMAND_SIZE] = "";
	struct wanted wanted = { .command = command, .guest = agent->guest };
	struct shell *shell;
	uint64_t as;
	int err;

	if (arg_new(call, &as) || registry_check_new(&agent->shells, call, as) ||
	    (arg_find(call, "command") &&
	     arg_text(call, "command", command, sizeof(command))) ||
	    arg_text(call, "term", wanted.term, sizeof(wanted.term)) ||
	    read_size(call, &wanted.size))
		return -1;
	shell = shell_new(agent, call);
	if (!shell)
		return -1;
	err = wanted.size.ws_row ? start_on_terminal(shell, &wanted) :
				   start_on_pipes(shell, &wanted);
	return shell_started(agent, call, shell, as, err);
}

static struct shell *find(struct agent *agent, struct call *call)
{
	struct shell *shell;
	uint64_t id;

	if (arg_u64(call, "shell", INT64_MAX, &id))
		return NULL;
	shell = (struct shell *)registry_get(&agent->shells, call, id);
	if (shell && shell->input < 0) {
		refuse(call, EBADF, "%s: nothing can be typed into shell %llu", call->op,
		       (unsigned long long)id);
		return NULL;
	}
	return shell;
}

/* How much of it was taken: a terminal holds a few KiB that nobody has read. No data ends a pipe. */
int op_terminal_input(struct agent *agent, struct call *call)
{
	struct shell *shell = find(agent, call);
	struct bytes data;
	ssize_t put = 0;
	int err = 0;

	if (!shell || arg_bin(call, "data", FRAGMENT_MAX, &data))
		return -1;
	if (data.size) {
		put = write(shell->input, data.data, data.size);
		if (put < 0 && errno != EAGAIN)
			err = errno;
	} else if (shell->input != shell->fd) {
		close(shell->input);
		shell->input = -1;
	}
	result(call, 2);
	put_int(&call->pack, "errno", err);
	put_uint(&call->pack, "taken", put < 0 ? 0 : put);
	return 0;
}

/* The kernel tells the foreground group: SIGWINCH. */
int op_terminal_resize(struct agent *agent, struct call *call)
{
	struct shell *shell = find(agent, call);
	struct winsize size;

	if (!shell || read_size(call, &size))
		return -1;
	return result_errno(call, ioctl(shell->input, TIOCSWINSZ, &size) ? errno : 0);
}
