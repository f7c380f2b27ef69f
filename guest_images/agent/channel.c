// SPDX-License-Identifier: GPL-2.0-only
/*
 * The byte stream to the host. Knows how to find the virtio-serial port, and
 * the UART named on the kernel command line where there is none; refuses to
 * know what goes over it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"

#define PORTS "/sys/class/virtio-ports"
#define PORT_NAME "bpf-harness"
#define UART_OPTION "bpf_harness.uart="
#define UART_SPEED B115200
#define POLL_MS 5
#define WAIT_MS 2000		/* for the port to appear, if there is a UART instead */
#define WAIT_ONLY_MS 20000	/* if there is not */

static void pause_ms(long ms)
{
	const struct timespec pause = { .tv_nsec = ms * 1000 * 1000 };

	nanosleep(&pause, NULL);
}

/* The first bytes of a small file as text, without its line end. */
static int read_text(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -1;
	got = read(fd, to, size - 1);
	close(fd);
	if (got < 0)
		return -1;
	to[got] = 0;
	to[strcspn(to, "\n")] = 0;
	return 0;
}

static bool is_our_port(const char *port)
{
	char path[PATH_SIZE], name[64];

	snprintf(path, sizeof(path), PORTS "/%s/name", port);
	return !read_text(path, name, sizeof(name)) && !strcmp(name, PORT_NAME);
}

static int open_port(void)
{
	DIR *ports = opendir(PORTS);
	char path[PATH_SIZE];
	struct dirent *entry;
	int fd = -1;

	if (!ports)
		return -1;
	while (fd < 0 && (entry = readdir(ports))) {
		if (entry->d_name[0] == '.' || !is_our_port(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
	}
	closedir(ports);
	return fd;
}

static int wait_for_port(int wait_ms)
{
	int waited, fd;

	for (waited = 0; waited < wait_ms; waited += POLL_MS) {
		fd = open_port();
		if (fd >= 0)
			return fd;
		pause_ms(POLL_MS);
	}
	return -1;
}

/* The tty named by bpf_harness.uart=, or an empty string. */
static void uart_name(char *to, size_t size)
{
	char line[PATH_SIZE], *word, *rest = line;

	to[0] = 0;
	if (read_text("/proc/cmdline", line, sizeof(line)))
		return;
	while ((word = strsep(&rest, " ")))
		if (!strncmp(word, UART_OPTION, strlen(UART_OPTION)))
			snprintf(to, size, "%s", word + strlen(UART_OPTION));
}

static int make_raw(int fd)
{
	struct termios settings;

	if (tcgetattr(fd, &settings))
		return -1;
	cfmakeraw(&settings);
	settings.c_cflag |= CLOCAL | CREAD;
	settings.c_cflag &= ~CRTSCTS;
	settings.c_iflag &= ~(IXON | IXOFF);
	settings.c_cc[VMIN] = 1;
	settings.c_cc[VTIME] = 0;
	cfsetspeed(&settings, UART_SPEED);
	return tcsetattr(fd, TCSAFLUSH, &settings);
}

static int open_uart(int kmsg, const char *name)
{
	char path[NAME_SIZE + 8];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || make_raw(fd)) {
		kmsg_line(kmsg, "cannot use %s as channel: %s", path, strerror(errno));
		return -1;
	}
	kmsg_line(kmsg, "no virtio port, the channel is %s", path);
	return fd;
}

/* The open channel, or -1 after saying on the console why there is none. */
int channel_open(int kmsg)
{
	char uart[NAME_SIZE];
	int fd;

	uart_name(uart, sizeof(uart));
	/* Without the driver's class no port can appear: do not wait for one. */
	if (uart[0] && access(PORTS, F_OK))
		return open_uart(kmsg, uart);
	fd = wait_for_port(uart[0] ? WAIT_MS : WAIT_ONLY_MS);
	if (fd >= 0)
		return fd;
	if (uart[0])
		return open_uart(kmsg, uart);
	kmsg_line(kmsg, "no virtio port named " PORT_NAME " and no " UART_OPTION);
	return -1;
}
