"""Debian's archive through a private apt: signed lists and packages of any suite and port.

Nothing of the machine's own package state is read or changed; each (port, suite) pair has its
own apt state folder in the cache. Does not know what the packages are for.
"""

import logging
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from harness.host.apt_sources import DebianMirrors, find_mirrors
from harness.host.cache import cache_root, locked, write_text_whole
from harness.host.commands import Completed, Runner, disk_full_error, require_ok, run_command
from harness.host.debian_version import DebianVersion
from harness.values.arch import Arch
from harness.values.errors import DownloadError, GoneError

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

LISTS_FRESH_S = 24 * 3600.0

# Its time is that of the last good update.
_STAMP = "updated"

# What apt-get says of a package that the lists name and the mirror does not have.
_NOT_FOUND = "404  Not Found"

_NO_SUCH_SUITE = "does not have a Release file"

_CHECK_NETWORK = "check the network and try again; what is cached already needs none"

_CONFIGURATION = """\
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Architectures;
#clear Acquire::IndexTargets::deb::DEP-11;
Dir::State "{state}/";
Dir::State::Lists "{state}/lists/";
Dir::State::Status "{state}/status";
Dir::Cache "{state}/cache/";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "";
Dir::Etc::SourceList "{state}/sources.list";
Dir::Etc::SourceParts "{state}/none";
Dir::Etc::Preferences "{state}/none/preferences";
Dir::Etc::PreferencesParts "{state}/none";
APT::Architecture "{port}";
APT::Architectures {{ "{port}"; }};
APT::Sandbox::User "";
APT::Default-Release "";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::GzipIndexes "true";
Acquire::Check-Valid-Until "false";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
"""


@dataclass(frozen=True, slots=True)
class Package:
    """One version of one package, in one suite, for one port."""

    name: str
    version: DebianVersion
    suite: str
    port: str
    """Debian's name of the architecture."""

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.suite}, {self.port})"


