// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel log as a console shows it. Knows the records of /dev/kmsg
 * (Documentation/ABI/testing/dev-kmsg); refuses to know what they say.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init.h"
#include "limits.h"

#define RECORD_MAX KIB(8)	/* kernel/printk: PRINTK_MESSAGE_MAX is 2048, escapes make it 4 times */
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
	char stamp[48];
	int length;

	if (!text || sscanf(record, "%*u,%*u,%llu,", &usec) != 1)
		return;
	length = snprintf(stamp, sizeof(stamp), "[%5llu.%06llu] ", usec / 1000000, usec % 1000000);
	put(to, stamp, length);
	put(to, text + 1, unescape(text + 1));
}

void klog_pump(int klog, int to)
{
	static const char lost[] = "[    0.000000] bpf-harness: messages of the kernel were lost\n";
	char record[RECORD_MAX + 1];
	int records = RECORDS_A_TURN;
	ssize_t got;

	while (records--) {
		got = read(klog, record, RECORD_MAX);
		if (got > 0) {
			record[got] = 0;
			put_record(to, record);
		} else if (got < 0 && errno == EPIPE) {
			/* They were overwritten before they could be read. */
			put(to, lost, sizeof(lost) - 1);
		} else {
			return;
		}
	}
}
