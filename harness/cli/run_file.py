"""`bpf-harness run FILE.c`: compile, boot, load, attach, print back, tear down.

The mail of 2014 calls it `perf run file.c`.
"""

import argparse
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.cli.lost_guest import EXIT_KERNEL, tell_crash
from harness.cli.one_guest import one_target, start_guest
from harness.cli.options import add_cold, add_target, saved_states
from harness.cli.remote_options import add_remote
from harness.cli.run_output import RunOutput
from harness.formats.trigger_text import parse_trigger
from harness.formats.verifier_log import source_line, telling_line
from harness.guest.filters import Filter, LoadedObject, LoadOptions
from harness.guest.guest import Guest
from harness.guest.links import near_target
from harness.guest.shell import Shell
from harness.judge.trigger import judge_trigger, show_result
from harness.reports.text import scrub
from harness.runner.tested import Tested
from harness.toolchain.clang import installed_clang
from harness.toolchain.filter_source import FilterBuild, FilterStore
from harness.toolchain.plain_filters import PlainFilters, compile_plain_filters
from harness.toolchain.sysroot import get_sysroot
from harness.values.deadline import Deadline
from harness.values.errnos import errno_name
from harness.values.errors import ChannelError, RefusedError, UsageError
from harness.values.event import Event, parse_event
from harness.values.mode import Mode
from harness.values.trigger import Trigger

_STEP_S = 0.2

