"""`bpf-harness cache`, on a cache of its own."""

from pathlib import Path

import pytest

from harness.cli.main import main


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "bpf-harness"


def fill(root: Path, kind: str, mib: int) -> Path:
    file = root / kind / "entry" / "file"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(mib * 1024 * 1024))
    return file


def test_each_kind_is_shown_with_what_it_takes(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(root, "snapshots", 3)
    fill(root, "kernels", 2)

    assert main(["cache"]) == 0

    rows = {line.split()[0]: line.split()[1] for line in capsys.readouterr().out.splitlines()}
    assert (rows["snapshots"], rows["kernels"], rows["filters"], rows["total"]) == (
        "3",
        "2",
        "0",
        "5",
    )


def test_only_what_is_named_is_removed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    snapshot, kernel = fill(root, "snapshots", 3), fill(root, "kernels", 2)

    assert main(["cache", "clear", "snapshots"]) == 0

    assert capsys.readouterr().out == "3 MiB removed\n"
    assert (snapshot.exists(), kernel.exists()) == (False, True)


def test_all_is_removed_and_nothing_else(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(root, "snapshots", 1)
    own = root / "notes.txt"
    own.write_text("somebody's own")

    assert main(["cache", "clear"]) == 0

    assert own.read_text() == "somebody's own"
    assert not (root / "snapshots").exists()


def test_an_unknown_kind_removes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    snapshot = fill(root, "snapshots", 1)

    assert main(["cache", "clear", "snapshots", "snapshot"]) == 2

    assert "unknown kind 'snapshot'" in capsys.readouterr().err
    assert snapshot.exists()


def test_what_cannot_be_removed_is_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(root, "snapshots", 1)

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("shutil.rmtree", refuse)

    assert main(["cache", "clear"]) == 3

    assert "Permission denied" in capsys.readouterr().err
