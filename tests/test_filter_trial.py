"""harness.runner.filter_trial: what is asked of the agent, and what is made of its answers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.channels.fake import Handler
from harness.formats.pattern import parse_pattern
from harness.formats.trigger_text import parse_trigger
from harness.guest.guest import Guest
from harness.runner.filter_case import FilterCase
from harness.runner.filter_trial import FilterTrial
from harness.values.byte_template import parse_byte_template
from harness.values.case import CaseId
from harness.values.errors import CaseError, RefusedError
from harness.values.event import parse_event
from harness.values.expectation import (
    Expectation,
    LoadExpectation,
    Retval,
    TableCount,
    TableEntry,
    TailSlot,
)
from harness.values.observation import Observation
from harness.values.table_spec import TableOrigin, TableSpec
from harness.vm.fake import FakeVm
from tests.fake_guests import FakeKernel, load_reply, seven

RUN = LoadExpectation(retval=Retval(7))
COUNTS = TableSpec("counts", 1, 4, 8, 16)
JUMPS = TableSpec("jumps", 3, 4, 4, 2)
CONSTANTS = TableSpec(".rodata", 2, 4, 8, 1, origin=TableOrigin.RODATA)


class Bench:
    """One guest, and the requests that it was sent."""

    def __init__(self, folder: Path, **handlers: Handler) -> None:
        kernel = FakeKernel()
        kernel.vm = FakeVm(folder / "console.log", {**kernel.handlers, **handlers})
        self.vm = kernel.vm

    def observe(self, case: FilterCase) -> Observation:
        return FilterTrial(Guest(self.vm, timeout_s=1), case.loadable).observe()

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [each for each in self.vm.channel.requests if each["op"] == operation]

    @property
    def order(self) -> list[str]:
        return [each["op"] for each in self.vm.channel.requests]


def test_a_filter_without_inputs_is_only_loaded(tmp_path: Path) -> None:
    bench = Bench(tmp_path)

    seen = bench.observe(seven(Expectation()))

    assert bench.order == ["put", "load"]
    assert (seen.run, seen.tables) == (None, ())


def test_a_run_is_given_a_packet_of_zeros_unless_told_otherwise(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    data = parse_byte_template("be16:0x0800 zero:12")

    bench.observe(seven())
    bench.observe(seven(Expectation(RUN, data=data, repeat=3)))
    bench.observe(seven(section="raw_tp/sys_enter"))

    runs = bench.asked("run")
    assert [run["data_in"] for run in runs] == [bytes(64), b"\x08\0" + bytes(12), None]
    assert [run["repeat"] for run in runs] == [1, 3, 0]


def test_tables_are_filled_before_the_run_and_read_after_it(tmp_path: Path) -> None:
    """Constants and tables of programs are not read: there is nothing to compare."""
    bench = Bench(tmp_path, table_update=lambda request: {"errno": 0})
    put = TableEntry("counts", parse_byte_template("u32:1"), parse_byte_template("u64:5"))
    expectation = Expectation(RUN, puts=(put,), tails=(TailSlot("jumps", 1, "seven"),))

    bench.observe(seven(expectation, tables=(COUNTS, JUMPS, CONSTANTS)))

    assert bench.order == ["put", "load", "table_update", "table_update", "run", "table_dump"]
    first, second = bench.asked("table_update")
    assert (first["key"], first["value"]) == (b"\1\0\0\0", b"\5" + bytes(7))
    assert (second["key"], second["program"][1]) == (b"\1\0\0\0", "seven")
    assert bench.asked("table_dump")[0]["table"][1] == "counts"


def test_a_table_that_cannot_be_filled_is_the_cases_fault(tmp_path: Path) -> None:
    bench = Bench(tmp_path, table_update=lambda request: {"errno": 7})
    put = TableEntry("counts", parse_byte_template("u32:1"), parse_byte_template("u64:5"))

    with pytest.raises(CaseError, match="could not be filled before the run: errno 7"):
        bench.observe(seven(Expectation(RUN, puts=(put,)), tables=(COUNTS,)))


def test_an_unprivileged_load_goes_without_capabilities(tmp_path: Path) -> None:
    """CAP_NET_ADMIN 12, CAP_SYS_ADMIN 21, CAP_PERFMON 38, CAP_BPF 39, less those it keeps."""
    bench = Bench(tmp_path)
    case = seven(Expectation(caps_unpriv=1 << 12))
    unprivileged = CaseId(case.id.path, case.id.program, privileged=False)

    bench.observe(case)
    bench.observe(replace(case, loadable=replace(case.loadable, id=unprivileged)))

    dropped = [load["drop_caps"] for load in bench.asked("load")]
    assert dropped == [0, 1 << 21 | 1 << 38 | 1 << 39]


def test_a_refused_companion_is_the_cases_fault(tmp_path: Path) -> None:
    reply = load_reply(name="other", errno=13) | {"errno": 13}
    bench = Bench(tmp_path, load=lambda request: reply)

    with pytest.raises(CaseError, match="other, which is loaded with it, was refused: errno 13"):
        bench.observe(seven())


def test_an_object_that_libbpf_cannot_open_is_a_refusal_in_its_words(tmp_path: Path) -> None:
    reply = {"errno": 95, "message": b"map 'm': unsupported", "programs": [], "tables": []}
    bench = Bench(tmp_path, load=lambda request: reply)

    load = bench.observe(seven()).load

    assert load is not None
    assert (load.errno, load.log) == (95, "map 'm': unsupported")


def test_trace_lines_are_those_between_start_and_stop(tmp_path: Path) -> None:
    def run(request: dict[str, Any]) -> dict[str, Any]:
        bench.vm.channel.send_event("trace", lines=[b"x: bpf_trace_printk: pid 7"])
        return {"errno": 0, "retval": 7, "data_out": b"", "ctx_out": b""}

    bench = Bench(
        tmp_path,
        run=run,
        trace_start=lambda request: {"errno": 0},
        trace_stop=lambda request: {"lines": 1},
    )

    seen = bench.observe(seven(Expectation(RUN, trace=(parse_pattern("pid"),))))

    assert seen.trace == ("pid 7",)
    assert (bench.order[0], bench.order[-1]) == ("trace_start", "trace_stop")


def attached(bench: Bench) -> Observation:
    """What is seen of a filter that is attached while its trigger runs."""
    expectation = Expectation(triggers=(parse_trigger("true"),), counts=(TableCount("counts", 0),))
    case = seven(expectation, tables=(COUNTS,), section="kprobe/do_exit")
    spec = replace(case.loadable.spec, event=parse_event("kprobe/do_exit"))
    return bench.observe(replace(case, loadable=replace(case.loadable, spec=spec)))


def attaching(folder: Path, status: int) -> Bench:
    def start(request: dict[str, Any]) -> dict[str, Any]:
        bench.vm.channel.send_event("exit", shell=request["as"], status=status << 8)
        return {"errno": 0}

    bench = Bench(
        folder,
        attach=lambda request: {"errno": 0, "message": b""},
        detach=lambda request: {},
        shell_start=start,
    )
    return bench


def test_an_attached_filter_is_detached_before_its_tables_are_read(tmp_path: Path) -> None:
    bench = attaching(tmp_path, 0)

    assert attached(bench).tables[0].name == "counts"
    assert bench.order == ["put", "load", "attach", "shell_start", "detach", "table_dump"]


def test_a_filter_is_attached_to_all_events_that_are_named(tmp_path: Path) -> None:
    """And to the section's only if none is."""
    bench = attaching(tmp_path, 0)
    events = (parse_event("kprobe/a"), parse_event("kretprobe/b"))
    case = seven(
        Expectation(triggers=(parse_trigger("true"),), events=events), section="kprobe/do_exit"
    )

    bench.observe(case)

    assert [
        (each["event"]["kind"], each["event"]["function"]) for each in bench.asked("attach")
    ] == [
        ("kprobe", "a"),
        ("kretprobe", "b"),
    ]
    attached = [each["as"] for each in bench.asked("attach")]
    assert [each["link"] for each in bench.asked("detach")] == attached


