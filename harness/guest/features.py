"""Features that a kernel may lack: how each is probed in a guest, and when to believe its absence.

A row is data: a new feature is a new row. Version numbers only accuse: a feature that is absent
on a kernel new enough to have it, and configured to have it, is a failure.
"""

import re
from dataclasses import dataclass

from harness.formats.kconfig import Kconfig
from harness.guest.guest import Guest
from harness.values.errors import UnknownNameError

_VERSION = re.compile(r"(\d{1,5})\.(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that a case may need."""

    name: str
    probe: str
    """Shell command in the guest; status 0 means that the feature is there."""

    since: tuple[int, int]
    """The first release whose x86_64 and arm64 kernels have it."""

    option: str
    """The kernel option that must be on for it."""


FEATURES = (
    Feature("btf", "test -r /sys/kernel/btf/vmlinux", (5, 2), "DEBUG_INFO_BTF"),
    Feature("kprobe", "test -e /sys/kernel/tracing/kprobe_events", (4, 1), "KPROBE_EVENTS"),
    Feature("tracefs", "test -e /sys/kernel/tracing/trace_pipe", (4, 1), "FTRACE"),
    Feature(
        "syscall-tracepoints",
        "test -d /sys/kernel/tracing/events/syscalls/sys_enter_openat",
        (4, 7),
        "FTRACE_SYSCALLS",
    ),
    # commit 763e34e74bb7 ("ftrace: Add register_ftrace_direct()") in v5.5.
    Feature(
        "fentry",
        "test -r /sys/kernel/btf/vmlinux && grep -qw register_ftrace_direct /proc/kallsyms",
        (5, 5),
        "DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
    ),
    Feature("two-cpus", "test $(nproc) -ge 2", (2, 6), "SMP"),
)


def find_feature(name: str) -> Feature:
    """The row of that name; raises UnknownNameError."""
    for feature in FEATURES:
        if feature.name == name:
            return feature
    names = " ".join(feature.name for feature in FEATURES)
    raise UnknownNameError(f"unknown feature {name!r}", remedy=f"use one of: {names}")


def has_feature(guest: Guest, feature: Feature) -> bool:
    """Probe it in the guest; raises GuestError if the guest is lost."""
    return guest.shell(feature.probe).wait() == 0


def is_due(feature: Feature, release: str, config: Kconfig | None) -> bool:
    """Whether a kernel of that release and configuration (None: unknown) ought to have it."""
    if config is not None and config.value(feature.option) == "n":
        return False
    found = _VERSION.match(release)
    # Nobody can be accused by a release that nobody can read.
    return found is not None and (int(found[1]), int(found[2])) >= feature.since
