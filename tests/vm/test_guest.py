"""What one does in a guest, on a real kernel, through the public API."""

import hashlib
import math
from pathlib import Path

import pytest

from harness.guest.filters import LoadOptions
from harness.guest.guest import Guest
from harness.guest.links import AttachError
from harness.guest.table_errors import TableError
from harness.guest.tables import Update
from harness.judge.leaks import has_grown
from harness.runner.target import Target
from harness.values.errors import GuestError, UnknownNameError, UsageError
from harness.values.mode import Mode
from harness.values.observation import Objects
from tests.vm.conftest import Compile

FILTERS = """
#include <case.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

static __always_inline int count(__u32 key)
{
	__u64 one = 1, *value = bpf_map_lookup_elem(&counts, &key);

	if (value)
		return __sync_fetch_and_add(value, 1) + 1;
	bpf_map_update_elem(&counts, &key, &one, BPF_ANY);
	return 1;
}

SEC("socket")
int packets(struct __sk_buff *skb)
{
	return count(1);
}

SEC("?socket")
int refused(struct __sk_buff *skb)
{
	return *(int *)(long)skb->hash;
}

SEC("raw_tp/sys_enter")
int entered(void *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 == 1)
		return 0;
	return count(2);
}

SEC("tracepoint/sched/sched_process_exec")
int executed(void *ctx)
{
	char text[] = "executed %d";

	bpf_trace_printk(text, sizeof(text), count(3));
	return 0;
}

SEC("kprobe/do_exit")
int ended(void *ctx)
{
	return count(4);
}

char _license[] SEC("license") = "GPL";
"""


def number(guest: Guest, data: bytes | None) -> int:
    """What a filter counted; both architectures are little-endian."""
    return int.from_bytes(data or b"", "little")


def key(value: int) -> bytes:
    return value.to_bytes(4, "little")


def test_the_guest_is_the_kernel_that_was_named(guest: Guest, any_target: Target) -> None:
    assert guest.identity.release == any_target.kernel.release
    assert guest.shell("uname -r").wait() == 0

    before, after = guest.health(), guest.health()

    assert (before.boot_id, before.taint) == (after.boot_id, after.taint)
    assert not has_grown(before, after)


@pytest.mark.parametrize("mode", list(Mode), ids=str)
def test_a_filter_is_loaded_and_run_in_every_mode(
    guest: Guest, compile_text: Compile, mode: Mode
) -> None:
    guest.set_mode(mode)
    loaded = guest.load(compile_text(FILTERS), LoadOptions(filters=("packets",)))

    first = loaded.filters["packets"].run(bytes(64))
    again = loaded.filters["packets"].run(bytes(64), repeat=9)

    assert (first.errno, first.retval, first.data_out) == (0, 1, bytes(64))
    assert (again.errno, again.retval) == (0, 10)
    assert loaded.filters["packets"].jited == mode.jits
    code = loaded.filters["packets"].code()
    assert bool(code.jited) == mode.jits
    assert len(code.xlated) == loaded.filters["packets"].verdict.xlated_size
    assert loaded.tables["counts"].dump() == ((key(1), (10).to_bytes(8, "little")),)
    loaded.close()


def test_a_refusal_is_a_result_with_errno_and_log(guest: Guest, compile_text: Compile) -> None:
    loaded = guest.load(compile_text(FILTERS), LoadOptions(filters=("refused",)))

    verdict = loaded.filters["refused"].verdict
    assert not loaded.loaded
    assert verdict.errno == 13
    assert "invalid mem access 'scalar'" in verdict.log
    with pytest.raises(UsageError, match="was refused by the verifier"):
        loaded.filters["refused"].attach("socket/lo")


def test_input_that_the_kernel_does_not_take_is_an_errno(
    guest: Guest, compile_text: Compile
) -> None:
    loaded = guest.load(compile_text(FILTERS), LoadOptions(filters=("packets",)))

    assert loaded.filters["packets"].run(bytes(3)).errno == 22


