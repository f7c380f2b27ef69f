"""A mirror that does not have what its signed lists name."""

from pathlib import Path

import pytest

from harness.kernels.resolve import KernelStore
from harness.values.arch import X86_64
from harness.values.errors import GoneError
from tests.fake_kernel import RELEASE, make_kernel_deb
from tests.fake_machine import fake_apt, fake_archive, serve_packages

OLDER = "6.12.96+deb13-cloud-amd64"


def store_that_lost_the_newest(tmp_path: Path) -> KernelStore:
    """The lists name two releases of the series, and the mirror has only the older one."""
    runner = fake_apt()
    serve_packages(runner, make_kernel_deb)
    newest = f"linux-image-{RELEASE}"
    runner.rule("apt-cache", "pkgnames", stdout=f"{newest}\nlinux-image-{OLDER}\n")
    runner.rule("apt-get", f"{newest}=6.12.117-1", status=100, stderr="404  Not Found")
    archive = fake_archive(tmp_path, runner)
    return KernelStore(tmp_path / "kernels", archive, runner)


def test_a_series_goes_on_with_an_older_release_if_the_mirror_lost_the_newest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """5.10.262 for arm64 was in signed lists and answered 404 for days."""
    store = store_that_lost_the_newest(tmp_path)

    assert store.resolve("debian:6.12", X86_64).release == OLDER
    assert "taking an older kernel" in caplog.text


def test_a_release_that_was_named_is_not_replaced_by_another(
    tmp_path: Path,
) -> None:
    """A bisection would blame the wrong one."""
    store = store_that_lost_the_newest(tmp_path)

    with pytest.raises(GoneError, match="404  Not Found"):
        store.resolve("debian:6.12.117", X86_64)
