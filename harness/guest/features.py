"""Features by name, and when a kernel that lacks one is to blame for it.

Version numbers only accuse: a feature that is absent on a kernel new enough to have it, and
configured to have it, is a failure. Whether it is absent is for a probe to say.
"""

from harness.formats.kconfig import Kconfig
from harness.guest.feature_rows import FEATURES
from harness.values.arch import Arch
from harness.values.errors import UnknownNameError
from harness.values.feature import Feature
from harness.values.release import read_version


def find_feature(name: str) -> Feature:
    """The row of that name; raises UnknownNameError."""
    for feature in FEATURES:
        if feature.name == name:
            return feature
    names = " ".join(feature.name for feature in FEATURES)
    raise UnknownNameError(f"unknown feature {name!r}", remedy=f"use one of: {names}")


def is_due(
    feature: Feature, arch: Arch, release: str, config: Kconfig | None, *, jits: bool
) -> bool:
    """Whether a kernel of that release and configuration (None: unknown) ought to have it."""
    if config is not None and any(config.value(option) == "n" for option in feature.options):
        return False
    first = feature.first_release(arch, jits=jits)
    found = read_version(release)
    # Nobody can be accused by a release that nobody can read.
    if first is None or found is None or found < first:
        return False
    return feature.lost is None or found < feature.lost


def absence(feature: Feature, cpus: int) -> str:
    """One line that says what is absent in a guest of so many CPUs, and why if anybody knows."""
    if cpus < feature.cpus:
        return f"feature {feature.name} is absent: QEMU gives the guest {cpus} CPU"
    if feature.bug:
        return f"feature {feature.name} is absent: {feature.bug}"
    options = f" ({' '.join(feature.options)})" if feature.options else ""
    return f"feature {feature.name} is absent{options}"