@dataclass(frozen=True)
class AptArchive:
    """What Debian's archive holds. Uses the network only when its lists are a day old."""

    folder: Path = field(default_factory=lambda: cache_root() / "apt")
    runner: Runner = run_command
    now_s: Callable[[], float] = time.time
    _unreachable: set[Path] = field(default_factory=set, init=False, repr=False, compare=False)
    """States whose lists could not be fetched: a process tries once and says why once."""

    @cached_property
    def mirrors(self) -> DebianMirrors:
        return find_mirrors(self.runner)

    def names(self, arch: Arch, suite: str, prefix: str) -> tuple[str, ...]:
        """Names of packages of the suite that start with `prefix`."""
        self._ensure_lists(arch, suite)
        done = self._cache_query(arch, suite, ("pkgnames", prefix))
        return tuple(sorted(done.stdout.split()))

    def packages(self, arch: Arch, suite: str, names: Sequence[str]) -> tuple[Package, ...]:
        """All versions of the named packages; a name the suite does not have gives none."""
        if not names:
            return ()
        self._ensure_lists(arch, suite)
        done = self._cache_query(arch, suite, ("madison", *names))
        return parse_madison(done.stdout, suite=suite, port=arch.debian)

    def download(self, arch: Arch, packages: Sequence[Package], into: Path) -> tuple[Path, ...]:
        """The .deb files, checked against the signed lists; raises DownloadError."""
        for suite in sorted({package.suite for package in packages}):
            wanted = [p for p in packages if p.suite == suite]
            self._download_from(arch, suite, wanted, into)
        return tuple(sorted(into.glob("*.deb")))

    def with_fresh_lists(self, arch: Arch, attempt: Callable[[], Result]) -> Result:
        """What `attempt` (choose from the lists, then download) returns.

        Lists of this morning may name a version the mirror has since replaced, so when a
        download fails, the lists are read anew and `attempt` is made once more.
        """
        try:
            return attempt()
        except DownloadError as error:
            _log.info("trying once more with fresh package lists: %s", error)
            self._unreachable.clear()
            for stamp in (self.folder / arch.debian).glob(f"*/{_STAMP}"):
                os.utime(stamp, (0, 0))
            return attempt()

    def _ensure_lists(self, arch: Arch, suite: str) -> None:
        state = self._state(arch, suite)
        if self._lists_fresh(state):
            return
        with locked(state):
            if self._lists_fresh(state):
                return
            old = _stamp(state).exists()
            if state in self._unreachable:
                if old:
                    return
                raise DownloadError(
                    f"still without the package lists of {suite} ({arch.debian})",
                    remedy=_CHECK_NETWORK,
                )
            try:
                self._update(arch, suite)
            except DownloadError as error:
                self._unreachable.add(state)
                if not old:
                    raise
                _log.warning("using package lists of %s that are over a day old: %s", suite, error)

    def _lists_fresh(self, state: Path) -> bool:
        try:
            age_s = self.now_s() - _stamp(state).stat().st_mtime
        except OSError:
            return False
        # A stamp from the future means that a clock jumped; such lists are as good as old.
        return 0 <= age_s < LISTS_FRESH_S

    def _update(self, arch: Arch, suite: str) -> None:
        state = self._state(arch, suite)
        self._write_configuration(arch, suite)
        _log.info("fetching the package lists of %s for %s", suite, arch.debian)
        done = self.runner(_apt_get(state, "update"))
        if not done.ok and _NO_SUCH_SUITE in done.stderr:
            _log.info("the mirror has no suite %s", suite)
        elif not done.ok or "Failed to fetch" in done.stderr:
            # apt-get update ends well when a list could not be fetched and an older one is there.
            raise self._download_error(done, f"the package lists of {suite} ({arch.debian})")
        write_text_whole(_stamp(state), "")
        os.utime(_stamp(state), (self.now_s(), self.now_s()))

    def _write_configuration(self, arch: Arch, suite: str) -> None:
        state = self._state(arch, suite)
        for folder in ("lists/partial", "cache/archives/partial", "none"):
            (state / folder).mkdir(parents=True, exist_ok=True)
        mirrors = self.mirrors
        write_text_whole(state / "status", "")
        write_text_whole(
            state / "sources.list",
            f"deb [signed-by={mirrors.keyring}] {mirrors.of_suite(suite)} {suite} main\n",
        )
        write_text_whole(state / "apt.conf", _CONFIGURATION.format(state=state, port=arch.debian))

    def _download_from(
        self, arch: Arch, suite: str, packages: Iterable[Package], into: Path
    ) -> None:
        state = self._state(arch, suite)
        wanted = [f"{package.name}={package.version}" for package in packages]
        _log.info("downloading %s from %s", " ".join(wanted), suite)
        done = self.runner(_apt_get(state, "download", *wanted), cwd=into)
        if not done.ok:
            raise self._download_error(done, " ".join(wanted))

    def _download_error(self, done: Completed, what: str) -> Exception:
        if done.disk_full:
            return disk_full_error(self.folder)
        kind = GoneError if _NOT_FOUND in done.last_words() else DownloadError
        return kind(
            f"could not download {what}; apt-get said:\n{done.last_words()}",
            remedy=_CHECK_NETWORK,
        )

    def _cache_query(self, arch: Arch, suite: str, query: tuple[str, ...]) -> Completed:
        state = self._state(arch, suite)
        done = self.runner(("apt-cache", "-c", str(state / "apt.conf"), *query))
        return require_ok(done, f"reading the package lists of {suite}", self.folder)

    def _state(self, arch: Arch, suite: str) -> Path:
        return self.folder / arch.debian / suite


def parse_madison(text: str, *, suite: str, port: str) -> tuple[Package, ...]:
    """Packages from the lines of `apt-cache madison`; source lines are left out.

    >>> line = "busybox | 1:1.37.0-6 | http://m.example/debian trixie/main amd64 Packages"
    >>> parse_madison(line, suite="trixie", port="amd64")[0].version
    DebianVersion('1:1.37.0-6')
    """
    found: dict[Package, None] = {}
    for line in text.splitlines():
        fields = [part.strip() for part in line.split("|")]
        if len(fields) == 3 and fields[2].endswith(" Packages"):
            found[Package(fields[0], DebianVersion(fields[1]), suite, port)] = None
    return tuple(found)


def _apt_get(state: Path, *arguments: str) -> tuple[str, ...]:
    # Given with -c, the file is read after the machine's own apt.conf.d (proxies stay in force).
    return ("apt-get", "-c", str(state / "apt.conf"), "-qq", *arguments)


def _stamp(state: Path) -> Path:
    return state / _STAMP
