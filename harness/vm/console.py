"""The console log of a guest, read in bounded pieces as it grows."""

from pathlib import Path

from harness.values.errors import ChannelError

# A kernel that prints more than this is in a loop, and would fill the host's disk.
MAX_CONSOLE = 64 * 1024 * 1024
_MAX_READ = 4 * 1024 * 1024


class ConsoleLog:
    """The file that QEMU writes the guest's console to."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def size(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def check_size(self) -> None:
        """Raises ChannelError if the guest floods its console."""
        if self.size() > MAX_CONSOLE:
            raise ChannelError(f"the guest wrote more than {MAX_CONSOLE} bytes to its console")

    def read(self, start: int = 0) -> str:
        """The text from byte `start` on; of more than 4 MiB the last 4 MiB."""
        size = self.size()
        start = max(start, size - _MAX_READ)
        if start >= size:
            return ""
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(size - start).decode("utf-8", "replace")
