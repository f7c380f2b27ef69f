"""C files into BPF objects with clang, each version of a file once.

Knows flags and the cache; knows nothing of what is in an object or of guests.
"""

import functools
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from harness.formats.c_source import CSource, SourceStyle, parse_c_source
from harness.host.cache import cache_root, publish_folder, read_fields, write_fields
from harness.host.commands import Bounds, Completed, Runner, bounded, disk_full_error
from harness.toolchain.clang import Clang
from harness.toolchain.sysroot import Sysroot
from harness.values.errors import CompileError, UsageError

HEADERS = Path(__file__).resolve().parents[2] / "guest_images" / "include"

# The machine's own headers and configuration must not decide what a filter becomes.
_FLAGS = ("--no-default-config", "-nostdlibinc", "-g", "-O2", "-std=gnu11", "-Wall")
# Cases must be clean; what somebody types to look at a kernel need not be.
_STRICT = ("-Werror",)
# Read by our vmlinux.h and filter.h: the kernel carries no types.
_NO_TYPES = "-DFILTER_WITHOUT_TYPES"
# A line of C can ask for more than any machine has: a large array, a macro that doubles itself.
_BOUNDS = Bounds(seconds=120, memory=4 << 30, file_size=256 << 20)
_OBJECT = "filter.o"
_WARNINGS = "warnings"
_WRAPPER = "wrapper.c"
# Bumped when something below changes what clang makes of the same command line.
_RECIPE = "3"
# A file name in a Makefile rule: blanks and # are escaped with a backslash, $ is doubled.
_RULE_WORD = re.compile(r"(?:\\[ #]|\$\$|[^\s\\]|\\(?!\s))+")


@dataclass(frozen=True, slots=True)
class CompiledFilter:
    """An object, and what clang had to say about it."""

    data: bytes = field(repr=False)
    warnings: str = ""


@dataclass(frozen=True, slots=True)
class FilterBuild:
    """One C file for one target: everything that decides what the object is."""

    source: Path
    clang: Clang
    sysroot: Sysroot
    include: tuple[Path, ...] = ()
    """Folders searched for headers before our own and the target's."""

    types: bool = True
    """Whether the kernel that it is for carries types (BTF) to relocate the object to."""

    wrapper: str | None = None
    """Text of a C file that includes `source`, and is compiled in its place."""

    def flags(self, parsed: CSource) -> tuple[str, ...]:
        """Everything on clang's command line but the files."""
        return (
            *self.clang.filter_flags(self.sysroot.arch),
            *_FLAGS,
            *self._style_flags(parsed),
            f"-mcpu={parsed.cpu}",
            f"-ffile-prefix-map={self.source.resolve().parent}=.",
            *(() if self.types and self.sysroot.vmlinux_header else (_NO_TYPES,)),
            *(f"-I{path}" for path in (*self.include, HEADERS)),
            *(word for path in self.sysroot.include for word in ("-isystem", str(path))),
        )

    def _style_flags(self, parsed: CSource) -> Iterator[str]:
        if parsed.style is SourceStyle.FULL:
            yield from _STRICT
            return
        if parsed.has_license:
            yield "-DFILTER_HAS_LICENSE"
        if self.wrapper is not None:
            # The file itself was compiled before; its warnings need not come twice.
            yield "-w"
        elif parsed.style is SourceStyle.PLAIN:
            yield from ("-include", "filter.h")


