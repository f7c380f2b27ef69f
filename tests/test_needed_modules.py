"""Which modules an image gets, on a machine without the program that knows."""

from pathlib import Path

import pytest

from harness.images import modules
from harness.images.modules import needed_modules
from harness.values.arch import X86_64
from harness.values.errors import MissingToolError
from harness.values.kernel import Kernel


def test_a_machine_without_modprobe_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the library's RuntimeError; and no image without modules."""
    kernel = Kernel(X86_64, "6.12.1", tmp_path / "k", tmp_path, None, "k", "a test", "0" * 64)
    monkeypatch.setattr(modules, "find_program", lambda name: None, raising=False)
    monkeypatch.setattr("virtme.util.find_binary", lambda *names, **options: None)

    with pytest.raises(MissingToolError, match="modprobe") as caught:
        needed_modules(kernel, ("virtio_pci",))

    assert "apt-get install kmod" in (caught.value.remedy or "")
