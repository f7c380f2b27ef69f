"""--put and --get: what is said of words that are wrong, and what is copied."""

from pathlib import Path
from typing import Any

import pytest

from harness.cli.copies import Copy, parse_get, parse_put
from harness.guest import files
from harness.guest.guest import Guest
from harness.values.errors import RefusedError, UsageError
from harness.vm.fake import FakeVm


class Disk:
    """A guest that keeps files."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, tuple[bytes, int]] = {}
        handlers = {"file_put": self._put, "file_get": self._get}
        self.guest = Guest(FakeVm(folder / "console.log", handlers))

    def _put(self, request: dict[str, Any]) -> dict[str, Any]:
        before = b"" if request["first"] else self.files[request["path"]][0]
        self.files[request["path"]] = (before + request["data"], request["mode"])
        return {"errno": 0}

    def _get(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["path"] not in self.files:
            return {"errno": 2, "mode": 0, "data": b""}
        data, mode = self.files[request["path"]]
        at = request["offset"]
        return {"errno": 0, "mode": mode, "data": data[at : at + request["limit"]]}


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_a_file_comes_back_as_it_went(disk: Disk, tmp_path: Path, size: int) -> None:
    """Also an empty one, and one that ends with a piece."""
    local = tmp_path / "local"
    local.write_bytes((b"0123456789abcdef" * (1 << 18))[:size])
    local.chmod(0o751)
    back = tmp_path / "back"

    Copy(local, "/tmp/there").put(disk.guest)
    Copy(back, "/tmp/there").get(disk.guest)

    assert back.read_bytes() == local.read_bytes()
    assert back.stat().st_mode & 0o7777 == 0o751


def test_a_guest_cannot_make_a_file_of_ours_set_user_id(disk: Disk, tmp_path: Path) -> None:
    disk.files["/bin/sh"] = (b"#!", 0o6755)

    Copy(tmp_path / "sh", "/bin/sh").get(disk.guest)

    assert (tmp_path / "sh").stat().st_mode & 0o7777 == 0o755


def test_a_file_that_is_not_there_is_named(disk: Disk, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="cannot read /no in the guest: No such file"):
        Copy(tmp_path / "no", "/no").get(disk.guest)


def test_a_file_without_end_is_given_up(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_FILE", 2 << 20)
    disk.files["/large"] = (bytes((2 << 20) + 1), 0o644)

    with pytest.raises(RefusedError, match="/large in the guest is larger than 2 MiB"):
        Copy(tmp_path / "large", "/large").get(disk.guest)


def test_a_folder_takes_the_name_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "prog.o").touch()

    assert parse_put(f"{tmp_path}/prog.o:/tmp/").remote == "/tmp/prog.o"
    assert parse_get(f"/tmp/out:{tmp_path}").local == tmp_path / "out"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("prog.o", "is not LOCAL:REMOTE"),
        (":/tmp", "is not LOCAL:REMOTE"),
        ("no.o:/tmp/", "there is no file no.o"),
        ("{file}:tmp", "does not begin with a slash"),
    ],
)
def test_a_wrong_put_is_refused_before_anything_boots(tmp_path: Path, word: str, said: str) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match=said):
        parse_put(word.format(file=tmp_path / "file"))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("/tmp/x", "is not REMOTE:LOCAL"),
        ("/tmp/x:/no/such/x", "there is no folder /no/such"),
        ("tmp/x:x", "does not begin with a slash"),
    ],
)
def test_a_wrong_get_is_refused_before_anything_boots(word: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_get(word)


def test_a_file_larger_than_the_guest_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(files.MAX_FILE + 1)

    with pytest.raises(UsageError, match="128 MiB are more than 128 MiB"):
        parse_put(f"{large}:/tmp/")
