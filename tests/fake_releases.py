"""Kernels of an archive that holds nothing: versions and suites only."""

from harness.host.debian_version import DebianVersion
from harness.kernels.debian import DebianKernel
from harness.values.arch import X86_64


def kernel(
    version: str, suite: str = "trixie", *, flavour: str = X86_64.kernel_flavours[0]
) -> DebianKernel:
    """One kernel, as the package lists would name it."""
    upstream = DebianVersion(version).upstream
    return DebianKernel(
        X86_64, f"{upstream}-{flavour}", flavour, DebianVersion(version), suite, packages=()
    )
