// SPDX-License-Identifier: GPL-2.0-only
/*
 * An association that another process owns: it alone holds the descriptors, so
 * that the association ends when the process does, however that comes about.
 */
#define _GNU_SOURCE	/* pipe2, close_range */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach.h"

/* Those of the worker, but for what is attached: it must not be kept by anybody else. */
static void close_others(int program, int pipe)
{
	int low = program < pipe ? program : pipe;
	int high = program < pipe ? pipe : program;

	if (low > STDERR_FILENO + 1)
		syscall(SYS_close_range, STDERR_FILENO + 1, low - 1, 0);
	if (high > low + 1)
		syscall(SYS_close_range, low + 1, high - 1, 0);
	syscall(SYS_close_range, high + 1, ~0U, 0);
}

/* What a dying process would leave behind is not for it to make. */
static bool leaves_something(const struct made *made)
{
	size_t place;

	for (place = 0; place < PLACES; place++)
		if (made->uses[place])
			return true;
	return made->undo;
}

static void own(struct call *call, const struct kind *kind, const struct program *program,
		int pipe)
{
	struct made made = { .fd = -1 };
	sigset_t none;
	int err;

	prctl(PR_SET_NAME, "owner");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	print_nowhere();
	close_others(program->fd, pipe);
	err = kind->attach(call, program, &made) ? EINVAL : made.err;
	if (!err && leaves_something(&made)) {
		made_end(&made);
		err = EOPNOTSUPP;
	}
	if (write(pipe, &err, sizeof(err)) != sizeof(err) || err)
		_exit(0);
	close(pipe);
	close(program->fd);
	for (;;)
		pause();
}

/* What the process says of it, an errno; if it does not, it is no more. */
static int hear(int pipe)
{
	int err;

	return read(pipe, &err, sizeof(err)) == sizeof(err) ? err : ECHILD;
}

/* The process that owns the association, or 0 with the errno in made. */
pid_t attach_by_owner(struct call *call, const struct kind *kind, const struct program *program,
		      struct made *made)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC)) {
		made->err = errno;
		return 0;
	}
	open_nowhere();
	pid = fork();
	made->err = pid < 0 ? errno : 0;
	if (!pid)
		own(call, kind, program, ends[1]);
	close(ends[1]);
	if (pid > 0)
		made->err = hear(ends[0]);
	close(ends[0]);
	if (pid > 0 && made->err)
		end_owner(pid);
	return made->err ? 0 : pid;
}

/* Not asked to: it dies, as it would by the kernel's hand. */
void end_owner(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
