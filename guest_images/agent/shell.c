// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shell commands in the guest, several at once. Knows how to start one in a
 * process group of its own, pass on what it prints and say how it ended;
 * refuses to know what it is for.
 */
#define _GNU_SOURCE	/* pipe2 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shell.h"

#define BUSYBOX "/bin/busybox"
#define NOT_RUN 127		/* what a shell says of a command it cannot run */
#define READS_AT_END 64		/* a killed group's last words: a full pipe, and more */

static char *const environment[] = {
	"PATH=/bin:/sbin:/usr/bin:/usr/sbin", "HOME=/", "TERM=dumb", NULL
};

/* The child by itself, too: it may not have made its group yet. */
static void kill_group(const struct shell *shell)
{
	kill(-shell->pid, SIGKILL);
	kill(shell->pid, SIGKILL);
}

/* Ends whatever is left of the group, and forgets it. */
void shell_release(struct entry *entry)
{
	struct shell *shell = (struct shell *)entry;

	kill_group(shell);
	while (waitpid(shell->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (shell->input >= 0 && shell->input != shell->fd)
		close(shell->input);
	if (shell->fd >= 0)
		close(shell->fd);
	free(shell);
}

size_t shells_fds(const struct agent *agent, int *fds)
{
	struct entry *entry = NULL;
	size_t count = 0;

	while ((entry = registry_next(&agent->shells, entry)))
		fds[count++] = ((struct shell *)entry)->fd;
	return count;
}

static void tell_output(struct agent *agent, const struct shell *shell, const char *data,
			size_t size)
{
	msgpack_packer pack;

	event_start(agent, &pack, "output", 2);
	put_uint(&pack, "shell", shell->entry.id);
	put_bin(&pack, "data", data, size);
	event_send(agent);
}

/* False when there is nothing to read now, or ever. */
static bool pass_output(struct agent *agent, struct shell *shell)
{
	char data[OUTPUT_MAX];
	ssize_t got;

	if (shell->fd < 0)
		return false;
	got = read(shell->fd, data, sizeof(data));
	if (got > 0) {
		tell_output(agent, shell, data, got);
		return true;
	}
	/* A terminal that nobody has open any more says EIO. */
	if (got == 0 || errno == EIO) {
		if (shell->input == shell->fd)
			shell->input = -1;
		close(shell->fd);
		shell->fd = -1;
	}
	return false;
}

void shells_pump(struct agent *agent)
{
	struct entry *entry = NULL;

	while ((entry = registry_next(&agent->shells, entry)))
		pass_output(agent, (struct shell *)entry);
}

/* What ended stays a zombie, and so keeps its group's number, until released. */
static bool has_ended(const struct shell *shell, siginfo_t *info)
{
	info->si_pid = 0;
	return !waitid(P_PID, shell->pid, info, WEXITED | WNOHANG | WNOWAIT) && info->si_pid;
}

/* As wait(2) gives it: an exit code in the second byte, or a signal. */
static int wait_status(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED ? (info->si_status & 0xff) << 8 : info->si_status;
}

static void tell_exit(struct agent *agent, struct shell *shell, const siginfo_t *info)
{
	msgpack_packer pack;
	int reads = READS_AT_END;

	/* What it left in the background must not outlive it. */
	kill(-shell->pid, SIGKILL);
	while (reads-- && pass_output(agent, shell))
		;
	event_start(agent, &pack, "exit", 2);
	put_uint(&pack, "shell", shell->entry.id);
	put_int(&pack, "status", wait_status(info));
	event_send(agent);
}

void shells_reap(struct agent *agent)
{
	struct entry *entry = registry_next(&agent->shells, NULL);
	struct entry *next;
	siginfo_t info;

	for (; entry; entry = next) {
		next = registry_next(&agent->shells, entry);
		if (!has_ended((struct shell *)entry, &info))
			continue;
		tell_exit(agent, (struct shell *)entry, &info);
		registry_remove(&agent->shells, entry);
	}
}

/* On all that the shell is and starts. */
static void confine(const struct sock_fprog *filter)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter, 0, 0)) {
		dprintf(STDERR_FILENO, "cannot set the seccomp filter: %s\n", strerror(errno));
		_exit(NOT_RUN);
	}
}

