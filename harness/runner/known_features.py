"""Which features the kernel of a target has: probed once, then remembered by its build id.

What was found is kept in the cache, because neither the kernel nor its hardware changes.
"""

import threading
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from harness.formats.kernel_notes import read_build_id
from harness.guest.guest import Guest
from harness.guest.probes import Prober
from harness.host.cache import cache_root, locked, read_fields, write_fields
from harness.values.arch import Arch
from harness.values.errors import RefusedError
from harness.values.feature import Feature

_NOTES = "/sys/kernel/notes"
_MAX_NOTES = 64 * 1024

_YES, _NO = "yes", "no"


class NamedKernel(Protocol):
    """What is known of a kernel that was named: Kernel, RunningKernel."""

    @property
    def arch(self) -> Arch: ...

    @property
    def release(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def origin(self) -> str: ...

    @property
    def digest(self) -> str: ...


class Processors(Protocol):
    """What of a machine decides which features there are."""

    @property
    def cpus(self) -> int: ...

    @property
    def cpu_model(self) -> str | None: ...

    @property
    def arguments(self) -> tuple[str, ...]:
        """What its kernel is told on its command line beside what all are."""


class KnownFeatures:
    """The features of one kernel on one kind of hardware; safe to use from many threads."""

    def __init__(
        self, kernel: NamedKernel, hardware: Processors, cache: Path | None = None
    ) -> None:
        """`cache` is where answers are kept from run to run; the XDG cache by default."""
        self._kernel = kernel
        self._hardware = hardware
        self._cache = cache if cache is not None else cache_root() / "features"
        self._lock = threading.Lock()
        self._file: Path | None = None
        self._known: dict[str, str] = {}
        self._prober: Prober | None = None

    def has(self, guest: Guest, feature: Feature) -> bool:
        """In the mode that the guest is in; raises GuestError if the guest is lost."""
        key = _key(feature, guest)
        with self._lock:
            file = self._file or self._open(guest)
            if key not in self._known:
                found = self._prober_of(guest).has(feature)
                self._known[key] = _YES if found else _NO
                self._keep(file)
            return self._known[key] == _YES

    def _prober_of(self, guest: Guest) -> Prober:
        """One for all questions to a guest, because it keeps what it has read of the kernel."""
        if self._prober is None or self._prober.guest is not guest:
            self._prober = Prober(guest, self._kernel.arch.byte_order)
        return self._prober

    def _open(self, guest: Guest) -> Path:
        """The file of answers for this very kernel; what is in it is known from now on."""
        hardware = (
            self._hardware.cpu_model or "",
            str(self._hardware.cpus),
            *self._hardware.arguments,
        )
        named = "\0".join((self._kernel.arch.name, build_id(guest, self._kernel), *hardware))
        self._file = self._cache / f"{sha256(named.encode()).hexdigest()[:32]}.json"
        self._known = read_fields(self._file) or {}
        return self._file

    def _keep(self, file: Path) -> None:
        """Adds to what other runs have found out in the meantime."""
        with locked(file):
            self._known = (read_fields(file) or {}) | self._known
            write_fields(file, self._known)


def build_id(guest: Guest, kernel: NamedKernel) -> str:
    """The GNU build id of the running kernel, in hex; without one, the digest of its image."""
    try:
        notes = guest.read_file(_NOTES, _MAX_NOTES)
    except RefusedError:
        return kernel.digest
    return read_build_id(notes, kernel.arch.byte_order) or kernel.digest


def _key(feature: Feature, guest: Guest) -> str:
    """Another probe is another question, also under the same name."""
    probe = sha256(repr(feature.probe).encode()).hexdigest()[:12]
    mode = f" {guest.mode}" if feature.per_mode else ""
    return f"{feature.name}{mode} {probe}"
