"""Features are probed in a guest, once for each kernel, and the answers outlive the run."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.boot.command import Hardware
from harness.formats.kernel_notes import read_build_id
from harness.guest.guest import Guest
from harness.guest.probes import Prober
from harness.runner.known_features import KnownFeatures, build_id
from harness.values.accel import Accel
from harness.values.arch import ByteOrder
from harness.values.errors import ProtocolError
from harness.values.event import Event
from harness.values.event_kind import EventKind
from harness.values.feature import (
    AttachProbe,
    Feature,
    HelperProbe,
    LoadProbe,
    Probe,
    RunProbe,
    SelfContainedProbe,
    SlotProbe,
    StreamProbe,
    TableProbe,
    TypesProbe,
)
from harness.values.insn import Insn
from harness.values.mode import Mode
from harness.vm.fake import FakeVm
from tests.fake_guests import TARGET, load_reply, run_reply

Handler = Callable[[dict[str, Any]], dict[str, Any]]
NOTES = bytes.fromhex("04000000 08000000 03000000 474e5500 0102030405060708")
EXIT = (Insn(0xB7), Insn(0x95))
WIDE = (Insn(0x18, dst=1), Insn(0x00))


def raw_reply(*, errno: int = 0, log: str = "", jited_size: int = 0) -> dict[str, Any]:
    """What the agent answers to load_raw."""
    reply = load_reply(errno=errno, jited_size=jited_size, log=log.encode(), name="raw")
    return reply | {"errno": errno}


def guest_with(**handlers: Handler) -> Guest:
    """A guest that takes every mode and answers as the handlers say."""
    taking: Handler = lambda request: {"errno": 0}  # noqa: E731 - a handler like the others
    close: Handler = lambda request: {}  # noqa: E731 - the same
    return Guest(FakeVm(Path("/dev/null"), {"write_file": taking, "close": close, **handlers}))


def has(guest: Guest, probe: Probe) -> bool:
    """What a prober says of that probe."""
    return Prober(guest, ByteOrder.LITTLE).has(Feature("tried", probe, (5, 10)))


@pytest.mark.parametrize(
    ("mode", "errno", "jited_size", "there"),
    [
        (Mode.INTERP, 0, 0, True),
        (Mode.JIT, 0, 64, True),
        (Mode.JIT, 0, 0, False),
        (Mode.INTERP, 22, 0, False),
    ],
)
def test_an_instruction_must_be_accepted_and_translated(
    mode: Mode, errno: int, jited_size: int, there: bool
) -> None:
    """A JIT that leaves a program to the interpreter does not know its instructions."""
    guest = guest_with(load_raw=lambda request: raw_reply(errno=errno, jited_size=jited_size))
    guest.set_mode(mode)

    assert has(guest, LoadProbe(EXIT, 1)) is there


@pytest.mark.parametrize(
    ("mode", "jited_size", "xlated", "there"),
    [
        (Mode.INTERP, 0, "b700000000000000 9500000000000000", True),
        (Mode.INTERP, 0, "8500000012345678 9500000000000000", False),
        (Mode.JIT, 64, "8500000012345678 9500000000000000", True),
        (Mode.JIT, 0, "b700000000000000 9500000000000000", False),
    ],
)
def test_a_call_that_the_verifier_puts_in_is_for_the_jit(
    mode: Mode, jited_size: int, xlated: str, there: bool
) -> None:
    """It takes its argument in a register of the JIT's own."""
    code = {"errno": 0, "xlated": bytes.fromhex(xlated), "jited": bytes(jited_size)}
    guest = guest_with(
        load_raw=lambda request: raw_reply(jited_size=jited_size), code=lambda request: code
    )
    guest.set_mode(mode)

    assert has(guest, SelfContainedProbe(EXIT, 1)) is there


@pytest.mark.parametrize(("retval", "there"), [(2, True), (0, False)])
def test_what_must_behave_is_run(retval: int, there: bool) -> None:
    """Being accepted says nothing of the result."""
    guest = guest_with(load_raw=lambda request: raw_reply(), run=lambda request: run_reply(retval))

    assert has(guest, RunProbe(EXIT, 1, retval=2)) is there


@pytest.mark.parametrize(
    ("log", "there"),
    [
        ("0: (85) call bpf_loop#181\nR1 !read_ok\n", True),
        ("0: (85) call unknown#181\ninvalid func unknown#181\n", False),
        ("0: (85) call bpf_x#9\nunknown func bpf_x#9\n", False),
        ("program of this type cannot use helper bpf_x#9\n", False),
    ],
)
def test_a_helper_is_known_if_the_complaint_is_about_something_else(log: str, there: bool) -> None:
    """A call without arguments is never accepted."""
    guest = guest_with(load_raw=lambda request: raw_reply(errno=22, log=log))

    assert has(guest, HelperProbe(181, 1)) is there