void shell_become(const char *path, char *const *argv, char *const *environment,
		  const struct sock_fprog *seccomp)
{
	int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	sigset_t none;

	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* The worker itself is never to be killed for memory; this one may be. */
	if (score < 0 || write(score, "0", 1) < 0)
		dprintf(STDERR_FILENO, "cannot set oom_score_adj: %s\n", strerror(errno));
	if (seccomp)
		confine(seccomp);
	execve(path, argv, environment);
	dprintf(STDERR_FILENO, "cannot run %s: %s\n", path, strerror(errno));
	_exit(NOT_RUN);
}

static void become(char *const *argv, int output, const struct sock_fprog *seccomp)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setpgid(0, 0);
	dup2(null, STDIN_FILENO);
	dup2(output < 0 ? null : output, STDOUT_FILENO);
	dup2(output < 0 ? null : output, STDERR_FILENO);
	shell_become(argv[0], argv, environment, seccomp);
}

static pid_t start(char *const *argv, int output, const struct sock_fprog *seccomp)
{
	pid_t pid = fork();

	if (!pid)
		become(argv, output, seccomp);
	if (pid > 0)
		setpgid(pid, pid);
	return pid;
}

/*
 * Boot must be fast, so busybox's names are only made when one may be used, or
 * when a filter that would see them made is to be attached.
 */
void install_applets(struct agent *agent)
{
	char *const argv[] = { BUSYBOX, "--install", "-s", "/bin", NULL };
	pid_t pid;

	/* A machine that is not ours has its own. */
	if (agent->applets_installed || !agent->guest)
		return;
	agent->applets_installed = true;
	pid = start(argv, -1, NULL);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* One that is not started yet; what it may need is there. NULL after refuse(). */
struct shell *shell_new(struct agent *agent, struct call *call)
{
	struct shell *shell = calloc(1, sizeof(*shell));

	if (!shell) {
		refuse(call, ENOMEM, "%s: no memory for a shell", call->op);
		return NULL;
	}
	shell->fd = shell->input = -1;
	install_applets(agent);
	agent->stirred = true;
	return shell;
}

/* One that could not be started, for err, is forgotten. */
int shell_started(struct agent *agent, struct call *call, struct shell *shell, uint64_t as, int err)
{
	if (err)
		free(shell);
	else
		registry_add(&agent->shells, &shell->entry, as);
	return result_errno(call, err);
}

static int start_shell(struct shell *shell, char *command, const struct sock_fprog *seccomp)
{
	char *const argv[] = { SHELL, "-c", command, NULL };
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return errno;
	shell->fd = ends[0];
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	shell->pid = start(argv, ends[1], seccomp);
	close(ends[1]);
	if (shell->pid > 0)
		return 0;
	close(ends[0]);
	return errno;
}

int op_shell_start(struct agent *agent, struct call *call)
{
	bool confined = arg_find(call, "seccomp");
	char command[COMMAND_SIZE];
	struct sock_fprog filter;
	struct shell *shell;
	uint64_t as;
	int err;

	if (arg_new(call, &as) || registry_check_new(&agent->shells, call, as) ||
	    arg_text(call, "command", command, sizeof(command)) ||
	    (confined && arg_classic(call, "seccomp", &filter)))
		return -1;
	shell = shell_new(agent, call);
	if (!shell)
		return -1;
	err = start_shell(shell, command, confined ? &filter : NULL);
	return shell_started(agent, call, shell, as, err);
}

int op_shell_kill(struct agent *agent, struct call *call)
{
	struct entry *entry;
	uint64_t id;

	if (arg_u64(call, "shell", INT64_MAX, &id))
		return -1;
	entry = registry_get(&agent->shells, call, id);
	if (!entry)
		return -1;
	kill_group((struct shell *)entry);
	return result_empty(call);
}
