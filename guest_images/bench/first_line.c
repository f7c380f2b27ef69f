/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The smallest /init there can be: it writes one line to the console and waits. `make bench`
 * compares the time to this line with the time to the agent's first answer.
 */
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
	static const char line[] = "bpf-harness: first line\n";
	int console = open("/dev/console", O_WRONLY);

	if (console < 0 || write(console, line, sizeof(line) - 1) < 0)
		return 1;
	for (;;)
		pause();
}
