"""harness.guest.near_events: which events a guest's kernel has near one that it has not."""

from errno import EACCES, EINVAL, ENOENT
from pathlib import Path
from typing import Any

import pytest

from harness.guest.filters import Filter
from harness.guest.guest import Guest
from harness.guest.links import AttachError, near_target
from harness.guest.near_events import near_events
from harness.guest.tables import Ref
from harness.values.errors import RefusedError, UsageError
from harness.values.event import parse_event
from harness.values.observation import LoadObservation
from harness.vm.fake import FakeVm

FILES = {
    "/sys/kernel/tracing/available_filter_functions": b"vfs_mkdir\nvfs_rmdir\nvfs_read [ext4]\n"
    b"__x64_sys_mkdir\n__arm64_sys_rmdir\nbpf_lsm_file_open\nset_user_nice\n",
    "/sys/kernel/tracing/available_events": b"sched:sched_switch\nsignal:signal_generate\n",
    "/sys/kernel/btf/vmlinux": b"\0bpf_iter__task\0bpf_iter__task_file\0bpf_iter__tcp\0",
}


def read(path: str, limit: int) -> bytes:
    if path not in FILES:
        raise RefusedError(f"cannot read {path}", ENOENT)
    return FILES[path][:limit]


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("kprobe/vfs_mkdr", "kprobe/vfs_mkdir"),
        ("kretprobe/vfs_reed", "kretprobe/vfs_read"),
        ("kprobe/vfs_mkdr+4", "kprobe/vfs_mkdir"),
        ("kprobe.multi/set_user_nice,set_user_nica", "kprobe.multi/set_user_nice"),
        ("kprobe.multi/nothing*", ""),
        ("fentry/set_user_nyce", "fentry/set_user_nice"),
        ("lsm/file_opn", "lsm/file_open"),
        ("ksyscall/mkdr", "ksyscall/mkdir"),
        ("tp/sched/sched_swich", "tracepoint/sched/sched_switch"),
        ("tp/shed/sched_switch", "tracepoint/sched/sched_switch"),
        ("raw_tp/signal_generat", "raw_tp/signal_generate"),
        ("tp_btf/sched_swtch", "tp_btf/sched_switch"),
        ("iter/taks", "iter/task"),
        ("iter/tcb", "iter/tcp"),
        ("kprobe/vfs_mkdir", ""),
        ("kprobe/zzzzzzzz", ""),
        ("uprobe//bin/x:f", ""),
    ],
)
def test_the_nearest_name_of_the_guest_comes_first(text: str, near: str) -> None:
    """None for what it has: then the refusal had another reason."""
    found = near_events(read, parse_event(text))

    assert len(found) <= 3
    assert next(iter(found), "") == near


def test_a_kernel_that_does_not_say_what_it_has_is_not_guessed_for() -> None:
    def refuse(path: str, limit: int) -> bytes:
        raise RefusedError("no such file", ENOENT)

    assert near_events(refuse, parse_event("kprobe/vfs_mkdr")) == ()


class Bench:
    """A guest that refuses every attachment with one errno."""

    def __init__(self, errno: int, *, section: str = "kprobe") -> None:
        self.vm = FakeVm(Path("/dev/null"), {"attach": self._attach, "read_file": self._read})
        self.errno = errno
        self.connection = Guest(self.vm).connection
        self.filter = Filter(self.connection, Ref(1, "f"), section, LoadObservation(0, ""))

    def asked(self) -> list[str]:
        return [request["op"] for request in self.vm.channel.requests]

    def _attach(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"errno": self.errno, "message": b""}

    def _read(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"errno": 0, "data": FILES[request["path"]]}


def test_an_event_that_the_kernel_lacks_is_answered_with_near_ones() -> None:
    bench = Bench(ENOENT)

    with pytest.raises(AttachError) as refused:
        bench.filter.attach("kprobe/vfs_mkdr")

    assert "cannot attach f to kprobe/vfs_mkdr: No such file or directory" in str(refused.value)
    assert "no such event; near it: kprobe/vfs_mkdir" in (refused.value.remedy or "")
    assert bench.filter.links == []


def test_what_the_kernel_refuses_otherwise_is_told_which_filters_fit() -> None:
    with pytest.raises(AttachError) as refused:
        Bench(EINVAL).filter.attach("kprobe/vfs_mkdir")

    assert (refused.value.remedy or "").startswith("kprobe/vfs_mkdir takes filters of SEC kprobe ")


def test_other_refusals_cost_no_look() -> None:
    bench = Bench(EACCES)

    with pytest.raises(AttachError):
        bench.filter.attach("kprobe/vfs_mkdr")

    assert bench.asked() == ["attach"]


def test_a_filter_is_not_attached_to_what_it_was_not_loaded_for() -> None:
    """The kernel would attach it to its own target and say nothing."""
    bench = Bench(0, section="fentry/vfs_mkdir")

    with pytest.raises(UsageError) as refused:
        bench.filter.attach("fentry/vfs_rmdir")

    assert "bound to fentry/vfs_rmdir when it is loaded" in str(refused.value)
    assert bench.asked() == []


@pytest.mark.parametrize(
    ("text", "errno", "hint"),
    [
        ("fentry/vfs_mkdr", 3, "near it: fentry/vfs_mkdir"),
        ("fentry/vfs_mkdir", 3, None),
        ("fentry/vfs_mkdr", 13, None),
        ("kprobe/vfs_mkdr", 3, None),
    ],
)
def test_a_load_for_a_target_that_is_not_there_is_answered_with_near_ones(
    text: str, errno: int, hint: str | None
) -> None:
    """libbpf says ESRCH to a name that is not among the kernel's types."""
    near = near_target(Bench(0).connection, parse_event(text), LoadObservation(errno, ""))

    assert (hint is None and near is None) or (hint is not None and hint in (near or ""))