def test_a_kernel_function_is_looked_for_by_its_whole_name() -> None:
    """The strings of BTF end in null bytes."""
    guest = guest_with(
        read_file=lambda request: {"errno": 0, "data": b"\0bpf_task_acquire2\0other\0"}
    )

    assert has(guest, TypesProbe("other"))
    assert not has(guest, TypesProbe("bpf_task_acquire"))


def test_a_kernel_without_types_has_no_kernel_functions() -> None:
    guest = guest_with(read_file=lambda request: {"errno": 2, "data": b""})

    assert not has(guest, TypesProbe("bpf_task_acquire"))


@pytest.mark.parametrize(("errno", "there"), [(0, True), (22, False)])
def test_a_table_type_is_known_if_one_can_be_made(errno: int, there: bool) -> None:
    guest = guest_with(table_create=lambda request: {"errno": errno, "id": 1})

    assert has(guest, TableProbe(30, 0, 4, 8)) is there


@pytest.mark.parametrize(("errno", "there"), [(0, True), (2, False)])
def test_a_program_must_be_found_in_the_slot_it_was_put_into(errno: int, there: bool) -> None:
    """A table that takes everything and gives nothing back is no table."""
    guest = guest_with(
        load_raw=lambda request: raw_reply(),
        table_create=lambda request: {"errno": 0, "id": 1},
        table_update=lambda request: {"errno": 0 if request["program"] else 22},
        table_lookup=lambda request: {"errno": errno, "value": bytes(4)},
    )

    assert has(guest, SlotProbe(EXIT, 1, TableProbe(3, 4, 4, 2), slot=1)) is there


@pytest.mark.parametrize(
    ("ends_after", "brings", "there"),
    [(9, b"onetwo", True), (1, b"onetwo", False), (2, b"onetwo", False), (9, b"thirty", False)],
)
def test_a_stream_that_is_divided_goes_on(ends_after: int, brings: bytes, there: bool) -> None:
    """EPROTO when the socket is used next, or the time after that; or it carries something else."""
    sent: list[object] = []
    types: list[object] = []

    def load(request: dict[str, Any]) -> dict[str, Any]:
        types.append((request["type"], request["attach_type"], len(request["tables"])))
        return raw_reply()

    def send(request: dict[str, Any]) -> dict[str, Any]:
        sent.append(request["socket"])
        return {"errno": 71 if len(sent) > ends_after else 0, "sent": len(request["data"])}

    guest = guest_with(
        load_raw=load,
        table_create=lambda request: {"errno": 0, "id": 1},
        attach=lambda request: {"errno": 0, "message": ""},
        detach=lambda request: {},
        send=send,
        received=lambda request: {"packets": [brings]},
    )

    probe = StreamProbe(WIDE + EXIT, WIDE + EXIT, TableProbe(15, 4, 4, 2), b"onetwo")
    assert has(guest, probe) is there
    assert types == [(14, 4, 1), (14, 5, 1)]
    assert sent[:2] == [1, 0]


@pytest.mark.parametrize(("errno", "there"), [(0, True), (524, False)])
def test_a_trampoline_must_take_a_program(errno: int, there: bool) -> None:
    """Kernels load programs for functions that they cannot attach them to: ENOTSUPP."""
    guest = guest_with(
        load_raw=lambda request: raw_reply(),
        attach=lambda request: {"errno": errno, "message": ""},
        detach=lambda request: {},
    )

    event = Event(EventKind.TRACE, "a function")
    assert has(guest, AttachProbe(EXIT, 26, event, 24, "bpf_fentry_test1")) is there


@pytest.mark.parametrize(("status", "there"), [(0, True), (1, False)])
def test_an_attached_program_must_do_what_a_command_looks_for(status: int, there: bool) -> None:
    """It is attached while the command runs, and not after it."""

    def start(request: dict[str, Any]) -> dict[str, Any]:
        assert isinstance(guest.vm, FakeVm)
        guest.vm.channel.send_event("exit", shell=request["as"], status=status << 8)
        return {"errno": 0}

    guest = guest_with(
        load_raw=lambda request: raw_reply(),
        attach=lambda request: {"errno": 0, "message": ""},
        detach=lambda request: {},
        shell_start=start,
    )
    event = Event(EventKind.TRACE, "a function")

    assert has(guest, AttachProbe(EXIT, 26, event, command="renice -n 1 $$")) is there
    assert isinstance(guest.vm, FakeVm)
    asked = [request["op"] for request in guest.vm.channel.requests]
    assert asked[:4] == ["load_raw", "attach", "shell_start", "detach"]


