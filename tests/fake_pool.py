"""A pool whose guests run on a program in QEMU's place."""

from pathlib import Path

import pytest

from harness.runner.pool import GuestPool
from tests.fake_guests import TARGET
from tests.fake_qemu import install


def pool_on_fake_qemu(folder: Path, monkeypatch: pytest.MonkeyPatch) -> GuestPool:
    """Each guest has a folder of its name in `folder`; QEMU behaves as FAKE_QEMU says."""
    monkeypatch.setenv("PATH", str(install(folder / "bin")), prepend=":")

    def of_guest(name: str) -> Path:
        path = folder / name
        path.mkdir()
        return path

    return GuestPool(TARGET, of_guest, boot_timeout_s=20)
