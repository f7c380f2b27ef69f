"""Triggers in a real guest: wrong requests, and what is left of a trigger."""

import errno
from typing import Any

import pytest

from harness.formats.trigger_text import parse_trigger
from harness.guest.guest import Guest
from harness.guest.links import AttachError
from harness.values.arch import ByteOrder
from harness.values.errors import AgentError, RefusedError
from tests.vm.conftest import Compile

FORK: dict[str, Any] = {"as": 1, "kind": "fork", "steps": [[1]]}
CALL: dict[str, Any] = {"as": 1, "kind": "syscall", "steps": [["getpid"]]}


def ask(guest: Guest, operation: str, arguments: dict[str, Any]) -> int:
    """The errno in the agent's reply."""
    return guest.connection.submit(operation, lambda reply: reply.errno(), arguments).result()


def fire(guest: Guest, text: str) -> int:
    """Its value."""
    return guest.fire(parse_trigger(text), ByteOrder.LITTLE).wait().value


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (FORK | {"as": 0}, "as must be greater than 0"),
        (FORK | {"kind": "spoon"}, "there is no kind of trigger spoon"),
        (FORK | {"kind": ""}, "kind is empty"),
        (FORK | {"steps": None}, "takes 1 to 1 steps"),
        (FORK | {"steps": []}, "takes 1 to 1 steps"),
        (FORK | {"steps": [[1], [1]]}, "takes 1 to 1 steps"),
        (FORK | {"steps": [1]}, "a step must be an array"),
        (FORK | {"steps": [[]]}, "takes other values"),
        (FORK | {"steps": [["1"]]}, "takes other values"),
        (FORK | {"steps": [[1, 2]]}, "takes other values"),
        (FORK | {"steps": [[1.5]]}, "must be an integer"),
        (FORK | {"steps": [[[1]]]}, "must be an integer"),
        (FORK | {"times": 0}, "0 times shows nothing"),
        (FORK | {"times": 100_001}, "times is 100001, at most 100000"),
        (FORK | {"wait_ms": 60_001}, "at most 60000"),
        (FORK | {"cgroup": "/a"}, "a path below the root"),
        (FORK | {"cgroup": "a/../../.."}, "a path below the root"),
        (FORK | {"congestion": "c" * 64}, "congestion is 64 bytes, at most 63"),
        (FORK | {"speed": 1}, "there is no argument speed"),
        (CALL | {"steps": [[1]]}, "takes other values"),
        (CALL | {"steps": [["getpid\0"]]}, "holds a NUL byte"),
        (CALL | {"steps": [["getpid"]] * 17}, "takes 1 to 16 steps"),
        (CALL | {"steps": [["getpid", *range(16)]]}, "17 values in a step, at most 16"),
        (CALL | {"steps": [["getpid", bytes(65537)]]}, "65537 bytes, at most 65536"),
        (CALL | {"steps": [["getpid", {"result": 1}]]}, "result is 1, at most 0"),
        (CALL | {"steps": [["getpid", {"result": 0}]]}, "steps are counted from 1"),
        (CALL | {"steps": [["getpid", {"step": 1}]]}, "there is no argument step"),
        (CALL | {"kind": "udp", "steps": [["127.0.0.1", "80", b""]]}, "takes other values"),
        (CALL | {"kind": "exec", "steps": [["/bin/true", 1]]}, "takes other values"),
    ],
)
def test_a_request_that_is_wrong_is_refused_before_anything_happens(
    guest: Guest, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(AgentError) as caught:
        ask(guest, "fire", wrong)

    assert said in caught.value.message
    assert guest.health().processes == 0


def test_an_unknown_trigger_cannot_be_ended(guest: Guest) -> None:
    with pytest.raises(AgentError, match="there is no trigger 77"):
        ask(guest, "fire_kill", {"fire": 77})


def test_a_number_is_taken_once(guest: Guest) -> None:
    guest.fire(parse_trigger("@timer 5000"), ByteOrder.LITTLE)
    taken = guest.connection.new_handle() - 1

    with pytest.raises(AgentError, match=f"trigger {taken} is taken"):
        ask(guest, "fire", FORK | {"as": taken})


def test_a_cpu_that_the_guest_has_not_is_a_refusal(guest: Guest) -> None:
    with pytest.raises(RefusedError, match="on=900"):
        fire(guest, "@fork on=900 1")
    assert guest.health().processes == 0


def test_a_reset_ends_what_is_under_way(guest: Guest) -> None:
    guest.fire(parse_trigger("@timer 60000"), ByteOrder.LITTLE)
    assert guest.health().processes == 1

    guest.reset().result()

    assert guest.health().processes == 0


def test_only_so_many_run_at_once(guest: Guest) -> None:
    for _ in range(64):
        guest.fire(parse_trigger("@timer 60000"), ByteOrder.LITTLE)

    with pytest.raises(AgentError, match="all 64 triggers are taken"):
        fire(guest, "@fork 1")


def test_a_trigger_holds_none_of_the_agents_descriptors(guest: Guest) -> None:
    """A link, say, would outlive its end with it."""
    firing = guest.fire(parse_trigger("@timer 60000"), ByteOrder.LITTLE)
    shell = guest.shell(
        "for p in /proc/[0-9]*; do read n < $p/comm; [ $n = fire ] && ls $p/fd; done; true"
    )

    assert shell.wait() == 0
    assert shell.output.split() == ["0", "1", "2", "3"]
    firing.kill()


def test_many_triggers_leave_nothing(guest: Guest) -> None:
    before = guest.health()

    for _ in range(200):
        fire(guest, "@syscall getpid")

    after = guest.health()
    assert after.processes == 0
    assert after.resident_kb - before.resident_kb < 512


FILTER = """
#include <case.h>

SEC("raw_tp/sched_process_fork")
int forked(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
"""


def test_what_a_process_owns_is_neither_received_from_nor_replaced(
    guest: Guest, compile_text: Compile
) -> None:
    filters = guest.load(compile_text(FILTER)).filters
    link = filters["forked"].attach(owned=True)
    assert guest.health().processes == 1

    with pytest.raises(AgentError, match="has 0 sockets"):
        link.received()
    with pytest.raises(AgentError, match="not a BPF link of the agent"):
        link.replace(filters["forked"].ref)
    link.detach()

    assert guest.health().processes == 0


def test_an_owner_that_cannot_attach_is_gone(guest: Guest, compile_text: Compile) -> None:
    found = guest.load(compile_text(FILTER)).filters["forked"]

    with pytest.raises(AttachError) as caught:
        found.attach("raw_tp/no_such_tracepoint", owned=True)

    assert caught.value.errno == errno.ENOENT
    assert guest.health().processes == 0
