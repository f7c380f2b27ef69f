"""The rules by which entries of the cache appear."""

import errno
import os
import threading
from pathlib import Path

import pytest

from harness.host.cache import (
    cache_root,
    locked,
    publish_folder,
    read_fields,
    write_fields,
    write_text_whole,
)
from harness.values.errors import InfrastructureError


def write_one(folder: Path) -> None:
    (folder / "file").write_text("whole")


def test_an_entry_appears_with_all_that_was_put_in_it(tmp_path: Path) -> None:
    """publish_folder returns the target, filled, and leaves no temporary folder."""
    target = publish_folder(tmp_path / "entry", write_one)

    assert (target / "file").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["entry"]


def test_an_entry_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    """A second run does none of the work."""
    publish_folder(tmp_path / "entry", write_one)

    publish_folder(tmp_path / "entry", lambda _: pytest.fail("was made again"))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("broken"), SystemExit(1)])
def test_a_failed_build_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    """Neither an exception nor Ctrl-C leaves a half-made entry or a temporary folder."""

    def fail(folder: Path) -> None:
        write_one(folder)
        raise error

    with pytest.raises(type(error)):
        publish_folder(tmp_path / "entry", fail)

    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []


def test_what_a_killed_run_left_is_removed_and_never_used(tmp_path: Path) -> None:
    """A temporary folder beside the entry belongs to nobody once we hold the lock."""
    stale = tmp_path / ".entry.tmpabc"
    stale.mkdir()
    (stale / "file").write_text("half")

    target = publish_folder(tmp_path / "entry", write_one)

    assert not stale.exists()
    assert (target / "file").read_text() == "whole"


def test_the_temporary_folders_of_other_entries_are_left_alone(tmp_path: Path) -> None:
    """Entry names hold characters that mean something to glob."""
    other = tmp_path / ".entry1.tmpabc"
    other.mkdir()

    publish_folder(tmp_path / "entry[1]", write_one)

    assert other.is_dir()


def test_two_at_once_make_an_entry_once(tmp_path: Path) -> None:
    """The second waits for the first and uses what it made."""
    inside, go_on = threading.Event(), threading.Event()
    made: list[Path] = []

    def slow(folder: Path) -> None:
        inside.set()
        assert go_on.wait(10)
        write_one(folder)
        made.append(folder)

    threads = [
        threading.Thread(target=publish_folder, args=(tmp_path / "entry", slow)) for _ in "ab"
    ]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(10)

    assert len(made) == 1


def test_the_lock_of_an_entry_excludes_other_processes(tmp_path: Path) -> None:
    """A child cannot take the lock while we hold it, and can afterwards."""

    def child_gets_it() -> bool:
        pid = os.fork()
        if pid == 0:
            import fcntl

            lock = os.open(tmp_path / ".entry.lock", os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os._exit(1)
            os._exit(0)
        return os.waitpid(pid, 0)[1] == 0

    with locked(tmp_path / "entry"):
        assert not child_gets_it()

    assert child_gets_it()


def test_a_full_disk_is_named_and_nothing_is_kept(tmp_path: Path) -> None:
    """ENOSPC becomes an error that says where and what to do."""

    def fill_up(folder: Path) -> None:
        write_one(folder)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(InfrastructureError, match="no space left") as caught:
        publish_folder(tmp_path / "entry", fill_up)

    assert str(tmp_path) in caught.value.message
    assert "XDG_CACHE_HOME" in (caught.value.remedy or "")
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A read-only file system is our problem, not a traceback."""

    def refuse(folder: Path) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with pytest.raises(InfrastructureError, match="cannot write in"):
        publish_folder(tmp_path / "entry", refuse)


def test_other_errors_of_the_system_pass_unchanged(tmp_path: Path) -> None:
    """Only what a user can mend is translated."""

    def fail(folder: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.raises(OSError, match="Input/output"):
        publish_folder(tmp_path / "entry", fail)


def test_a_text_file_is_replaced_whole(tmp_path: Path) -> None:
    """The new text is there, readable by all, and no temporary file is left."""
    write_text_whole(tmp_path / "note", "old")
    write_text_whole(tmp_path / "note", "new")

    assert (tmp_path / "note").read_text() == "new"
    assert (tmp_path / "note").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["note"]


def test_fields_come_back_as_they_were_written(tmp_path: Path) -> None:
    """write_fields and read_fields are inverse."""
    write_fields(tmp_path / "facts.json", {"release": "6.12", "origin": 'a "quoted" path'})

    fields = read_fields(tmp_path / "facts.json")

    assert fields == {"release": "6.12", "origin": 'a "quoted" path'}


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '"text"'])
def test_a_damaged_note_counts_as_absent(tmp_path: Path, text: str) -> None:
    """Somebody's editor or a broken disk must not stop every later run."""
    (tmp_path / "facts.json").write_text(text)

    assert read_fields(tmp_path / "facts.json") is None


def test_the_cache_is_where_xdg_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """An absolute XDG_CACHE_HOME is used; a relative one is ignored, as its specification says."""
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    named = cache_root()
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    ignored = cache_root()

    assert Path("/elsewhere/bpf-harness") == named
    assert Path("/home/somebody/.cache/bpf-harness") == ignored
