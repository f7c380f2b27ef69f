"""The configuration of one's own kernel: fragments merged, filled in, and checked to have stuck."""

import sys
from dataclasses import dataclass
from pathlib import Path

from harness.formats.kconfig import Kconfig, parse_kconfig
from harness.formats.kconfig_fragment import (
    Fragment,
    Lost,
    lost_options,
    merge_fragments,
    parse_fragment,
)
from harness.formats.kconfig_source import parse_kconfig_list
from harness.host.cache import write_text_whole
from harness.host.commands import Runner, find_program, require_ok
from harness.kernels.flavours import KCONFIGS, Base, Flavour
from harness.kernels.kbuild import Kbuild
from harness.kernels.source_tree import SourceTree
from harness.values.arch import Arch
from harness.values.errors import BuildError, MissingToolError
from harness.values.release import parse_version, read_version

_REQUEST = "bpf-harness.config"
_VIRTME = "virtme-configkernel"
_BEFORE = "before-"

# What kbuild's tinyconfig is made of; a tree may lack the first.
_TINY = ("kernel/configs/tiny-base.config", "kernel/configs/tiny.config")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a configuration."""

    wished: Fragment
    """virtme-ng's part, and what may be left out to save time: nobody misses it."""

    required: Fragment
    """Ours: each option must come out as it is written, if the tree knows it at all."""

    @property
    def all(self) -> Fragment:
        return merge_fragments(self.wished, self.required)

    def asks_for(self, option: str) -> bool:
        return self.required.options.get(option) == "y"


@dataclass(frozen=True, slots=True)
class Configured:
    """A configuration that can be built."""

    config: Kconfig
    unknown: tuple[Lost, ...]
    """Required options that this tree does not have: it is older or newer than they are."""


def read_request(flavour: Flavour, arch: Arch, tree: SourceTree, runner: Runner) -> Request:
    """The fragments of the flavour for the architecture; a later one overrides an earlier."""
    required = merge_fragments(
        *(_fragment(file) for file in fragment_files(flavour, arch, tree.release))
    )
    match flavour.base:
        case Base.VIRTME:
            base = _virtme(arch, runner)
        case Base.TINY:
            files = (tree.path / name for name in _TINY)
            base = merge_fragments(*(_fragment(file) for file in files if file.is_file()))
    ours = (_fragment(KCONFIGS / f"{name}.config") for name in ("trim", "wishes"))
    return Request(merge_fragments(base, *ours), required)


def fragment_files(flavour: Flavour, arch: Arch, release: str) -> tuple[Path, ...]:
    """The files of required options; those of one architecture for one flavour are few.

    before-6.10.config is for trees older than 6.10, and so on.
    """
    common = [KCONFIGS / f"{name}.config" for name in ("base", *flavour.fragments)]
    version = read_version(release)
    older = [
        file
        for file in sorted(KCONFIGS.glob(f"{_BEFORE}*.config"))
        if version is not None and version < parse_version(file.stem.removeprefix(_BEFORE))
    ]
    own = [KCONFIGS / "arch" / f"{arch.name}-{name}.config" for name in flavour.fragments]
    present = [file for file in own if file.is_file()]
    return (*common, *older, KCONFIGS / "arch" / f"{arch.name}.config", *present)


def configure(kbuild: Kbuild, flavour: Flavour, request: Request) -> Configured:
    """Write .config in the build folder; raises BuildError if a required option was dropped.

    The file stays untouched when nothing changed, so that nothing is compiled again.
    """
    file = kbuild.folder / _REQUEST
    write_text_whole(file, request.all.text)
    doing = f"configuring {kbuild.tree.path} for {kbuild.arch}"
    kbuild.make(f"KCONFIG_ALLCONFIG={file}", flavour.base.value, doing=doing)
    config = parse_kconfig((kbuild.folder / ".config").read_text())
    lost = lost_options(request.required, config)
    if not lost:
        return Configured(config, ())
    return Configured(config, _only_unknown(kbuild, flavour, lost))


def _only_unknown(kbuild: Kbuild, flavour: Flavour, lost: tuple[Lost, ...]) -> tuple[Lost, ...]:
    """`lost`, if the tree defines none of them; raises BuildError for those it does."""
    # Only this target writes down which Kconfig files were read for this architecture.
    kbuild.make("syncconfig", doing="reading the tree's Kconfig files")
    names = parse_kconfig_list((kbuild.folder / "include/config/auto.conf.cmd").read_text())
    definitions = kbuild.tree.definitions(names)
    dropped = [option for option in lost if option.option in definitions]
    unknown = tuple(option for option in lost if option.option not in definitions)
    if dropped:
        raise _dropped(kbuild, flavour, dropped, unknown, definitions)
    return unknown


def _dropped(
    kbuild: Kbuild,
    flavour: Flavour,
    dropped: list[Lost],
    unknown: tuple[Lost, ...],
    definitions: dict[str, tuple[str, ...]],
) -> BuildError:
    lines = [_explain(option, definitions[option.option]) for option in dropped]
    lines += [f"    {option}: this tree does not have it" for option in unknown]
    return BuildError(
        f"{kbuild.tree.path} ({kbuild.tree.release}) for {kbuild.arch}, flavour {flavour.name}: "
        f"{len(dropped)} required options did not stick\n" + "\n".join(lines),
        remedy=f"see kconfigs/ for who asks, {kbuild.folder}/.config for what came out; an option "
        f"that {kbuild.arch} cannot have is turned off in kconfigs/arch/{kbuild.arch}.config",
    )


def _explain(lost: Lost, depends: tuple[str, ...]) -> str:
    if lost.wanted == "n":
        return f"    {lost}: something else selects it"
    if not depends:
        return f"    {lost}: dropped by a menu or a choice around it"
    return f"    {lost}: dropped, depends on {' and on '.join(depends)}"


def _virtme(arch: Arch, runner: Runner) -> Fragment:
    # Installed with us, so beside our interpreter even where that folder is in no PATH.
    beside = Path(sys.executable).parent / _VIRTME
    program = str(beside) if beside.is_file() else find_program(_VIRTME)
    if program is None:
        raise MissingToolError(
            f"{_VIRTME} is missing, which kernels are configured with",
            remedy="pip install virtme-ng",
        )
    done = runner((program, "--arch", arch.name, "--dry-run"))
    require_ok(done, "asking virtme-ng for its configuration", Path.cwd())
    return parse_fragment(done.stdout, name=_VIRTME)


def _fragment(file: Path) -> Fragment:
    return parse_fragment(file.read_text(), name=str(file))