def test_an_iterator_is_read_and_needs_no_trigger(tmp_path: Path) -> None:
    """Before it is detached; what it prints is an observation."""
    bench = Bench(
        tmp_path,
        attach=lambda request: {"errno": 0, "message": b""},
        load=lambda request: load_reply(section="iter/task"),
        iterate=lambda request: {"errno": 0, "text": b"task 1 init\ntask 2\n"},
        detach=lambda request: {},
    )
    events = (parse_event("iter/task"),)

    seen = bench.observe(
        seven(Expectation(reads=(parse_pattern("task 1"),), events=events), section="iter/task")
    )

    assert seen.lines == ("task 1 init", "task 2")
    assert bench.order == ["put", "load", "attach", "iterate", "detach"]


def test_an_iterator_that_cannot_be_read_is_the_kernels_refusal(tmp_path: Path) -> None:
    bench = Bench(
        tmp_path,
        attach=lambda request: {"errno": 0, "message": b""},
        load=lambda request: load_reply(section="iter/task"),
        iterate=lambda request: {"errno": 11, "text": b""},
    )
    events = (parse_event("iter/task"),)

    with pytest.raises(RefusedError, match=r"cannot read iter/task: .* \(errno 11\)"):
        bench.observe(
            seven(Expectation(reads=(parse_pattern("x"),), events=events), section="iter/task")
        )


def test_a_trigger_that_fails_did_not_pull(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="the trigger ended with status 3"):
        attached(attaching(tmp_path, 3))


def test_machine_code_is_read_only_if_asked_for(tmp_path: Path) -> None:
    bench = Bench(tmp_path, code=lambda request: {"errno": 0, "xlated": b"", "jited": b"\xc3"})
    case = seven()

    without = bench.observe(case)
    with_code = FilterTrial(Guest(bench.vm, timeout_s=1), case.loadable, reads_code=True).observe()

    assert (without.machine_code, with_code.machine_code) == (None, b"\xc3")
    assert [request["program"][1] for request in bench.asked("code")] == [case.id.program]


def test_a_refused_filter_has_no_machine_code(tmp_path: Path) -> None:
    bench = Bench(tmp_path, load=lambda request: load_reply(errno=22) | {"errno": 22})

    trial = FilterTrial(Guest(bench.vm, timeout_s=1), seven().loadable, reads_code=True)

    assert trial.observe().machine_code is None
