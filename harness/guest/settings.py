"""The sysctls of one guest: what they were before anything could change them, and what they are.

To read them all takes an emulated guest some 25 ms, so they are read only around what can change
one: a shell command, a trigger, an association with an event, or a write to a file. A filter that
is merely loaded and run cannot.
"""

import re

from harness.channels.fields import Fields
from harness.guest.later import Connection, Later
from harness.values.observation import SettingChange

# Those that change by themselves, by path. The first seven were found by comparing what they were
# before and after the cases of this repository, and in guests that did nothing.
_RESTLESS = frozenset(
    {
        "fs/dentry-state",
        "fs/file-nr",
        "fs/inode-nr",
        "fs/inode-state",
        "kernel/ns_last_pid",
        "kernel/random/entropy_avail",
        "kernel/random/uuid",
        # Of the connections that there are just now, and of the tasks that hung: a splat tells.
        "net/netfilter/nf_conntrack_count",
        "kernel/hung_task_detect_count",
        # Lowered by perf_sample_event_took() in kernel/events/core.c on a slow machine.
        "kernel/perf_event_max_sample_rate",
        # Judged by itself, bit by bit.
        "kernel/tainted",
    }
)


# One for each CPU and level: what an idle CPU expects a look for work to cost it, which fades with
# time (rebalance_domains() in kernel/sched/fair.c). No sysctl any more since commit 3b87f136f8fc
# ("sched,debug: Convert sysctl sched_domains to debugfs") in v5.13.
_RESTLESS_DOMAINS = re.compile(r"kernel/sched_domain/cpu\d+/domain\d+/max_newidle_lb_cost\Z")


class Settings:
    """Remembers the sysctls of a guest, and tells those that changed. Silent until guarded."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._guarded = False
        self._stirred = False
        self._first: Later[dict[str, str]] | None = None
        self._own: dict[str, str] = {}

    def guard(self) -> None:
        """From now on remember what they were before the first thing that can change them."""
        self._guarded = True

    def may_change(self) -> None:
        """To be called before what can change them is asked for: requests are served in order."""
        if not self._guarded:
            return
        self._stirred = True
        if self._first is None:
            self._first = self._submit()

    def note(self, path: str, value: str) -> None:
        """The harness itself has written this to the file of that path below /proc/sys."""
        self._own[path] = value

    def changed(self) -> tuple[SettingChange, ...]:
        """How they differ from what they were, in order; asks only if one can have changed."""
        if not self._stirred or self._first is None:
            return ()
        now = self._submit().result()
        first = {path: self._own.get(path, value) for path, value in self._first.result().items()}
        self._stirred = False
        return tuple(
            SettingChange(_sysctl(path), first.get(path), now.get(path))
            for path in sorted(first.keys() | now.keys())
            if first.get(path) != now.get(path) and not _is_restless(path)
        )

    def _submit(self) -> Later[dict[str, str]]:
        return self._connection.submit("settings", _read, {})


def _is_restless(path: str) -> bool:
    return path in _RESTLESS or _RESTLESS_DOMAINS.match(path) is not None


def _read(reply: Fields) -> dict[str, str]:
    """Values, each as one line, by path below /proc/sys."""
    return {_line(path): _line(value) for path, value in reply.pairs("settings")}


def _line(data: bytes) -> str:
    words = " ".join(data.decode("ascii", "replace").split())
    return "".join(character if character.isprintable() else "\ufffd" for character in words)


def _sysctl(path: str) -> str:
    """As sysctl(8) writes it: `net/ipv4/conf/eth0.1/mtu` is net.ipv4.conf.eth0/1.mtu."""
    return path.translate(str.maketrans("/.", "./"))
