// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest that was restored must not share with others from the same
 * state: its random numbers and its idea of the time. The host brings both.
 */
#define _GNU_SOURCE	/* sched_setaffinity */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"

#define RANDOM	"/dev/urandom"
#define NS_PER_S	1000000000ull
#define TIMER_NS	1000000
#define TIMER_WAIT_NS	200000000ull
#define TIMER_TRIES	1000

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

/* Whether a timer of this CPU comes; waits for it awake, since nothing else would wake us. */
static int await_timer(void)
{
	struct itimerspec soon = { .it_value.tv_nsec = TIMER_NS };
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	uint64_t expired, until = clock_ns() + TIMER_WAIT_NS;
	int tries = 0, err = 0;

	if (timer < 0)
		return errno;
	if (timerfd_settime(timer, 0, &soon, NULL))
		err = errno;
	while (!err && read(timer, &expired, sizeof(expired)) < 0) {
		if (errno != EAGAIN)
			err = errno;
		else if (++tries > TIMER_TRIES && clock_ns() > until)
			err = ETIME;
	}
	close(timer);
	return err;
}

/*
 * QEMU before 8.2 forgets what the timers of riscv64 and ppc64 were set to when
 * it restores a machine (hw/intc/riscv_aclint.c, hw/ppc/ppc.c). A CPU that was
 * idle without a tick sets its timer when it wakes, so each is woken; one that
 * had a tick to come waits for it for ever, and this state is good for nothing.
 */
static int wake_all_cpus(void)
{
	cpu_set_t before, only;
	int cpu, err = 0;

	if (sched_getaffinity(0, sizeof(before), &before))
		return errno;
	for (cpu = 0; cpu < CPU_SETSIZE && !err; cpu++) {
		if (!CPU_ISSET(cpu, &before))
			continue;
		CPU_ZERO(&only);
		CPU_SET(cpu, &only);
		err = sched_setaffinity(0, sizeof(only), &only) ? errno : await_timer();
	}
	return sched_setaffinity(0, sizeof(before), &before) ? errno : err;
}

int op_renew(struct agent *agent, struct call *call)
{
	uint64_t realtime_ns;
	struct bytes seed;
	int err;

	if (!agent->guest)
		return refuse(call, EPERM, "renew: this machine is not a guest of ours");
	if (arg_bin(call, "seed", SEED_MAX, &seed) ||
	    arg_u64(call, "realtime_ns", INT64_MAX, &realtime_ns))
		return -1;
	err = wake_all_cpus();
	if (!err)
		err = add_entropy(&seed);
	if (!err)
		err = set_time(realtime_ns);
	result(call, 1);
	put_int(&call->pack, "errno", err);
	return 0;
}
