"""`--put LOCAL:REMOTE` and `--get REMOTE:LOCAL`: files copied into a guest and out of it."""

from dataclasses import dataclass
from pathlib import Path

from harness.guest.files import MAX_FILE, GuestFile
from harness.guest.guest import Guest
from harness.values.errors import UsageError


@dataclass(frozen=True, slots=True)
class Copy:
    """One file on both sides; which way it goes is said by the method."""

    local: Path
    remote: str

    def put(self, guest: Guest) -> None:
        """Into the guest, with its permissions."""
        file = GuestFile(self.local.read_bytes(), self.local.stat().st_mode)
        guest.put_file(self.remote, file)

    def get(self, guest: Guest) -> None:
        """Out of the guest, with its permissions but for set-user-ID and its like."""
        file = guest.get_file(self.remote)
        self.local.write_bytes(file.data)
        self.local.chmod(file.mode & 0o777)


def parse_put(word: str) -> Copy:
    """From `LOCAL:REMOTE`; raises UsageError before anything is started.

    A path in the guest that ends in a slash is a folder.
    """
    local, remote = _split(word, "--put", "LOCAL:REMOTE")
    path = Path(local)
    if not path.is_file():
        raise UsageError(f"--put {word!r}: there is no file {local}")
    if (size := path.stat().st_size) > MAX_FILE:
        raise UsageError(f"--put {word!r}: {size >> 20} MiB are more than {MAX_FILE >> 20} MiB")
    return Copy(path, _absolute(remote, path.name, word))


def parse_get(word: str) -> Copy:
    """From `REMOTE:LOCAL`; raises UsageError before anything is started."""
    remote, local = _split(word, "--get", "REMOTE:LOCAL")
    path = Path(local)
    if path.is_dir():
        path = path / Path(remote).name
    if not path.parent.is_dir():
        raise UsageError(f"--get {word!r}: there is no folder {path.parent}")
    return Copy(path, _absolute(remote, path.name, word))


def _split(word: str, option: str, form: str) -> tuple[str, str]:
    first, colon, second = word.partition(":")
    if not colon or not first or not second:
        raise UsageError(f"{option} {word!r} is not {form}")
    return first, second


def _absolute(remote: str, name: str, word: str) -> str:
    if not remote.startswith("/"):
        raise UsageError(f"{word!r}: the path in the guest does not begin with a slash")
    return remote + name if remote.endswith("/") else remote