@pytest.mark.parametrize(
    ("name", "event", "trigger", "counted"),
    [
        ("entered", None, "true", 2),
        ("executed", None, "/bin/busybox true", 3),
        ("ended", None, "true", 4),
        ("ended", "kretprobe/do_exit", None, None),
        ("packets", "socket/lo", "ping -c 1 127.0.0.1", 1),
    ],
)
def test_an_attached_filter_sees_its_event_until_it_is_detached(
    guest: Guest,
    compile_text: Compile,
    name: str,
    event: str | None,
    trigger: str | None,
    counted: int | None,
) -> None:
    loaded = guest.load(compile_text(FILTERS), LoadOptions(filters=(name,)))
    link = loaded.filters[name].attach(event)
    if trigger is None or counted is None:
        link.detach()
        return

    assert guest.shell(trigger).wait() == 0
    link.detach()
    seen = number(guest, loaded.tables["counts"].lookup(key(counted)))
    guest.shell(trigger).wait()

    assert seen > 0
    assert number(guest, loaded.tables["counts"].lookup(key(counted))) == seen


def test_one_filter_on_many_events_and_many_filters_on_one(
    guest: Guest, compile_text: Compile
) -> None:
    data = compile_text(FILTERS)
    first = guest.load(data, LoadOptions(filters=("entered", "ended")))
    second = guest.load(data, LoadOptions(filters=("entered",)))
    first.filters["entered"].attach("raw_tp/sys_enter")
    first.filters["entered"].attach("raw_tp/sys_exit")
    second.filters["entered"].attach("raw_tp/sys_enter")
    first.filters["ended"].attach()

    guest.shell("true").wait()
    first.detach()
    second.detach()

    one, two = (number(guest, each.tables["counts"].lookup(key(2))) for each in (first, second))
    assert one > two > 0
    assert guest.health().objects.links == frozenset()


def test_an_unknown_event_is_refused_with_its_name(guest: Guest, compile_text: Compile) -> None:
    loaded = guest.load(compile_text(FILTERS), LoadOptions(filters=("ended", "executed")))

    with pytest.raises(AttachError, match=r"kprobe/no_such_function.*errno 2") as caught:
        loaded.filters["ended"].attach("kprobe/no_such_function")
    assert "no such event" in str(caught.value)
    with pytest.raises(AttachError, match="tracepoint/sched/nothing"):
        loaded.filters["executed"].attach("tracepoint/sched/nothing")
    with pytest.raises(UnknownNameError, match="unknown event 'warp/x'"):
        loaded.filters["ended"].attach("warp/x")


def test_a_table_is_worked_on_from_user_space(guest: Guest) -> None:
    table = guest.table("ages", entries=2, key_size=4, value_size=8)

    table.add(b"anna", b"12345678")
    table.add(b"karl", b"87654321", Update.ONLY_NEW)
    with pytest.raises(TableError, match="E2BIG") as full:
        table.add(b"emil", bytes(8))
    with pytest.raises(TableError, match="EEXIST"):
        table.add(b"anna", bytes(8), Update.ONLY_NEW)
    table.remove(b"karl")
    with pytest.raises(TableError, match="cannot remove from table ages"):
        table.remove(b"karl")

    assert full.value.errno == 7
    assert table.lookup(b"anna") == b"12345678"
    assert table.lookup(b"karl") is None
    assert table.dump() == ((b"anna", b"12345678"),)
    table.close()


def test_a_key_of_the_wrong_size_never_reaches_the_kernel(guest: Guest) -> None:
    table = guest.table("ages", entries=2, key_size=4, value_size=8)

    with pytest.raises(UsageError, match="the key is 3 bytes long, table ages takes 4"):
        table.lookup(b"abc")


def test_a_table_that_cannot_be_is_refused_by_its_name(guest: Guest) -> None:
    with pytest.raises(TableError, match="cannot create table none: Invalid argument"):
        guest.table("none", entries=0, key_size=4, value_size=8)


def test_a_table_is_shared_between_user_space_and_filters(
    guest: Guest, compile_text: Compile
) -> None:
    shared = guest.table("mine", entries=8, key_size=4, value_size=8)
    shared.add(key(1), (41).to_bytes(8, "little"))
    options = LoadOptions(filters=("packets",), reuse={"counts": shared.ref})
    loaded = guest.load(compile_text(FILTERS), options)

    assert loaded.filters["packets"].run(bytes(64)).retval == 42
    assert number(guest, shared.lookup(key(1))) == 42


