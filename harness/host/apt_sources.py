"""Which mirrors and which keyring this machine's own apt uses for Debian's archive.

No host name is written here: all of them come from the machine, or from the environment.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.host.commands import Runner
from harness.values.errors import MissingToolError

MIRROR_VARIABLE = "BPF_HARNESS_DEBIAN_MIRROR"
SECURITY_MIRROR_VARIABLE = "BPF_HARNESS_DEBIAN_SECURITY_MIRROR"

KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
)

_RELEASE_URI = re.compile(r"'(?P<base>[^']+?)/*/dists/(?P<suite>[^']+)/InRelease'")


@dataclass(frozen=True, slots=True)
class DebianMirrors:
    """Where the archive is, and what its lists must be signed with."""

    main: str
    security: str
    keyring: Path

    def of_suite(self, suite: str) -> str:
        """The mirror that holds `suite`; the security suites live on one of their own."""
        return self.security if suite.endswith("-security") else self.main


def find_mirrors(
    runner: Runner,
    environment: Mapping[str, str] = os.environ,
    keyrings: Sequence[Path] = KEYRINGS,
) -> DebianMirrors:
    """The mirrors this machine is configured for; asks apt and touches no network."""
    configured = parse_release_uris(_configured_uris(runner))
    main = environment.get(MIRROR_VARIABLE) or _main_mirror(configured)
    if main is None:
        raise MissingToolError(
            "apt on this machine has no mirror of Debian's archive, so no package can be fetched",
            remedy=f"set {MIRROR_VARIABLE} to the URL of one (it ends in /debian), "
            "or give --kernel the path of an image",
        )
    security = environment.get(SECURITY_MIRROR_VARIABLE) or _security_mirror(configured)
    # Mirrors that carry both name them alike.
    return DebianMirrors(
        main.rstrip("/"), security or f"{main.rstrip('/')}-security", _keyring(keyrings)
    )


def parse_release_uris(text: str) -> tuple[tuple[str, str], ...]:
    """(mirror, suite) pairs from `apt-get update --print-uris`.

    >>> parse_release_uris("'http://m.example/debian/dists/sid/InRelease' m_InRelease 0 ")
    (('http://m.example/debian', 'sid'),)
    """
    return tuple((found["base"], found["suite"]) for found in _RELEASE_URI.finditer(text))


def _configured_uris(runner: Runner) -> str:
    # `apt-get indextargets` would be made for this, but says nothing before the first update.
    try:
        return runner(("apt-get", "update", "--print-uris")).stdout
    except MissingToolError as error:
        raise MissingToolError(
            "there is no apt-get on this machine; packages come from Debian's archive through it",
            remedy="run on Debian or a derivative of it (a container will do)",
        ) from error


def _main_mirror(configured: tuple[tuple[str, str], ...]) -> str | None:
    # Third parties publish /debian trees too, but deeper ones and without an -updates suite;
    # what is taken wrongly here fails the signature check.
    suites_of: dict[str, set[str]] = {}
    for base, suite in configured:
        suites_of.setdefault(base, set()).add(suite)
    candidates = [base for base in suites_of if base.endswith("/debian")]
    candidates.sort(key=lambda base: (not _has_updates(suites_of[base]), base.count("/")))
    return candidates[0] if candidates else None


def _has_updates(suites: set[str]) -> bool:
    return any(f"{suite}-updates" in suites for suite in suites)


def _security_mirror(configured: tuple[tuple[str, str], ...]) -> str | None:
    for base, suite in configured:
        if suite.endswith("-security") and base.endswith("debian-security"):
            return base
    return None


def _keyring(keyrings: Sequence[Path]) -> Path:
    for keyring in keyrings:
        if keyring.is_file():
            return keyring
    raise MissingToolError(
        f"the keys that sign Debian's archive are not on this machine ({keyrings[-1]} is missing)",
        remedy="apt-get install debian-archive-keyring",
    )
