"""One build folder of one kernel tree: its make command, and what make said when it failed."""

from dataclasses import dataclass
from pathlib import Path

from harness.host.cache import write_text_whole
from harness.host.commands import Completed, Runner, require_ok
from harness.kernels.compiler import Compiler
from harness.kernels.source_tree import SourceTree
from harness.values.arch import Arch
from harness.values.errors import BuildError

LOG = "bpf-harness.log"

# Of the environment: our own make hands down its options and variables (O=, KERNEL=, -j) in
# these, and the kernel's makefiles would take them for theirs.
_FORGOTTEN = (
    "MAKEFLAGS",
    "MFLAGS",
    "MAKEOVERRIDES",
    "MAKELEVEL",
    "ARCH",
    "CROSS_COMPILE",
    "LLVM",
    "KBUILD_OUTPUT",
    "KCONFIG_CONFIG",
    "KCONFIG_ALLCONFIG",
    "KBUILD_EXTMOD",
    "LOCALVERSION",
)

# Neither the hour nor the builder may change the image: caches are keyed by its digest.
_REPRODUCIBLE = (
    "KBUILD_BUILD_USER=bpf-harness",
    "KBUILD_BUILD_HOST=bpf-harness",
    "KBUILD_BUILD_VERSION=1",
    "KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970",
)

_MAX_LINES = 12


@dataclass(frozen=True, slots=True)
class Kbuild:
    """A tree, where it is built, for what and with what."""

    tree: SourceTree
    folder: Path
    arch: Arch
    compiler: Compiler
    jobs: int
    runner: Runner

    def command(self, *words: str) -> tuple[str, ...]:
        """The command line that makes these targets with these variables."""
        forget = (word for name in _FORGOTTEN for word in ("-u", name))
        return (
            "env",
            *forget,
            *_REPRODUCIBLE,
            "make",
            "--silent",
            f"--jobs={self.jobs}",
            f"--directory={self.tree.path}",
            f"O={self.folder}",
            f"ARCH={self.arch.linux}",
            # Set and empty: no + behind the release of a tree that is between two tags.
            "LOCALVERSION=",
            *self.compiler.settings,
            *words,
        )

    def make(self, *words: str, doing: str) -> Completed:
        """Run make; raises BuildError with the first things that went wrong."""
        done = self.runner(self.command(*words))
        if done.ok:
            return done
        if done.disk_full:
            require_ok(done, doing, self.folder)
        log = self.folder / LOG
        write_text_whole(log, done.stdout + done.stderr)
        raise BuildError(
            f"{doing} failed: make {' '.join(words)} ended with status {done.status}\n"
            f"{first_errors(done)}",
            remedy=f"all that make said is in {log}",
        )


def first_errors(done: Completed) -> str:
    """The lines that say what went wrong; the end of the output if none of them does.

    With several jobs, the end of the output is rarely about the fault.
    """
    said = (done.stdout + done.stderr).splitlines()
    marks = ("error:", "Error:", "undefined reference", "*** ", "fatal error")
    wrong = [line for line in said if any(mark in line for mark in marks)]
    if not wrong:
        return done.last_words()
    return "\n".join(f"    {line.strip()}" for line in wrong[:_MAX_LINES])