def test_a_large_table_is_dumped_in_pages(guest: Guest) -> None:
    """More entries than a page of the agent's."""
    table = guest.table("many", entries=5000, key_size=4, value_size=4)
    laters = [table.submit_add(key(each), key(each + 1)) for each in range(5000)]
    assert not any(later.result() for later in laters)

    assert sorted(table.dump()) == sorted((key(each), key(each + 1)) for each in range(5000))


def test_trace_lines_come_as_they_are_printed(guest: Guest, compile_text: Compile) -> None:
    loaded = guest.load(compile_text(FILTERS), LoadOptions(filters=("executed",)))
    with guest.trace() as trace:
        loaded.filters["executed"].attach()
        guest.shell("/bin/busybox true").wait()
        lines = trace.stop()
        guest.trace().stop()

    assert "executed 1" in [line.message for line in lines]


def test_trace_lines_come_while_a_big_object_is_under_way(
    guest: Guest, compile_text: Compile
) -> None:
    """Both directions are busy at once; neither end may wait for the other for ever."""
    loaded = guest.load(compile_text(FILTERS), LoadOptions(filters=("executed",)))
    trace = guest.trace()
    loaded.filters["executed"].attach()
    shell = guest.shell("for i in $(seq 100); do /bin/busybox true; done")

    for turn in range(3):
        guest.keep(bytes([turn]) * (10 << 20))
    assert shell.wait() == 0
    guest.health()

    assert sum("executed" in line.message for line in trace.stop()) >= 100


def test_ten_mebibytes_arrive_whole(guest: Guest, tmp_path: Path) -> None:
    data = hashlib.sha256(b"seed").digest() * (10 << 15)

    with pytest.raises(GuestError):
        guest.read_file("/nowhere")
    assert guest.shell("touch /tmp/big").wait() == 0
    guest.connection.submit(
        "write_file", lambda reply: reply.errno(), {"path": "/tmp/big", "data": data}
    ).result()
    shell = guest.shell("sha256sum </tmp/big")
    assert shell.wait() == 0
    assert shell.output.split()[0] == hashlib.sha256(data).hexdigest()
    assert guest.read_file("/tmp/big", len(data)) == data
    guest.shell("rm /tmp/big").wait()


LONG_LOG = """
#include <case.h>

SEC("socket")
int wordy(struct __sk_buff *skb)
{
	asm volatile(".rept 45000\\n r0 = 1\\n .endr" ::: "r0");
	return 0;
}

char _license[] SEC("license") = "GPL";
"""


def test_a_verifier_log_of_two_mebibytes_comes_whole(guest: Guest, compile_text: Compile) -> None:
    # Blinding the constants of so many instructions takes the kernel minutes.
    guest.set_mode(Mode.INTERP)
    options = LoadOptions(log_level=2, log_size=8 << 20)
    loaded = guest.load(compile_text(LONG_LOG), options)

    verdict = loaded.filters["wordy"].verdict
    assert len(verdict.log) > 2 << 20
    assert not verdict.log_truncated
    assert verdict.log.rstrip().splitlines()[-1].startswith("processed ")


def test_a_shell_gives_its_output_and_status(guest: Guest) -> None:
    shell = guest.shell("echo out; echo err >&2; exit 3")

    assert shell.wait() == 3
    assert sorted(shell.output.split()) == ["err", "out"]
    killed = guest.shell("sleep 1000")
    killed.kill()
    assert killed.wait() == 128 + 9
    assert guest.shell("seq 100000").wait(math.inf) == 0


def test_everything_is_gone_after_a_reset(guest: Guest, compile_text: Compile) -> None:
    before = guest.health()
    loaded = guest.load(compile_text(FILTERS), LoadOptions(filters=("entered", "packets")))
    loaded.filters["entered"].attach()
    guest.table("t", entries=1, key_size=4, value_size=4)
    within = guest.health()

    guest.reset().result()

    # Of the object's tables its constants are one.
    made = within.objects - before.objects
    assert (len(made.programs), len(made.tables)) == (2, 3)
    _wait_until_gone(guest, made)


def _wait_until_gone(guest: Guest, made: Objects) -> None:
    """The kernel frees after a grace period; a second is an age for it."""
    for _ in range(200):
        if not guest.health().objects & made:
            return
        guest.shell("sleep 0.01").wait()
    raise AssertionError(f"{guest.health()} still holds of {made}")
