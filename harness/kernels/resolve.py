"""From what the user typed to a Kernel, using the network only for what the cache lacks."""

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from harness.host.apt_archive import LISTS_FRESH_S, AptArchive
from harness.host.cache import cache_root, publish_folder, read_fields, write_fields
from harness.host.commands import Runner, run_command
from harness.kernels.build import Builder, BuildSettings, Built
from harness.kernels.built import keep_built
from harness.kernels.debian import DebianKernel, choose_kernel, find_kernels
from harness.kernels.entry import digest_of, read_entry
from harness.kernels.local import local_kernel
from harness.kernels.names import (
    DebianName,
    DebianRelease,
    ImageFile,
    PackageFile,
    TreeFolder,
    parse_kernel_name,
)
from harness.kernels.packages import unpack_kernel
from harness.kernels.source_tree import read_source_tree
from harness.values.arch import Arch
from harness.values.errors import DownloadError, GoneError, InfrastructureError
from harness.values.kernel import Kernel

_log = logging.getLogger(__name__)

DEFAULT_KERNEL = "debian:6.12"

# How many releases a mirror may have lost before it is better not to go on asking.
_MAX_GONE = 16


@dataclass(frozen=True)
class KernelStore:
    """The kernels of this machine's cache, and the archive that more can be had from."""

    folder: Path = field(default_factory=lambda: cache_root() / "kernels")
    archive: AptArchive = field(default_factory=AptArchive)
    runner: Runner = run_command
    now_s: Callable[[], float] = time.time
    builder: Builder = field(default_factory=Builder)

    def resolve(self, text: str, arch: Arch) -> Kernel:
        """The kernel that `text` names, ready to be booted; downloads or builds what is missing."""
        name = parse_kernel_name(text)
        match name:
            case ImageFile(path):
                return local_kernel(path, arch, self.folder, self.runner)
            case PackageFile(path):
                return self._from_deb(path, arch, text)
            case TreeFolder():
                return self.build(name, arch, text, BuildSettings.from_environment())[1]
            case _:
                return self._from_archive(name, arch, text)

    def cached(self, text: str, arch: Arch) -> Kernel | None:
        """The kernel `text` names as far as this machine knows; never downloads or builds."""
        name = parse_kernel_name(text)
        if isinstance(name, ImageFile | PackageFile):
            return self.resolve(text, arch)
        noted = read_fields(self._note(text, arch))
        if noted is None:
            return None
        return read_entry(self._entries(arch) / noted["entry"], arch, source=text)

    def build(
        self, name: TreeFolder, arch: Arch, text: str, settings: BuildSettings
    ) -> tuple[Built, Kernel]:
        """Build the tree as far as it has changed; what was made, and the kernel kept of it."""
        tree = read_source_tree(name.path)
        place = self.builder.place(tree, arch, name.flavour, settings.output)
        with self.builder.lock(place):
            built = self.builder.build(tree, arch, name.flavour, settings)
            entry = keep_built(self._entries(arch), built, self.runner)
        write_fields(self._note(text, arch), {"entry": entry.name})
        kernel = _require(read_entry(entry, arch, source=text), entry)
        # The same image may come from many commits; this run's is what the reports must say.
        return built, replace(kernel, origin=built.origin)

    def list(self, arch: Arch) -> tuple[DebianKernel, ...]:
        """All kernels of the archive for `arch`, oldest first."""
        return find_kernels(self.archive, arch)

    def is_cached(self, kernel: DebianKernel) -> bool:
        return (self._entries(kernel.arch) / _entry_name(kernel)).is_dir()

    def _from_archive(self, name: DebianName, arch: Arch, text: str) -> Kernel:
        known = self.cached(text, arch)
        if known is not None and self._still_holds(name, arch, text):
            return known
        try:
            entry = self._fetch(name, arch)
        except DownloadError as error:
            if known is None:
                raise
            _log.warning("using %s, resolved over a day ago: %s", known, error)
            return known
        write_fields(self._note(text, arch), {"entry": entry.name, "at": str(self.now_s())})
        return _require(read_entry(entry, arch, source=text), entry)

    def _still_holds(self, name: DebianName, arch: Arch, text: str) -> bool:
        """A release means the same for ever; a series or a suite moves on."""
        if isinstance(name, DebianRelease):
            return True
        noted = read_fields(self._note(text, arch)) or {}
        try:
            age_s = self.now_s() - float(noted["at"])
        except (KeyError, ValueError):
            return False
        return 0 <= age_s < LISTS_FRESH_S

    def _fetch(self, name: DebianName, arch: Arch) -> Path:
        """The newest that fits; if the mirror has lost it, an older one, unless it was named."""
        lists_are_fresh = False

        def choose_and_fill() -> Path:
            nonlocal lists_are_fresh
            # Fresh lists may name a revision that took the place of what is gone.
            may_lose = 0 if isinstance(name, DebianRelease) or not lists_are_fresh else _MAX_GONE
            lists_are_fresh = True
            return self._newest(name, arch, may_lose)

        return self.archive.with_fresh_lists(arch, choose_and_fill)

    def _newest(self, name: DebianName, arch: Arch, may_lose: int) -> Path:
        gone: tuple[DebianKernel, ...] = ()
        while True:
            chosen = choose_kernel(self.archive, arch, name, gone)
            target = self._entries(arch) / _entry_name(chosen)
            try:
                return publish_folder(target, partial(self._fill, kernel=chosen))
            except GoneError as error:
                if len(gone) == may_lose:
                    raise
                _log.warning("taking an older kernel: %s", error.message.splitlines()[0])
                gone = (*gone, chosen)

    def _fill(self, folder: Path, kernel: DebianKernel) -> None:
        downloads = folder / "downloads"
        downloads.mkdir()
        debs = self.archive.download(kernel.arch, kernel.packages, downloads)
        origin = f"{kernel.packages[0].name} {kernel.version} ({kernel.suite})"
        unpack_kernel(debs, folder, kernel.arch, origin=origin, runner=self.runner)
        shutil.rmtree(downloads)

    def _from_deb(self, path: Path, arch: Arch, text: str) -> Kernel:
        debs = (path, *_companions(path))
        entry = self._entries(arch) / f"deb-{digest_of(path)[:16]}-{len(debs)}"
        publish_folder(
            entry,
            lambda folder: unpack_kernel(debs, folder, arch, origin=str(path), runner=self.runner),
        )
        return _require(read_entry(entry, arch, source=text), entry)

    def _entries(self, arch: Arch) -> Path:
        return self.folder / arch.name

    def _note(self, text: str, arch: Arch) -> Path:
        name = text.removeprefix("debian:")
        # The name of a tree is a path.
        plain = sha256(name.encode()).hexdigest()[:16] if "/" in name else name
        return self._entries(arch) / "names" / f"{plain}.json"


def resolve_kernel(text: str, arch: Arch) -> Kernel:
    """The kernel that `text` names (see parse_kernel_name), from the user's cache or the archive.

    Raises UnknownNameError, KernelError, DownloadError or MissingToolError.
    """
    return KernelStore().resolve(text, arch)


def _entry_name(kernel: DebianKernel) -> str:
    return f"{kernel.release}_{kernel.version}"


def _companions(deb: Path) -> tuple[Path, ...]:
    """The other parts of a kernel that is split over packages, where they lie beside `deb`."""
    name, _, rest = deb.name.partition("_")
    release = name.removeprefix("linux-binary-")
    if release == name:
        return ()
    beside = (deb.with_name(f"linux-{part}-{release}_{rest}") for part in ("modules", "base"))
    return tuple(path for path in beside if path.is_file())


def _require(kernel: Kernel | None, entry: Path) -> Kernel:
    if kernel is None:
        raise InfrastructureError(
            f"the cached kernel in {entry} is damaged", remedy=f"rm -r {entry}, then try again"
        )
    return kernel
