"""Stand-ins for this machine's programs: a Runner that answers by rule, and recorded apt."""

import tarfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.host.apt_archive import AptArchive
from harness.host.apt_sources import DebianMirrors
from harness.host.commands import Completed

RECORDED = Path(__file__).parent / "recorded" / "apt"

Effect = Callable[[tuple[str, ...], Path | None], str]


@dataclass(frozen=True)
class _Rule:
    words: tuple[str, ...]
    status: int
    stdout: str
    stderr: str
    effect: Effect | None


class FakeRunner:
    """Runs nothing: the newest rule whose words all occur in the command answers it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self._rules: list[_Rule] = []

    def rule(
        self,
        *words: str,
        status: int = 0,
        stdout: str = "",
        stderr: str = "",
        effect: Effect | None = None,
    ) -> None:
        """`effect` does what the program would do, and returns what it would print."""
        self._rules.append(_Rule(words, status, stdout, stderr, effect))

    def count(self, *words: str) -> int:
        """How many commands held all these words."""
        return sum(set(words) <= set(call) for call in self.calls)

    def __call__(self, argv: Sequence[str], *, cwd: Path | None = None) -> Completed:
        command = tuple(argv)
        self.calls.append(command)
        for rule in reversed(self._rules):
            if set(rule.words) <= set(command):
                said = rule.effect(command, cwd) if rule.effect else rule.stdout
                return Completed(command, rule.status, said, rule.stderr)
        raise AssertionError(f"nobody said what {' '.join(command)} answers")


def fake_apt() -> FakeRunner:
    """apt as recorded on a fresh Debian 12; suites that were not recorded are empty."""
    runner = FakeRunner()
    runner.rule("apt-get", "update")
    runner.rule("apt-get", "update", "--print-uris", stdout=recorded("print_uris.txt"))
    runner.rule("apt-cache", "pkgnames", effect=_names)
    runner.rule("apt-cache", "madison", effect=_madison)
    runner.rule("depmod", effect=_depmod)
    runner.rule("dpkg-deb", "-x", effect=_unpack)
    return runner


def fake_archive(
    folder: Path, runner: FakeRunner, now_s: Callable[[], float] = time.time
) -> AptArchive:
    """Debian's archive in `folder`, as its runner answers; where its mirrors are is not asked."""
    made = AptArchive(folder / "apt", runner, now_s)
    made.__dict__["mirrors"] = DebianMirrors("m", "s", folder / "keys.gpg")
    return made


def serve_packages(runner: FakeRunner, make: Callable[[str, Path], None]) -> None:
    """`apt-get download NAME=VERSION` makes the .deb with `make(name, path)`."""

    def download(argv: tuple[str, ...], cwd: Path | None) -> str:
        assert cwd is not None
        for word in argv[argv.index("download") + 1 :]:
            name, _, version = word.partition("=")
            make(name, cwd / f"{name}_{version}_amd64.deb")
        return ""

    runner.rule("apt-get", "download", effect=download)


def make_deb(path: Path, files: dict[str, bytes]) -> None:
    """What the fake dpkg-deb can unpack: a tar archive."""
    staging = path.parent / f"{path.name}.files"
    for name, content in files.items():
        (staging / name).parent.mkdir(parents=True, exist_ok=True)
        (staging / name).write_bytes(content)
    with tarfile.open(path, "w") as archive:
        for name in files:
            archive.add(staging / name, arcname=name)


def recorded(name: str) -> str:
    """A recorded file without its header; empty if nothing was recorded under that name."""
    path = RECORDED / name
    if not path.exists():
        return ""
    lines = path.read_text().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("#"))


def _suite(argv: tuple[str, ...]) -> str:
    return Path(argv[argv.index("-c") + 1]).parent.name


def _names(argv: tuple[str, ...], cwd: Path | None) -> str:
    del cwd
    text = recorded(f"names_{_suite(argv)}.txt")
    if _suite(argv) == "sid":
        text += recorded("names_libgcc.txt")
    return "".join(f"{name}\n" for name in text.split() if name.startswith(argv[-1]))


def _madison(argv: tuple[str, ...], cwd: Path | None) -> str:
    del cwd
    text = recorded(f"madison_{_suite(argv)}.txt")
    if _suite(argv) == "sid":
        text += recorded("madison_sysroot.txt")
    wanted = argv[argv.index("madison") + 1 :]
    return "".join(
        f"{line}\n" for line in text.splitlines() if line.partition("|")[0].strip() in wanted
    )


def _depmod(argv: tuple[str, ...], cwd: Path | None) -> str:
    del cwd
    base, release = Path(argv[argv.index("-b") + 1]), argv[-1]
    (base / "lib" / "modules" / release / "modules.dep").write_text("")
    return ""


def _unpack(argv: tuple[str, ...], cwd: Path | None) -> str:
    del cwd
    with tarfile.open(argv[2]) as archive:
        archive.extractall(argv[3], filter="data")
    return ""
