"""A kernel source tree of a few files, and a make that configures and builds it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.formats.kconfig_fragment import merge_fragments, parse_fragment
from harness.host.commands import Completed
from harness.host.system_packages import Machine
from harness.kernels.build import Builder
from tests.fake_kernel import bzimage

VIRTME = "CONFIG_VIRTIO_PCI=y\nCONFIG_DRM=y\n"
RELEASE = "6.12.117"


def make_tree(folder: Path) -> Path:
    """Top files, and Kconfig files that define what tests speak of."""
    for name, text in {
        "Makefile": "# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 117\nEXTRAVERSION =\n",
        "Kconfig": 'source "net/Kconfig"\n',
        "net/Kconfig": "config KALLSYMS_ALL\n\tbool\n\tdepends on DEBUG_KERNEL && KALLSYMS\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@dataclass
class FakeMake:
    """A Runner: make, the compiler, virtme-configkernel and git, and what was asked of them."""

    dropped: set[str] = field(default_factory=set)
    """Options that configuring drops."""

    source: str = "first"
    """What the tree compiles to."""

    failure: str | None = None
    """What the compiler says, if it fails."""

    calls: list[tuple[str, ...]] = field(default_factory=list)

    def __call__(self, argv: Sequence[str], *, cwd: Path | None = None) -> Completed:
        command = tuple(argv)
        self.calls.append(command)
        if command[0] == "env":
            return self._make(command)
        if command[-1] == "--dry-run":
            return Completed(command, 0, VIRTME, "")
        if command[-1] == "--version":
            return Completed(command, 0, "gcc (Debian 12.2.0) 12.2.0\nCopyright\n", "")
        if command[0] == "git":
            return Completed(command, 0, "0123456789ab\n", "")
        raise AssertionError(f"nobody said what {' '.join(command)} answers")

    def made(self) -> list[str]:
        """The targets of every make so far."""
        makes = (call for call in self.calls if call[0] == "env")
        return [" ".join(_targets(call)) for call in makes]

    def _make(self, command: tuple[str, ...]) -> Completed:
        folder = Path(_variable(command, "O"))
        for target in _targets(command):
            if target.endswith("config") and target != "syncconfig":
                self._configure(Path(_variable(command, "KCONFIG_ALLCONFIG")), folder)
            elif target == "syncconfig":
                listing = folder / "include/config/auto.conf.cmd"
                listing.parent.mkdir(parents=True, exist_ok=True)
                listing.write_text("deps_config := \\\n\tKconfig \\\n\tnet/Kconfig \\\n\n")
            elif target == "bzImage":
                if self.failure is not None:
                    return Completed(command, 2, "", self.failure)
                image = folder / "arch/x86/boot/bzImage"
                image.parent.mkdir(parents=True, exist_ok=True)
                image.write_bytes(bzimage(RELEASE) + self.source.encode())
        return Completed(command, 0, "", "")

    def _configure(self, request: Path, folder: Path) -> None:
        wanted = parse_fragment(request.read_text(), name="request")
        off = parse_fragment("".join(f"CONFIG_{o}=n\n" for o in self.dropped), name="dropped")
        (folder / ".config").write_text(merge_fragments(wanted, off).text)


@dataclass(frozen=True)
class FullMachine:
    """Has every program, or all but some."""

    missing: frozenset[str] = frozenset()

    def which(self, name: str) -> str | None:
        return None if name in self.missing or name == "ccache" else f"/bin/{name}"


def make_builder(folder: Path, runner: FakeMake) -> Builder:
    machine = Machine(
        runner=runner, which=FullMachine().which, exists=lambda name: True, lock=folder / "lock"
    )
    return Builder(folder / "builds", runner, machine)


def _targets(command: tuple[str, ...]) -> list[str]:
    words = command[command.index("make") + 1 :]
    return [word for word in words if not word.startswith("-") and "=" not in word]


def _variable(command: tuple[str, ...], name: str) -> str:
    (value,) = [word.partition("=")[2] for word in command if word.startswith(f"{name}=")]
    return value
