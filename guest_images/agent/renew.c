// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest that was restored must not share with others from the same
 * state: its random numbers and its idea of the time. The host brings both.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"

#define RANDOM	"/dev/urandom"
#define NS_PER_S	1000000000ull

/* Credits the seed and makes the kernel draw from it now, not in a minute: drivers/char/random.c. */
static int add_entropy(const struct bytes *seed)
{
	struct rand_pool_info *pool = calloc(1, sizeof(*pool) + seed->size);
	int fd, err = 0;

	if (!pool)
		return ENOMEM;
	pool->entropy_count = (int)seed->size * 8;
	pool->buf_size = (int)seed->size;
	memcpy(pool->buf, seed->data, seed->size);
	fd = open(RANDOM, O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, RNDADDENTROPY, pool) || ioctl(fd, RNDRESEEDCRNG))
		err = errno;
	if (fd >= 0)
		close(fd);
	free(pool);
	return err;
}

static int set_time(uint64_t realtime_ns)
{
	struct timespec now = {
		.tv_sec = (time_t)(realtime_ns / NS_PER_S),
		.tv_nsec = (long)(realtime_ns % NS_PER_S),
	};

	return clock_settime(CLOCK_REALTIME, &now) ? errno : 0;
}

int op_renew(struct agent *agent, struct call *call)
{
	uint64_t realtime_ns;
	struct bytes seed;
	int err;

	(void)agent;
	if (arg_bin(call, "seed", SEED_MAX, &seed) ||
	    arg_u64(call, "realtime_ns", INT64_MAX, &realtime_ns))
		return -1;
	err = add_entropy(&seed);
	if (!err)
		err = set_time(realtime_ns);
	result(call, 1);
	put_int(&call->pack, "errno", err);
	return 0;
}
