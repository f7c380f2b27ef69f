// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel log as a console shows it. Knows the records of /dev/kmsg
 * (Documentation/ABI/testing/dev-kmsg); refuses to know what they say.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "limits.h"

#define RECORD_MAX KIB(8)	/* kernel/printk: PRINTK_MESSAGE_MAX is 2048, escapes make it 4 times */
#define STAMP_SIZE 48
#define RECORDS_A_TURN 256

/* From now on; -1 if it cannot be. */
int klog_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && lseek(fd, 0, SEEK_END) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int hex_digit(char from)
{
	if (from >= '0' && from <= '9')
		return from - '0';
	if (from >= 'a' && from <= 'f')
		return from - 'a' + 10;
	return -1;
}

/* What stands escaped as \xHH at that place, or -1. */
static int escaped(const char *from)
{
	int high, low;

	if (from[0] != '\\' || from[1] != 'x')
		return -1;
	high = hex_digit(from[2]);
	low = high < 0 ? -1 : hex_digit(from[3]);
	return low < 0 ? -1 : high * 16 + low;
}

/* Undoes the escapes in place, up to the end of the line, which it includes. */
static size_t unescape(char *text)
{
	char *from = text, *to = text;
	int byte;

	while (*from && *from != '\n') {
		byte = escaped(from);
		*to++ = byte < 0 ? *from : (char)byte;
		from += byte < 0 ? 1 : 4;
	}
	*to++ = '\n';
	return to - text;
}

/* Whether something as short as a pipe takes at once does not wait. Who is gone takes all. */
static bool is_taken(int to, int wait_ms)
{
	struct pollfd reader = { .fd = to, .events = POLLOUT };

	return poll(&reader, 1, wait_ms) > 0;
}

/* A reader that went away is noticed by who waits for the worker. */
static void put(int to, const char *data, size_t size)
{
	ssize_t done;

	while (size) {
		done = write(to, data, size);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		data += done;
		size -= done;
	}
}

/* "6,1234,5678901,-;text": level, number, microseconds since boot, flags. */
static void put_record(int to, char *record)
{
	unsigned long long usec = 0;
	char *text = strchr(record, ';');
	char line[STAMP_SIZE + RECORD_MAX];
	size_t length, size;

	if (!text || sscanf(record, "%*u,%*u,%llu,", &usec) != 1)
		return;
	length = snprintf(line, STAMP_SIZE, "[%5llu.%06llu] ", usec / 1000000, usec % 1000000);
	size = unescape(text + 1);
	memcpy(line + length, text + 1, size);
	put(to, line, length + size);
}

/*
 * What there is, as long as it is taken; false if it is not, not even after that time. The kernel
 * keeps the rest. To wait for a host that cannot hear us would be to wait with it.
 */
bool klog_pump(int klog, int to, int wait_ms)
{
	static const char lost[] = "[    0.000000] bpf-harness: messages of the kernel were lost\n";
	char record[RECORD_MAX + 1];
	int records = RECORDS_A_TURN;
	ssize_t got;

	while (records--) {
		if (!is_taken(to, wait_ms))
			return false;
		got = read(klog, record, RECORD_MAX);
		if (got > 0) {
			record[got] = 0;
			put_record(to, record);
		} else if (got < 0 && errno == EPIPE) {
			/* They were overwritten before they could be read. */
			put(to, lost, sizeof(lost) - 1);
		} else {
			break;
		}
	}
	return true;
}
