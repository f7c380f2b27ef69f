"""A guest of ours that stands in for a machine that is not: for tests, bench and trying things out.

It has its keys for one run only, and its console in a file.
"""

import socket
from dataclasses import dataclass
from pathlib import Path

from harness.boot.command import Hardware
from harness.boot.ssh_command import SshEnds, ssh_argv
from harness.channels.ssh_session import SshSession
from harness.images.ssh_image import Access, write_ssh_image
from harness.images.ssh_server import DROPBEAR, SshServerStore, SshSoftware
from harness.remote.ssh_keys import make_key_pair
from harness.toolchain.sysroot import busybox_binary
from harness.values.console_source import ConsoleKind, ConsoleSource
from harness.values.deadline import Deadline
from harness.values.errors import BootError, UnreachableError
from harness.values.kernel import Kernel
from harness.values.ssh_address import Credentials, SshAddress
from harness.vm.process import QemuProcess

_HOST = "127.0.0.1"
_TAIL = 600


@dataclass(frozen=True, slots=True)
class SshGuest:
    """A running one. Use as a context manager, or call stop()."""

    process: QemuProcess
    folder: Path
    port: int

    @classmethod
    def start(
        cls,
        kernel: Kernel,
        hardware: Hardware,
        folder: Path,
        deadline: Deadline,
        *,
        software: SshSoftware = DROPBEAR,
    ) -> "SshGuest":
        """Boot, and wait until root can log in; raises BootError. Its files go to `folder`."""
        guest_key, user_key = make_key_pair(), make_key_pair()
        host_key = guest_key.dropbear if software is DROPBEAR else guest_key.openssh
        port = _free_port()
        image = folder / "initramfs.cpio"
        write_ssh_image(
            image,
            kernel,
            busybox_binary(kernel.arch),
            SshServerStore(software).get(kernel.arch),
            Access(host_key, user_key.public),
        )
        key = folder / "id_ed25519"
        key.touch(0o600)
        key.write_bytes(user_key.openssh)
        (folder / "known_hosts").write_text(f"[{_HOST}]:{port} {guest_key.public}\n")
        argv = ssh_argv(kernel, image, hardware, SshEnds(port, folder / "console.log"))
        process = QemuProcess.start(argv, (), folder / "qemu.log")
        guest = cls(process, folder, port)
        try:
            guest._wait(deadline)
        except BaseException:
            guest.stop()
            raise
        return guest

    @property
    def address(self) -> SshAddress:
        return SshAddress(_HOST, "root", self.port)

    @property
    def credentials(self) -> Credentials:
        return Credentials((self.folder / "id_ed25519",), self.folder / "known_hosts")

    @property
    def console(self) -> ConsoleSource:
        """What follows its console's file."""
        return ConsoleSource(ConsoleKind.COMMAND, f"exec tail -n 0 -F {self.folder}/console.log")

    @property
    def options(self) -> tuple[str, ...]:
        """Of a command that is to use it."""
        key, hosts = self.folder / "id_ed25519", self.folder / "known_hosts"
        return ("--target", str(self.address), "-i", str(key), "--known-hosts", str(hosts))

    def connect(self, deadline: Deadline) -> SshSession:
        """One attempt to log in as root."""
        return SshSession.connect(self.address, self.credentials, deadline)

    def _wait(self, deadline: Deadline) -> None:
        while True:
            try:
                self.connect(deadline.sooner(20)).close()
            except UnreachableError as error:
                status = self.process.wait(0.2)
                if status is not None or deadline.expired:
                    raise BootError(
                        f"the SSH guest did not come up: {error.message}; QEMU: "
                        f"{self.process.stderr_tail()[-_TAIL:]}; its console: {self._last_words()}"
                    ) from error
            else:
                return

    def _last_words(self) -> str:
        path = self.folder / "console.log"
        return path.read_bytes()[-_TAIL:].decode("utf-8", "replace") if path.exists() else ""

    def stop(self) -> None:
        """End it; may be called twice."""
        self.process.kill()

    def __enter__(self) -> "SshGuest":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _free_port() -> int:
    """One that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])