EXIT_OK = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the file and options."""
    parser.add_argument("file", type=Path, metavar="FILE.c", help="C file with filters")
    add_target(parser)
    add_cold(parser)
    add_remote(parser)
    parser.add_argument("--mode", default=Mode.JIT.value, help="interp, jit, jit-harden")
    parser.add_argument(
        "--event",
        action="append",
        default=[],
        metavar="FILTER=EVENT",
        help="attach a filter to an event; may be repeated",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print trace lines, records and table entries as JSON, one object a line",
    )
    parser.add_argument(
        "--for",
        dest="seconds",
        type=float,
        default=math.inf,
        metavar="SECONDS",
        help="then stop (default: until Ctrl-C or the trigger's end)",
    )
    parser.add_argument(
        "--trigger",
        action="append",
        default=[],
        metavar="COMMAND",
        help="run in the guest: a shell command, or @KIND … of docs/triggers.md; may be repeated",
    )


def run(args: argparse.Namespace) -> int:
    """0 when all filters were loaded and attached and the guest lived, 1 when not."""
    mode = Mode.parse(args.mode)
    events = parse_events(args.event)
    triggers = tuple(parse_trigger(text) for text in args.trigger)
    with one_target(args) as target:
        types = target.config is None or target.config.value("DEBUG_INFO_BTF") != "n"
        build = FilterBuild(args.file, installed_clang(), get_sysroot(target.arch), types=types)
        filters = compile_plain_filters(FilterStore(), build, events)
        sys.stderr.write(filters.compiled.warnings)
        with (
            tempfile.TemporaryDirectory(prefix="bpf-harness-run-") as folder,
            start_guest(target, Path(folder), saved_states(args)) as guest,
        ):
            _say(f"{guest.identity.release} on {target.arch}, {target.accel}, mode {mode}")
            guest.set_mode(mode)
            session = _Session(target, guest, filters, args.file, as_json=args.json)
            try:
                return session.run(Deadline.after(args.seconds), triggers)
            except ChannelError as error:
                return tell_crash(guest, error)


def parse_events(words: Sequence[str]) -> Mapping[str, tuple[Event, ...]]:
    """`FILTER=EVENT` words by filter; raises UsageError for one that is not of that form."""
    events: dict[str, tuple[Event, ...]] = {}
    for word in words:
        name, equals, event = word.partition("=")
        if not name or not equals:
            raise UsageError(
                f"--event {word!r} is not FILTER=EVENT",
                remedy="for example --event my_filter=raw_tp/netif_receive_skb",
            )
        events[name] = (*events.get(name, ()), parse_event(event))
    return events


class _Session:
    """One object in one guest, from load to tear-down."""

    def __init__(
        self, target: Tested, guest: Guest, filters: PlainFilters, file: Path, *, as_json: bool
    ) -> None:
        self._target = target
        self._guest = guest
        self._filters = filters
        self._file = file
        self._as_json = as_json

    def run(self, deadline: Deadline, triggers: Sequence[Trigger]) -> int:
        loaded = self._guest.load(self._filters.compiled.data, self._options())
        refused = [entry for entry in loaded.filters.values() if not entry.accepted]
        if refused or not loaded.loaded:
            self._tell_refusals(loaded, refused)
            return EXIT_KERNEL
        output = RunOutput(
            self._guest,
            loaded,
            self._filters.object.tables,
            self._target.arch.byte_order,
            as_json=self._as_json,
        )
        try:
            self._attach(loaded)
        except RefusedError as error:
            sys.stderr.write(f"bpf-harness: error: {error}\n")
            return EXIT_KERNEL
        status = self._observe(output, deadline, triggers)
        output.print_iterators()
        loaded.detach()
        output.stop()
        output.print_tables()
        loaded.close()
        return status

    def _options(self) -> LoadOptions:
        """All filters that are for an event, and those whose section asks to be loaded."""
        wanted = tuple(
            spec.name
            for spec in self._filters.object.filters
            if spec.autoload or self._filters.events.get(spec.name)
        )
        return LoadOptions(filters=wanted, keep_going=True)

    def _attach(self, loaded: LoadedObject) -> None:
        for name, entry in loaded.filters.items():
            events = self._filters.events.get(name, ())
            for event in events:
                entry.attach(event)
                _say(f"{name} is attached to {event}")
            if not events:
                _say(f"{name} is loaded and attached to nothing: say --event {name}=EVENT")

    def _observe(self, output: RunOutput, deadline: Deadline, triggers: Sequence[Trigger]) -> int:
        """Print lines until the deadline, the end of the last trigger or Ctrl-C."""
        status = EXIT_OK
        try:
            for trigger in triggers:
                if not deadline.expired:
                    status = max(status, self._fire(trigger, output, deadline))
            while not triggers and not deadline.expired:
                output.wait(min(_STEP_S, deadline.left_s()))
        except KeyboardInterrupt:
            _say("interrupted: detaching")
        return status

    def _fire(self, trigger: Trigger, output: RunOutput, deadline: Deadline) -> int:
        """The verdict on the trigger: one that failed did not pull."""
        if trigger.kind is None:
            return self._run_command(trigger.text, output, deadline)
        order = self._target.arch.byte_order
        result = self._guest.fire(trigger, order).wait()
        output.wait(0)
        difference = judge_trigger(trigger, result, order)
        _say(f"{trigger}: {show_result(trigger, result)}")
        if difference is None:
            return EXIT_OK
        _say(difference.reason)
        return EXIT_KERNEL

    def _run_command(self, command: str, output: RunOutput, deadline: Deadline) -> int:
        shell = self._guest.shell(command)
        shown = 0
        try:
            while not deadline.expired and not shell.ended:
                output.wait(min(_STEP_S, deadline.left_s()))
                shown = _print_output(shell, shown)
        finally:
            ended = shell.ended
            if not ended:
                shell.kill()
        _print_output(shell, shown)
        if ended and shell.status:
            _say(f"the trigger ended with status {shell.status}: {shell.command}")
            return EXIT_KERNEL
        return EXIT_OK

    def _tell_refusals(self, loaded: LoadedObject, refused: Sequence[Filter]) -> None:
        for entry in refused:
            verdict = entry.verdict
            place = source_line(verdict.log, self._file.name) or source_line(verdict.log)
            where = f"{place.file}:{place.line}" if place and place.file else str(self._file)
            sys.stderr.write(
                f"{where}: {entry.name} was refused with {errno_name(verdict.errno)}\n"
            )
            if place is not None:
                sys.stderr.write(f"    {place.text}\n")
            if said := telling_line(verdict.log):
                sys.stderr.write(f"  verifier: {scrub(said)}\n")
            event = next(iter(self._filters.events.get(entry.name, ())), None)
            if near := near_target(self._guest.connection, event, verdict):
                sys.stderr.write(f"  {scrub(near)}\n")
        if not refused:
            sys.stderr.write(
                f"{self._file} could not be loaded: {errno_name(loaded.errno)}\n"
                f"  libbpf: {scrub(loaded.message)}\n"
            )


def _print_output(shell: Shell, shown: int) -> int:
    """What the trigger printed, on stderr: stdout is the filters'."""
    output = shell.output
    sys.stderr.write(scrub(output[shown:]))
    sys.stderr.flush()
    return len(output)


def _say(text: str) -> None:
    sys.stderr.write(f"bpf-harness: {text}\n")
