"""Programs that work on somebody's input get so much time, memory and disk, and no more."""

import os
import sys
import time
from pathlib import Path

import pytest

from harness.cli.signals import TimeLimitError, time_limit
from harness.host.commands import Bounds, bounded, run_command
from harness.toolchain.clang import Clang
from harness.toolchain.filter_source import FilterBuild, FilterStore
from harness.toolchain.sysroot import Sysroot
from harness.values.arch import X86_64
from harness.values.deadline import Deadline
from harness.values.errors import CompileError

_GENEROUS = Bounds(seconds=60, memory=4 << 30, file_size=1 << 20)


def test_a_program_that_does_not_end_is_ended() -> None:
    """What it had said is kept."""
    run = bounded(Bounds(seconds=0.5, memory=4 << 30, file_size=1 << 20))
    began = time.monotonic()

    done = run(("sh", "-c", "echo working; echo half >&2; exec sleep 60"))

    assert time.monotonic() - began < 30
    assert not done.ok
    assert done.stdout == "working\n"
    assert done.stderr == "half\nended after 0.5 s\n"


def is_gone(pid: str) -> bool:
    """A zombie is: nobody need reap the child of a program that was killed."""
    try:
        state = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def test_what_a_program_had_started_ends_with_it() -> None:
    """A compiler that make leaves behind would go on writing into the build folder."""
    run = bounded(Bounds(seconds=0.5, memory=4 << 30, file_size=1 << 20))

    done = run(("sh", "-c", "sleep 600 & echo $!; wait"))

    assert is_gone(done.stdout.strip())
    assert not is_gone(str(os.getpid()))


def test_a_program_is_asked_to_end_before_it_is_killed(tmp_path: Path) -> None:
    """make removes what it had half written, which the next make would take for whole."""
    run = bounded(Bounds(seconds=0.5, memory=4 << 30, file_size=1 << 20))

    run(("sh", "-c", "trap 'touch asked; exit' TERM; sleep 600 & wait"), cwd=tmp_path)

    assert (tmp_path / "asked").exists()


def test_an_exception_in_the_middle_ends_the_program_as_well(tmp_path: Path) -> None:
    """A time limit or Ctrl-C that comes while it runs."""
    with pytest.raises(TimeLimitError), time_limit(Deadline.after(0.5)):
        run_command(("sh", "-c", "sleep 600 & echo $! >pid; wait"), cwd=tmp_path)

    assert is_gone((tmp_path / "pid").read_text().strip())


def test_a_program_gets_no_more_memory_than_its_bound() -> None:
    """A machine that swaps is of no use to anybody."""
    run = bounded(Bounds(seconds=60, memory=512 << 20, file_size=1 << 20))

    done = run((sys.executable, "-c", "bytearray(1 << 30)"))

    assert "MemoryError" in done.stderr


def test_a_program_writes_no_larger_file_than_its_bound(tmp_path: Path) -> None:
    """An array of a terabyte is a line of C."""
    done = bounded(_GENEROUS)(("sh", "-c", "exec head -c 3M /dev/zero >big"), cwd=tmp_path)

    assert not done.ok
    assert (tmp_path / "big").stat().st_size <= 1 << 20


def test_a_program_within_its_bounds_is_left_alone() -> None:
    """Status and words are its own."""
    done = bounded(_GENEROUS)(("sh", "-c", "echo out; exit 3"))

    assert (done.status, done.stdout) == (3, "out\n")


def store_with(folder: Path, script: str, bounds: Bounds) -> tuple[FilterStore, FilterBuild]:
    """A store whose clang is a shell script."""
    program = folder / "clang"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    source = folder / "huge.bpf.c"
    source.write_text("#include <case.h>\n")
    build = FilterBuild(source, Clang(program, "clang 19", 19), Sysroot(X86_64, folder, "key"))
    return FilterStore(folder / "store", bounded(bounds)), build


def test_a_file_that_takes_clang_too_long_does_not_compile(tmp_path: Path) -> None:
    """A malformed case like any other: named, with what to do."""
    store, build = store_with(tmp_path, "exec sleep 60", Bounds(0.5, 4 << 30, 1 << 20))

    with pytest.raises(CompileError, match=r"huge\.bpf\.c does not compile:\nended after") as error:
        store.get(build)

    assert "smaller" in (error.value.remedy or "")


def test_cases_are_compiled_within_bounds() -> None:
    """Unless a test says otherwise."""
    done = FilterStore().runner(("sh", "-c", "ulimit -v; ulimit -f"))

    memory_kib, _ = done.stdout.split()
    assert int(memory_kib) == 4 << 20
