"""From a source tree to a kernel image in a build folder, no more of it built than has changed."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from harness.formats.kconfig import Kconfig
from harness.formats.kconfig_fragment import Lost
from harness.host.build_needs import build_needs
from harness.host.cache import cache_root, locked, read_fields, write_fields
from harness.host.commands import Runner, run_command
from harness.host.system_packages import Machine
from harness.kernels.compiler import choose_compiler
from harness.kernels.configure import configure, read_request
from harness.kernels.flavours import Flavour
from harness.kernels.kbuild import Kbuild
from harness.kernels.source_tree import SourceTree
from harness.values.arch import Arch
from harness.values.errors import BuildError, KernelError

_log = logging.getLogger(__name__)

_NOTE = "bpf-harness.json"


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """What the environment and the command line say about builds."""

    output: Path | None = None
    """O=; None: a folder in the cache."""

    cross_compile: str = ""
    llvm: str = ""
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "BuildSettings":
        """The variables that the kernel's own makefiles read: KBUILD_OUTPUT is O=."""
        output = environment.get("KBUILD_OUTPUT")
        return cls(
            Path(output).absolute() if output else None,
            environment.get("CROSS_COMPILE", ""),
            environment.get("LLVM", ""),
        )


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made; all of it lies in the build folder."""

    kbuild: Kbuild
    flavour: Flavour
    config: Kconfig
    unknown: tuple[Lost, ...]
    commit: str | None
    compiler: str
    duration_s: float

    @property
    def image(self) -> Path:
        return self.kbuild.folder / self.kbuild.arch.built_image

    @property
    def config_file(self) -> Path:
        return self.kbuild.folder / ".config"

    @property
    def has_modules(self) -> bool:
        order = self.kbuild.folder / "modules.order"
        return self.config.builtin("MODULES") and order.is_file() and order.stat().st_size > 0

    @property
    def origin(self) -> str:
        """Where the kernel came from, for reports."""
        commit = f" at {self.commit}" if self.commit else ""
        tree = self.kbuild.tree
        return f"{tree.path}{commit} ({tree.release}), flavour {self.flavour.name}, {self.compiler}"


@dataclass(frozen=True)
class Builder:
    """Builds trees on this machine; tests give it fakes."""

    folder: Path = field(default_factory=lambda: cache_root() / "builds")
    runner: Runner = run_command
    machine: Machine = field(default_factory=Machine)
    now_s: Callable[[], float] = time.monotonic

    def place(self, tree: SourceTree, arch: Arch, flavour: Flavour, output: Path | None) -> Path:
        """The build folder: the one the user named, or the cache's for exactly this kernel."""
        if output is not None:
            return output
        key = sha256(f"{tree.path}\0{arch.name}\0{flavour.name}".encode()).hexdigest()[:12]
        return self.folder / f"{tree.path.name}-{arch.name}-{flavour.name}-{key}"

    def lock(self, place: Path) -> AbstractContextManager[None]:
        """Held while the build folder is in use, by one process of this user at a time."""
        return locked(self.folder / sha256(str(place).encode()).hexdigest()[:12])

    def build(
        self, tree: SourceTree, arch: Arch, flavour: Flavour, settings: BuildSettings
    ) -> Built:
        """Configure and compile. The caller holds the lock of the build folder."""
        folder = self.place(tree, arch, flavour, settings.output)
        _claim(folder, tree, arch)
        compiler = choose_compiler(
            arch, self.machine.which, llvm=settings.llvm, cross_compile=settings.cross_compile
        )
        request = read_request(flavour, arch, tree, self.runner)
        needs = build_needs(btf=request.asks_for("DEBUG_INFO_BTF"))
        self.machine.require_needs((*needs, compiler.need))
        kbuild = Kbuild(tree, folder, arch, compiler, settings.jobs, self.runner)
        version = compiler.version(self.runner)
        started = self.now_s()
        _log.info(
            "building %s (%s) for %s, flavour %s, in %s: minutes at first, seconds later on",
            *(tree.path, tree.release, arch, flavour.name, folder),
        )
        configured = configure(kbuild, flavour, request)
        kbuild.make(*_targets(arch, configured.config), doing=f"building {tree.path} for {arch}")
        built = Built(
            kbuild,
            flavour,
            configured.config,
            configured.unknown,
            tree.commit(self.runner),
            version,
            self.now_s() - started,
        )
        if not built.image.is_file():
            raise BuildError(f"{tree.path}: make went well, but there is no {built.image}")
        return built


def _targets(arch: Arch, config: Kconfig) -> tuple[str, ...]:
    image = Path(arch.built_image).name
    return (image, "modules") if config.builtin("MODULES") else (image,)


def _claim(folder: Path, tree: SourceTree, arch: Arch) -> None:
    """Make the build folder, or see that it is this tree's for this architecture."""
    if folder == tree.path:
        raise KernelError(
            f"O={folder} is the source tree itself", remedy="give a folder outside of it"
        )
    mine = {"tree": str(tree.path), "arch": arch.name}
    noted = read_fields(folder / _NOTE)
    if noted is not None and noted != mine:
        raise KernelError(
            f"O={folder} holds a build of {noted.get('tree')} for {noted.get('arch')}",
            remedy="give another folder, or remove this one",
        )
    write_fields(folder / _NOTE, mine)
