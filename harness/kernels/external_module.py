"""Modules built against a kernel that was built here; the sources stay as they are."""

import shutil
from pathlib import Path

from harness.kernels.build import Built
from harness.values.errors import BuildError, KernelError


def build_module(built: Built, source: Path, into: Path) -> Path:
    """The one module whose sources lie in the folder `source`, stripped of debug information.

    `into` is an empty folder, where kbuild leaves its own files too.
    """
    if not built.config.builtin("MODULES"):
        raise KernelError(
            f"flavour {built.flavour.name} has no modules, so {source.name} cannot be loaded",
            remedy="build the flavour debug",
        )
    shutil.copytree(source, into, dirs_exist_ok=True)
    built.kbuild.make(f"M={into}", "modules", doing=f"building the module {source.name}")
    # Through kbuild, because the strip that fits is the cross compiler's.
    built.kbuild.make(
        f"M={into}",
        f"INSTALL_MOD_PATH={into / 'installed'}",
        "INSTALL_MOD_STRIP=1",
        "modules_install",
        doing=f"stripping the module {source.name}",
    )
    modules = tuple((into / "installed").rglob("*.ko"))
    if len(modules) != 1:
        raise BuildError(f"{source} makes {len(modules)} modules, not one")
    return modules[0]
