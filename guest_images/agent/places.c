// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where filters are attached to. Knows the interfaces veth0 and veth1, which are
 * two ends of one wire, and the cgroup "filtered": they are made with the first
 * link to them and go with the last; refuses to make anything else.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach.h"
#include "lasting.h"
#include "netlink.h"

#define CGROUPS "/sys/fs/cgroup/"
#define FILTERED "filtered"
#define SWEEP_TRIES 200
#define SWEEP_PAUSE_US 5000
#define WIRE_TRIES 5000
#define WIRE_PAUSE_US 2000

static const char *const ends[] = { "veth0", "veth1" };

static size_t users[PLACES];
static uint64_t lasting[PLACES];	/* 0: it is not there */

/* Fixed, so that packets can be written for them. */
static void put_end(struct netlink *message, int end)
{
	const unsigned char address[] = { 2, 0, 0, 0, 0, end + 1 };

	netlink_put_text(message, IFLA_IFNAME, ends[end]);
	netlink_put(message, IFLA_ADDRESS, address, sizeof(address));
}

static int make_pair(void)
{
	const struct ifinfomsg blank = { .ifi_family = AF_UNSPEC };
	struct netlink message;
	size_t link, data, peer;

	netlink_start(&message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &blank, sizeof(blank));
	put_end(&message, 0);
	link = netlink_open(&message, IFLA_LINKINFO);
	netlink_put_text(&message, IFLA_INFO_KIND, "veth");
	data = netlink_open(&message, IFLA_INFO_DATA);
	peer = netlink_open(&message, VETH_INFO_PEER);
	netlink_put_body(&message, &blank, sizeof(blank));
	put_end(&message, 1);
	netlink_close(&message, peer);
	netlink_close(&message, data);
	netlink_close(&message, link);
	return netlink_ask(&message);
}

/* Otherwise the kernel sends packets of its own as soon as the interface is up. */
static int silence(const char *name)
{
	char path[64];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : errno;	/* without IPv6 it is silent anyhow */
	if (write(fd, "1", 1) < 0)
		err = errno;
	close(fd);
	return err;
}

static int bring_up(const char *name)
{
	const struct ifinfomsg up = {
		.ifi_index = if_nametoindex(name), .ifi_flags = IFF_UP, .ifi_change = IFF_UP,
	};
	struct netlink message;
	int err = silence(name);

	if (err)
		return err;
	netlink_start(&message, RTM_NEWLINK, 0, &up, sizeof(up));
	return netlink_ask(&message);
}

/*
 * Both ends are up, and yet what is sent at the first one is dropped in silence (noop_qdisc): its
 * carrier came with the second end, and linkwatch_event() sees to that within a second. It does
 * so under rtnl_lock(), for which the last request waits.
 */
static int await_wire(void)
{
	char state[16];

	for (int tries = 0; tries < WIRE_TRIES; tries++) {
		int fd = open("/sys/class/net/veth0/operstate", O_RDONLY | O_CLOEXEC);
		ssize_t size;

		if (fd < 0)
			return errno;
		size = read(fd, state, sizeof(state));
		close(fd);
		if (size == 3 && !memcmp(state, "up\n", 3))
			return bring_up(ends[0]);
		usleep(WIRE_PAUSE_US);
	}
	return ETIMEDOUT;
}

static int remove_pair(const void *none)
{
	const struct ifinfomsg one = { .ifi_index = if_nametoindex(ends[0]) };
	struct netlink message;

	(void)none;
	netlink_start(&message, RTM_DELLINK, 0, &one, sizeof(one));
	return netlink_ask(&message);
}

static int make_pair_up(void)
{
	int err = make_pair();

	if (err)
		return err;
	err = bring_up(ends[0]);
	if (!err)
		err = bring_up(ends[1]);
	if (!err)
		err = await_wire();
	if (err)
		remove_pair(NULL);
	return err;
}

static int make_group(void)
{
	return mkdir(CGROUPS FILTERED, 0755) ? errno : 0;
}

/* A process may still be in it; then it goes after the processes, with places_sweep(). */
static int remove_group(const void *none)
{
	(void)none;
	return rmdir(CGROUPS FILTERED) ? errno : 0;
}

static const struct {
	int (*make)(void);
	lasting_end_fn *remove;
} places[PLACES] = {
	[PLACE_PAIR] = { make_pair_up, remove_pair },
	[PLACE_GROUP] = { make_group, remove_group },
};

/* An errno. A cgroup that somebody else has made is as good, and stays. */
static int make(enum place place)
{
	int err;

	if (lasting[place])
		return 0;	/* it was busy when it was to go */
	err = places[place].make();
	if (err)
		return err == EEXIST && place == PLACE_GROUP ? 0 : err;
	lasting[place] = lasting_add(places[place].remove, NULL, 0);
	return lasting[place] ? 0 : ENOMEM;
}

static int use(struct made *made, enum place place)
{
	int err = 0;

	if (made->uses[place])
		return 0;
	if (!users[place])
		err = make(place);
	if (err)
		return err;
	users[place]++;
	made->uses[place] = true;
	return 0;
}

static void leave(enum place place)
{
	if (lasting_end(lasting[place]) != EBUSY)
		lasting[place] = 0;
}

void places_leave(const struct made *made)
{
	size_t place;

	for (place = 0; place < PLACES; place++)
		if (made->uses[place] && !--users[place])
			leave(place);
}

void places_sweep(void)
{
	int tries = SWEEP_TRIES;

	while (lasting[PLACE_GROUP] && !users[PLACE_GROUP] && tries--) {
		leave(PLACE_GROUP);
		if (lasting[PLACE_GROUP])
			usleep(SWEEP_PAUSE_US);
	}
}

int arg_interface(struct call *call, struct made *made, unsigned int *index)
{
	char name[NAME_SIZE];

	*index = 0;
	if (arg_text(call, "interface", name, sizeof(name)))
		return -1;
	if (!strcmp(name, ends[0]) || !strcmp(name, ends[1]))
		made->err = use(made, PLACE_PAIR);
	if (made->err)
		return 0;
	*index = if_nametoindex(name);
	if (!*index)
		made->err = ENODEV;
	return 0;
}

int made_in_cgroup(struct made *made, const char *name)
{
	char path[sizeof(CGROUPS) + NAME_SIZE];
	int fd;

	if (!strcmp(name, FILTERED))
		made->err = use(made, PLACE_GROUP);
	if (made->err)
		return -1;
	snprintf(path, sizeof(path), CGROUPS "%s", name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		made->err = errno;
	return fd;
}
