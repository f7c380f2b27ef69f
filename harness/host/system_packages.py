"""Programs this machine must have, the packages that hold them, and installing those.

Programs are looked for rather than packages: how they came to the machine does not matter.
"""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.host.apt_sources import KEYRINGS
from harness.host.cache import cache_root, locked
from harness.host.commands import Completed, Runner, find_program, run_command
from harness.toolchain.clang import OLDEST_MAJOR, PREFERRED_MAJOR, Clang, find_clang
from harness.values.arch import Arch
from harness.values.errors import InfrastructureError, MissingToolError

# 7.2 is the first with which all six machines boot and restore a saved state.
OLDEST_QEMU = (7, 2)

_QEMU_VERSION = re.compile(r"version (\d+)\.(\d+)[.\d]*")

_APT_INSTALL = ("apt-get", "install", "--yes", "--no-install-recommends")


@dataclass(frozen=True, slots=True)
class Need:
    """Something a package brings, and how one sees that it is there."""

    what: str
    packages: tuple[str, ...]
    why: str
    programs: tuple[str, ...] = ()
    """All of these are on the search path."""

    files: tuple[str, ...] = ()
    """At least one of these exists."""


# clang and QEMU are not here: which of them will do is more than a name.
_NEEDS: tuple[Need, ...] = (
    Need("kmod", ("kmod",), "indexes and orders kernel modules", programs=("depmod", "modprobe")),
    Need("dpkg", ("dpkg",), "unpacks kernels and libraries", programs=("dpkg-deb",)),
    Need(
        "keys of Debian's archive",
        ("debian-archive-keyring",),
        "what is downloaded is checked against them",
        files=tuple(str(keyring) for keyring in KEYRINGS),
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """One need and whether this machine meets it."""

    what: str
    packages: tuple[str, ...]
    """What to install; empty when nothing is missing."""

    found: str
    """The version or place of what is there, or what is wrong."""

    @property
    def ok(self) -> bool:
        return not self.packages


@dataclass(frozen=True)
class Machine:
    """This machine, as far as its programs go; tests give it fakes."""

    runner: Runner = run_command
    which: Callable[[str], str | None] = find_program
    exists: Callable[[str], bool] = os.path.exists
    user_id: Callable[[], int] = os.geteuid
    lock: Path | None = None

    def look(self, arch: Arch) -> tuple[Found, ...]:
        """Every need for `arch`, met or not; runs a few `--version`, installs nothing."""
        return (self._look_for_qemu(arch), *self._look_for_clang(), *self.look_for(_NEEDS))

    def look_for(self, needs: Sequence[Need]) -> tuple[Found, ...]:
        """Each of the needs, met or not; installs nothing."""
        return tuple(self._look_for(need) for need in needs)

    def require(self, arch: Arch) -> str:
        """Sees to it that everything is there and returns QEMU's version.

        Missing packages are installed by root, or through sudo if it asks for no password;
        otherwise MissingToolError carries the command to type.
        """
        version = self.qemu_version(arch)
        if version is None or any(not found.ok for found in self.look(arch)):
            with locked(self.lock or cache_root() / "system-packages"):
                # Somebody else may have installed them while we waited.
                self._install_missing(arch)
            version = self.qemu_version(arch)
        if version is None:
            raise MissingToolError(f"{arch.qemu} is still missing after its package was installed")
        _require_new_enough(version, arch)
        return version

    def require_needs(self, needs: Sequence[Need]) -> None:
        """The same for needs that are no architecture's; raises MissingToolError."""
        if all(found.ok for found in self.look_for(needs)):
            return
        with locked(self.lock or cache_root() / "system-packages"):
            self._install([p for found in self.look_for(needs) for p in found.packages])
        missing = [found for found in self.look_for(needs) if not found.ok]
        if missing:
            packages = [p for found in missing for p in found.packages]
            names = ", ".join(found.what for found in missing)
            raise MissingToolError(
                f"still missing after {' '.join(packages)} was installed: {names}",
                remedy=self.install_command(packages),
            )

    def qemu_version(self, arch: Arch) -> str | None:
        """`7.2.22`; None when there is no QEMU for `arch`."""
        program = self.which(arch.qemu)
        if program is None:
            return None
        done = self.runner((program, "--version"))
        found = _QEMU_VERSION.search(done.stdout)
        if found is None:
            raise MissingToolError(
                f"{program} does not say its version: it ended with status {done.status}\n"
                f"{done.last_words()}",
                remedy=f"apt-get install --reinstall {arch.qemu_package}",
            )
        return found[0].removeprefix("version ")

    def install_command(self, packages: Sequence[str]) -> str:
        """What a user can type to install them."""
        sudo = "" if self.user_id() == 0 else "sudo "
        install = " ".join((*_APT_INSTALL, *packages))
        return f"{sudo}apt-get update && {sudo}{install}"

    def _look_for(self, need: Need) -> Found:
        places = [self.which(program) for program in need.programs]
        files = [name for name in need.files if self.exists(name)]
        present = all(places) and (bool(files) or not need.files)
        if present:
            return Found(need.what, (), ", ".join((*filter(None, places), *files)))
        return Found(need.what, need.packages, f"missing; {need.why}")

    def _look_for_qemu(self, arch: Arch) -> Found:
        version = self.qemu_version(arch)
        if version is None:
            return Found(arch.qemu, (arch.qemu_package,), "missing; it runs the guests")
        if _number(version) < OLDEST_QEMU:
            return Found(arch.qemu, (arch.qemu_package,), f"{version} is too old")
        return Found(arch.qemu, (), version)

    def _look_for_clang(self) -> tuple[Found, Found]:
        try:
            clang = find_clang(self.which, self.runner)
        except MissingToolError as error:
            clang_package, lld_package = _llvm_packages(PREFERRED_MAJOR)
            return (
                Found("clang", (clang_package,), error.message),
                Found("lld", (lld_package,), "missing; it links the agent"),
            )
        return Found("clang", (), clang.version), self._look_for_lld(clang)

    def _look_for_lld(self, clang: Clang) -> Found:
        # clang looks beside itself first, then on the search path.
        beside = str(clang.program.resolve().parent / "ld.lld")
        place = beside if self.exists(beside) else self.which("ld.lld")
        if place is not None:
            return Found("lld", (), place)
        return Found("lld", (f"lld-{clang.major}",), "missing; it links the agent")

    def _install_missing(self, arch: Arch) -> None:
        missing = [p for found in self.look(arch) for p in found.packages]
        version = self.qemu_version(arch)
        if version is not None:
            _require_new_enough(version, arch)
        self._install(missing)

    def _install(self, missing: Sequence[str]) -> None:
        if not missing:
            return
        prefix = self._privilege(missing)
        self._apt(prefix, ("apt-get", "update"), missing)
        packages = self._available(missing)
        self._apt(prefix, (*_APT_INSTALL, *packages), packages)

    def _privilege(self, missing: Sequence[str]) -> tuple[str, ...]:
        """What to put before a command so that it runs as root."""
        if self.which("apt-get") is None:
            raise MissingToolError(
                f"missing on this machine, which has no apt-get: what Debian calls "
                f"{' '.join(missing)}",
                remedy="install them the way your distribution does",
            )
        if self.user_id() == 0:
            return ()
        if self.which("sudo") is not None and self.runner(("sudo", "-n", "true")).ok:
            return ("sudo", "-n")
        raise MissingToolError(
            f"packages are missing on this machine: {' '.join(missing)}",
            remedy=self.install_command(missing),
        )

    def _available(self, missing: Sequence[str]) -> tuple[str, ...]:
        """`missing`, with the clang this release of Debian has if it lacks the preferred one."""
        clang, lld = _llvm_packages(PREFERRED_MAJOR)
        if clang not in missing:
            return tuple(missing)
        names = self.runner(("apt-cache", "pkgnames", "clang-")).stdout.split()
        majors = [int(name[6:]) for name in names if re.fullmatch(r"clang-\d+", name)]
        if not majors or PREFERRED_MAJOR in majors:
            return tuple(missing)
        if max(majors) < OLDEST_MAJOR:
            raise MissingToolError(
                f"this release of Debian has no clang newer than {max(majors)}, "
                f"and {OLDEST_MAJOR} is the oldest that will do",
                remedy="install a newer clang by hand; it is found as clang or clang-N",
            )
        replaced = dict(zip((clang, lld), _llvm_packages(max(majors)), strict=True))
        return tuple(replaced.get(package, package) for package in missing)

    def _apt(
        self, prefix: tuple[str, ...], command: tuple[str, ...], packages: Sequence[str]
    ) -> None:
        quiet = ("env", "DEBIAN_FRONTEND=noninteractive")
        patient = ("-o", "DPkg::Lock::Timeout=300")
        done = self.runner((*prefix, *quiet, command[0], *patient, *command[1:]))
        if not done.ok:
            raise _apt_error(done, command, self.install_command(packages))


def require_programs(arch: Arch) -> str:
    """Installs what this machine lacks to run guests of `arch`; returns QEMU's version."""
    return Machine().require(arch)


def _llvm_packages(major: int) -> tuple[str, str]:
    return f"clang-{major}", f"lld-{major}"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def _require_new_enough(version: str, arch: Arch) -> None:
    if _number(version) < OLDEST_QEMU:
        oldest = ".".join(str(part) for part in OLDEST_QEMU)
        raise MissingToolError(
            f"{arch.qemu} is version {version}, and {oldest} is the oldest that will do",
            remedy=f"install {arch.qemu_package} from this release's backports, "
            "or run on a newer release",
        )


def _apt_error(done: Completed, command: tuple[str, ...], by_hand: str) -> InfrastructureError:
    return MissingToolError(
        f"`{' '.join(command)}` ended with status {done.status}\n{done.last_words()}",
        remedy=by_hand,
    )