@dataclass(frozen=True)
class FilterStore:
    """The compiled filters of this machine's cache; any number of runs may use it at once."""

    folder: Path = field(default_factory=lambda: cache_root() / "filters")
    runner: Runner = field(default_factory=lambda: bounded(_BOUNDS))

    def get(self, build: FilterBuild) -> CompiledFilter:
        """The object of a C file, compiled if the file, a header or a flag has changed.

        Raises CompileError with clang's own message, or UsageError for a file that cannot be read.
        """
        text = _read(build.source)
        parsed = parse_c_source(text.decode("utf-8", "replace"))
        flags = build.flags(parsed)
        texts = (_hex(text), build.wrapper or "")
        key = _key(_RECIPE, str(build.source.resolve()), build.clang.version, *flags, *texts)
        headers = read_fields(self._manifest(key))
        if headers is not None and headers == _digests(headers):
            target = self._target(key, headers)
            if target.is_dir():
                return _load(target)
        return self._compile(build, flags, key)

    def _compile(self, build: FilterBuild, flags: tuple[str, ...], key: str) -> CompiledFilter:
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".compile-") as name:
            made = Path(name)
            source = build.source.resolve()
            if build.wrapper is not None:
                source = made / _WRAPPER
                source.write_text(build.wrapper)
            argv = (
                *(str(build.clang.program), *flags, f"-ffile-prefix-map={made}=."),
                # When it crashes it would compile again, and leave files in /tmp.
                "-fno-crash-diagnostics",
                *("-MD", "-MF", str(made / "headers")),
                *("-c", str(source), "-o", str(made / _OBJECT)),
            )
            # clang writes the text of each line into the object, for the verifier log to show. It
            # looks for the file under its mapped name, so from the folder that name is relative to.
            done = self.runner(argv, cwd=build.source.resolve().parent)
            _require_compiled(done, build.source, self.folder)
            used = parse_rule((made / "headers").read_text())
            headers = _digests(path for path in used if path != str(source))
            data = (made / _OBJECT).read_bytes()
        target = publish_folder(
            self._target(key, headers), lambda folder: _save(folder, data, done.stderr)
        )
        write_fields(self._manifest(key), headers)
        return _load(target)

    def _manifest(self, key: str) -> Path:
        return self.folder / "headers" / f"{key}.json"

    def _target(self, key: str, headers: dict[str, str]) -> Path:
        return self.folder / "objects" / _key(key, *(f"{n}={headers[n]}" for n in sorted(headers)))


def parse_rule(text: str) -> tuple[str, ...]:
    r"""The files that a Makefile rule as written by `clang -MD` depends on.

    >>> parse_rule("a.o: a.c \\\n  b\\ c.h")
    ('a.c', 'b c.h')
    """
    _, _, files = text.replace("\\\n", " ").partition(": ")
    words = _RULE_WORD.findall(files)
    return tuple(w.replace("\\ ", " ").replace("\\#", "#").replace("$$", "$") for w in words)


def _read(source: Path) -> bytes:
    try:
        return source.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {source}: {error.strerror}") from error


def _require_compiled(done: Completed, source: Path, folder: Path) -> None:
    if done.disk_full:
        raise disk_full_error(folder)
    if not done.ok:
        said = done.stderr.strip() or f"clang ended with status {done.status} and said nothing"
        raise CompileError(f"{source} does not compile:\n{said}", remedy=_remedy(done))


def _remedy(done: Completed) -> str | None:
    """clang ends with 1 over an error in the file, and has said which."""
    if done.status == 1:
        return None
    return (
        f"clang was ended or crashed; it may take {_BOUNDS.seconds:g} s and "
        f"{_BOUNDS.memory >> 30} GiB, so try a smaller file"
    )


def _save(folder: Path, data: bytes, warnings: str) -> None:
    (folder / _OBJECT).write_bytes(data)
    (folder / _WARNINGS).write_text(warnings)


def _load(folder: Path) -> CompiledFilter:
    return CompiledFilter((folder / _OBJECT).read_bytes(), (folder / _WARNINGS).read_text())


def _digests(paths: Iterable[str]) -> dict[str, str]:
    """Content digests of files; an absent one has none, and so equals no earlier digest."""
    digests = {}
    for path in paths:
        try:
            status = Path(path).stat()
        except OSError:
            continue
        digests[path] = _digest(path, status.st_mtime_ns, status.st_size)
    return digests


@functools.cache
def _digest(path: str, mtime_ns: int, size: int) -> str:
    # Time and size only save reading a header again within one process.
    del mtime_ns, size
    return _hex(Path(path).read_bytes())


def _hex(data: bytes) -> str:
    return sha256(data).hexdigest()


def _key(*words: str) -> str:
    return _hex(repr(words).encode())[:32]
