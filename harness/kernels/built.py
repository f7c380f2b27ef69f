"""Kernels built from a tree, copied into the cache, where no later build changes them."""

import shutil
import time
from hashlib import sha256
from pathlib import Path

from harness.host.cache import publish_folder
from harness.host.commands import Runner
from harness.kernels.build import Built
from harness.kernels.entry import KernelFiles, digest_of, write_entry

_PREFIX = "built-"
_KEPT = 8
_KEPT_S = 24 * 3600.0


def keep_built(entries: Path, built: Built, runner: Runner) -> Path:
    """Copy image, configuration and modules into an entry of `entries`, named by their content."""
    entry = entries / f"{_PREFIX}{_content(built)[:32]}"
    publish_folder(entry, lambda folder: _fill(folder, built, runner))
    # The time says when it was last wanted.
    entry.touch()
    _prune(entries, now_s=time.time())
    return entry


def _content(built: Built) -> str:
    """The modules belong to it: they change where the image does not."""
    key = sha256(digest_of(built.image).encode())
    key.update(built.config_file.read_bytes())
    if built.has_modules:
        for path in sorted(built.kbuild.folder.rglob("*.ko")):
            key.update(digest_of(path).encode())
    return key.hexdigest()


def _fill(folder: Path, built: Built, runner: Runner) -> None:
    copies = folder / "copies"
    copies.mkdir()
    image = Path(shutil.copy(built.image, copies / "image"))
    config = Path(shutil.copy(built.config_file, copies / "config"))
    modules = _install_modules(built, copies) if built.has_modules else None
    files = KernelFiles(image, config, modules)
    write_entry(folder, files, built.kbuild.arch, origin=built.origin, runner=runner)
    shutil.rmtree(copies)


def _install_modules(built: Built, root: Path) -> Path:
    words = (f"INSTALL_MOD_PATH={root}", "INSTALL_MOD_STRIP=1", "modules_install")
    built.kbuild.make(*words, doing="installing the modules")
    (modules,) = (root / "lib" / "modules").iterdir()
    for link in ("build", "source"):
        (modules / link).unlink(missing_ok=True)
    return modules


def _prune(entries: Path, *, now_s: float) -> None:
    """Remove what was not wanted for a day, but for the newest: a bisect makes one a step."""
    built = sorted(entries.glob(f"{_PREFIX}*"), key=lambda path: path.stat().st_mtime)
    for path in built[:-_KEPT]:
        if now_s - path.stat().st_mtime > _KEPT_S:
            shutil.rmtree(path, ignore_errors=True)
