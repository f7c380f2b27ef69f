// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1. Knows how a fresh initramfs becomes a place where filters can be
 * loaded: file systems, modules, limits, the loopback interface; then starts
 * the worker and outlives it, to say on the console how it ended. Refuses to
 * know the wire and BPF. Nothing here is fatal: what is missing is said in
 * the kernel log, and the worker may still be of use.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "init.h"
#include "lasting.h"
#include "probed.h"

#define FILES_MAX (1UL << 20)

static const struct {
	const char *type, *target, *options;
} mounts[] = {
	{ "devtmpfs", "/dev", NULL },
	{ "proc", "/proc", NULL },
	{ "sysfs", "/sys", NULL },
	{ "bpf", "/sys/fs/bpf", NULL },
	{ "tracefs", "/sys/kernel/tracing", NULL },
	{ "debugfs", "/sys/kernel/debug", NULL },
	{ "cgroup2", "/sys/fs/cgroup", NULL },
	{ "tmpfs", "/tmp", "mode=1777" },
	{ "tmpfs", "/run", "mode=755" },
	{ "devpts", "/dev/pts", "mode=620,ptmxmode=666" },
};

/* One record in the kernel log, and so on the console. */
void kmsg_line(int kmsg, const char *format, ...)
{
	char line[PATH_SIZE + 64] = "<3>bpf-harness: ";
	size_t prefix = strlen(line);
	va_list list;

	va_start(list, format);
	vsnprintf(line + prefix, sizeof(line) - prefix - 1, format, list);
	va_end(list);
	/* A record without its line end is held back for a continuation. */
	strcat(line, "\n");
	if (write(kmsg, line, strlen(line)) < 0)
		return;	/* there is nowhere left to say so */
}

void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

int open_kmsg(void)
{
	return open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
}

/* /dev first, by itself: the kernel log, where the rest complains, is in it. */
static int mount_all(void)
{
	int kmsg = -1;
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].target, 0755);
		if (mount(mounts[i].type, mounts[i].target, mounts[i].type, 0, mounts[i].options) &&
		    errno != EBUSY)
			kmsg_line(kmsg, "cannot mount %s on %s: %s", mounts[i].type,
				  mounts[i].target, strerror(errno));
		if (kmsg < 0)
			kmsg = open_kmsg();
	}
	return kmsg;
}

void write_setting(int kmsg, const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		kmsg_line(kmsg, "cannot write %s to %s: %s", value, path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void load_module(int kmsg, const char *name)
{
	char path[PATH_SIZE];
	int fd;

	snprintf(path, sizeof(path), "/modules/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
		kmsg_line(kmsg, "cannot load module %s: %s", name, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void load_modules(int kmsg)
{
	FILE *order = fopen("/modules/order", "re");
	char name[NAME_SIZE];

	if (!order)
		return;	/* this kernel needs none */
	while (fgets(name, sizeof(name), order)) {
		name[strcspn(name, "\n")] = 0;
		if (name[0])
			load_module(kmsg, name);
	}
	fclose(order);
}

static void set_limit(int kmsg, int resource, rlim_t value)
{
	const struct rlimit limit = { value, value };

	if (setrlimit(resource, &limit))
		kmsg_line(kmsg, "cannot set limit %d: %s", resource, strerror(errno));
}

static rlim_t files_limit(void)
{
	FILE *file = fopen("/proc/sys/fs/nr_open", "re");
	unsigned long most = FILES_MAX;

	if (!file)
		return FILES_MAX;
	if (fscanf(file, "%lu", &most) != 1 || most > FILES_MAX)
		most = FILES_MAX;
	fclose(file);
	return most;
}

void set_limits(int kmsg)
{
	set_limit(kmsg, RLIMIT_MEMLOCK, RLIM_INFINITY);
	set_limit(kmsg, RLIMIT_NOFILE, files_limit());
	set_limit(kmsg, RLIMIT_CORE, 0);
	write_setting(kmsg, "/proc/self/oom_score_adj", "-1000");
	/* Otherwise a rate limit eats the markers of fast trials. It wants the line end. */
	write_setting(kmsg, "/proc/sys/kernel/printk_devkmsg", "on\n");
}

static void loopback_up(int kmsg)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request))
		kmsg_line(kmsg, "cannot bring lo up: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

static int start_worker(int kmsg)
{
	pid_t pid = fork();

	if (!pid)
		_exit(worker(kmsg, NULL));
	if (pid < 0)
		kmsg_line(kmsg, "cannot start the worker: %s", strerror(errno));
	return pid;
}

/* Reaps everything that was left to PID 1, until the worker itself ends. */
static int wait_for(pid_t worker_pid)
{
	int status = 0;
	pid_t pid;

	do {
		pid = wait(&status);
	} while (pid != worker_pid && (pid >= 0 || errno == EINTR));
	return status;
}

void report_death(int kmsg, int status)
{
	if (WIFSIGNALED(status))
		kmsg_line(kmsg, "agent died: signal %d", WTERMSIG(status));
	else
		kmsg_line(kmsg, "agent died: status %d", WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	pid_t pid;
	int kmsg;

	if (getpid() != 1 && argc > 1 && !strcmp(argv[1], "probed"))
		return probed_main(argc - 2, argv + 2);
	if (getpid() != 1) {
		if (argc >= 2 && argc <= 4 && !strcmp(argv[1], "--stdio"))
			return supervise(argc > 2 ? argv[2] : NULL, argc > 3 ? atoi(argv[3]) : 0);
		fputs("usage: agent --stdio [FOLDER TO REMOVE [SECONDS OF PATIENCE]]; "
		      "without it the init of a guest\n", stderr);
		return 2;
	}
	kmsg = mount_all();
	set_limits(kmsg);
	load_modules(kmsg);
	loopback_up(kmsg);
	if (lasting_open())
		kmsg_line(kmsg, "no memory for what outlasts the worker");
	pid = start_worker(kmsg);
	if (pid > 0)
		report_death(kmsg, wait_for(pid));
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