@pytest.mark.parametrize(("times", "there"), [(1, True), (2, False)])
def test_a_tracepoint_may_take_a_program_only_once(times: int, there: bool) -> None:
    """EEXIST at the second; the first is detached in either case."""
    links: list[object] = []

    def attach(request: dict[str, Any]) -> dict[str, Any]:
        if links:
            return {"errno": 17, "message": "File exists"}
        links.append(request["as"])
        return {"errno": 0, "message": ""}

    def detach(request: dict[str, Any]) -> dict[str, Any]:
        links.remove(request["link"])
        return {}

    guest = guest_with(load_raw=lambda request: raw_reply(), attach=attach, detach=detach)
    event = Event(EventKind.RAW_TRACEPOINT, "sys_enter")

    assert has(guest, AttachProbe(EXIT, 17, event, times=times)) is there
    assert links == []


def test_an_answer_for_two_programs_is_not_believed() -> None:
    """A guest is hostile."""
    one = raw_reply()
    guest = guest_with(load_raw=lambda request: one | {"programs": one["programs"] * 2})

    with pytest.raises(ProtocolError, match="2 programs"):
        has(guest, LoadProbe(EXIT, 1))


class Asked:
    """A kernel without a certain instruction; counts how often it was asked."""

    def __init__(self, notes: bytes = NOTES) -> None:
        self.times = 0
        self.guest = guest_with(
            read_file=lambda request: {"errno": 0, "data": notes}, load_raw=self._load
        )

    def _load(self, request: dict[str, Any]) -> dict[str, Any]:
        self.times += 1
        return raw_reply(errno=22)


MISSING = Feature("missing", LoadProbe(EXIT, 1), (5, 10))


def known(cache: Path, cpu_model: str | None = None, *arguments: str) -> KnownFeatures:
    """What is known of the fake target's kernel, kept in `cache`."""
    hardware = Hardware(Accel.TCG, cpu_model=cpu_model, arguments=arguments)
    return KnownFeatures(TARGET.kernel, hardware, cache)


def test_a_feature_is_probed_once_for_a_kernel_and_its_hardware(tmp_path: Path) -> None:
    """Not again in the next run; again for another build, CPU, command line, mode or probe."""
    asked, other = Asked(), Asked(NOTES[:-1] + b"\xff")
    asked.guest.set_mode(Mode.JIT)
    other.guest.set_mode(Mode.JIT)

    assert not known(tmp_path).has(asked.guest, MISSING)
    assert not known(tmp_path).has(asked.guest, MISSING)
    assert asked.times == 1
    known(tmp_path).has(other.guest, MISSING)
    assert other.times == 1
    known(tmp_path, "Haswell").has(asked.guest, MISSING)
    known(tmp_path, None, "lsm=bpf").has(asked.guest, MISSING)
    known(tmp_path).has(asked.guest, replace(MISSING, probe=LoadProbe(EXIT, 2)))
    asked.guest.set_mode(Mode.INTERP)
    known(tmp_path).has(asked.guest, MISSING)
    assert asked.times == 5


def test_damaged_answers_are_asked_for_again(tmp_path: Path) -> None:
    asked = Asked()
    known(tmp_path).has(asked.guest, MISSING)
    for path in tmp_path.glob("*.json"):
        path.write_text("[")

    assert not known(tmp_path).has(asked.guest, MISSING)
    assert asked.times == 2


def test_the_build_id_is_found_among_the_notes() -> None:
    """Whatever stands before it, in the order of bytes of the machine."""
    before = bytes.fromhex("06000000 04000000 00010000 4c696e757800 0000 00000000")

    assert read_build_id(before + NOTES, ByteOrder.LITTLE) == "0102030405060708"
    assert read_build_id(before, ByteOrder.LITTLE) is None
    assert read_build_id(NOTES[:-1], ByteOrder.LITTLE) is None
    assert read_build_id(bytes.fromhex("ffffffff" * 3), ByteOrder.LITTLE) is None
    swapped = bytes.fromhex("00000004 00000001 00000003 474e5500 aa000000")
    assert read_build_id(swapped, ByteOrder.BIG) == "aa"


def test_a_kernel_without_a_build_id_is_known_by_its_image() -> None:
    guest = guest_with(read_file=lambda request: {"errno": 2, "data": b""})

    assert build_id(guest, TARGET.kernel) == TARGET.kernel.digest


def test_registers_of_an_instruction_change_places_with_the_byte_order() -> None:
    """struct bpf_insn has them in bit-fields."""
    insn = Insn(0xBF, dst=1, src=2, off=-2, imm=7)

    assert insn.pack(ByteOrder.LITTLE).hex() == "bf21feff07000000"
    assert insn.pack(ByteOrder.BIG).hex() == "bf12fffe00000007"
