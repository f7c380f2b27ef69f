"""What this machine must have to build kernels, and the packages that hold it.

libssl-dev, cpio and rsync are not here: signing modules, kernel headers in the kernel and
installing headers need them, and none of our flavours does any of that.
"""

from harness.host.system_packages import Need

_NEEDS = (
    Need("make", ("make",), "drives the kernel's build", programs=("make",)),
    Need("gcc", ("gcc",), "compiles the kernel's own tools for this machine", programs=("gcc",)),
    Need(
        "C library headers",
        ("libc6-dev",),
        "the kernel's own tools are compiled against them",
        files=("/usr/include/stdlib.h",),
    ),
    Need("flex", ("flex",), "the kernel's configuration is read with it", programs=("flex",)),
    Need("bison", ("bison",), "the kernel's configuration is read with it", programs=("bison",)),
    Need("bc", ("bc",), "computes the kernel's time constants", programs=("bc",)),
    Need(
        "perl", ("perl-base",), "several of the kernel's files are made by it", programs=("perl",)
    ),
    Need(
        "libelf headers",
        ("libelf-dev",),
        "objtool and resolve_btfids are linked with it",
        files=("/usr/include/gelf.h",),
    ),
)

_PAHOLE = Need(
    "pahole", ("dwarves",), "writes the kernel's BTF (DEBUG_INFO_BTF)", programs=("pahole",)
)


def build_needs(*, btf: bool) -> tuple[Need, ...]:
    """Everything but the compiler of the kernel itself."""
    return (*_NEEDS, _PAHOLE) if btf else _NEEDS


def compiler_need(programs: tuple[str, ...], packages: tuple[str, ...], arch: str) -> Need:
    """The compiler that the kernel is built with."""
    return Need(f"compiler for {arch}", packages, "compiles the kernel", programs=programs)
