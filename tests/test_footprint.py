"""The soak's eyes: what a restored guest might leave is seen, and nothing else is."""

import os
import socket
import subprocess
import threading
from mmap import mmap
from pathlib import Path

from tests.footprint import footprint, growth_kib, memory_kib

_RESTORES = 30
_LEAK_KIB = 100


def test_nothing_is_found_where_nothing_was_left(tmp_path: Path) -> None:
    before = footprint(tmp_path)
    with socket.socket(), (tmp_path / "file").open("w"):
        (tmp_path / "file").unlink()

    assert footprint(tmp_path).beyond(before) == []


def test_one_descriptor_is_found() -> None:
    before = footprint()
    with socket.socket() as left:
        found = footprint().beyond(before)

        target = os.readlink(f"/proc/self/fd/{left.fileno()}")  # noqa: PTH115 - it is no path

    assert found == [f"descriptor {left_number(found)} -> {target}"]


def left_number(found: list[str]) -> str:
    return found[0].split()[1] if found else "none"


def test_a_child_is_found_also_once_it_is_a_zombie() -> None:
    before = footprint()
    with subprocess.Popen(("true",)) as left:
        # Without reaping it.
        os.waitid(os.P_PID, left.pid, os.WEXITED | os.WNOWAIT)

        assert footprint().beyond(before) == [f"child {left.pid} (true)"]


def test_a_thread_is_found() -> None:
    before, end = footprint(), threading.Event()
    thread = threading.Thread(target=end.wait, name="left")
    thread.start()
    found = footprint().beyond(before)
    end.set()
    thread.join()

    assert found == [f"thread left ({thread.native_id})"]


def test_a_file_is_found(tmp_path: Path) -> None:
    before = footprint(tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "left").touch()

    found = footprint(tmp_path).beyond(before)

    assert found == [f"file {tmp_path}/state", f"file {tmp_path}/state/left"]


def test_a_hundred_kib_a_restore_is_found() -> None:
    """As many samples as the short soak has; of memory that no test before has used and freed."""
    left, memory = [], []
    for _ in range(_RESTORES):
        left.append(mmap(-1, _LEAK_KIB * 1024))
        left[-1].write(b"x" * (_LEAK_KIB * 1024))
        memory.append(memory_kib())

    assert 0.8 * _LEAK_KIB < growth_kib(memory) < 1.2 * _LEAK_KIB


def test_memory_that_is_used_again_is_no_growth() -> None:
    memory = []
    for number in range(_RESTORES):
        assert len(bytes([number]) * (_LEAK_KIB * 1024)) == _LEAK_KIB * 1024
        memory.append(memory_kib())

    assert growth_kib(memory) < 0.1 * _LEAK_KIB
