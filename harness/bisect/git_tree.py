"""The questions that a bisection asks of git about a kernel tree, and what it lets git do."""

from dataclasses import dataclass
from pathlib import Path

from harness.host.commands import Completed, Runner, run_command
from harness.values.errors import InfrastructureError, UsageError

# Long enough for a kernel tree; git makes it longer where it has to.
_SHORT = "--short=12"


@dataclass(frozen=True, slots=True)
class GitTree:
    """A work tree of git."""

    top: Path
    runner: Runner = run_command

    @classmethod
    def find(cls, folder: Path, runner: Runner = run_command) -> "GitTree":
        """The tree that `folder` lies in; raises UsageError if it lies in none."""
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder", remedy="give a kernel tree with --tree")
        done = runner(("git", "-C", str(folder), "rev-parse", "--show-toplevel"))
        if not done.ok:
            raise UsageError(
                f"{folder} is not in a git tree\n{done.last_words()}",
                remedy="give a kernel tree under git with --tree",
            )
        return cls(Path(done.stdout.removesuffix("\n")), runner)

    def require_idle(self) -> None:
        """Raises UsageError if a bisection is under way or files were changed: both would be lost.

        Files that git does not know are left alone by it, and so by us.
        """
        if (self.top / self.ask("rev-parse", "--git-path", "BISECT_START")).exists():
            raise UsageError(
                f"a bisection is under way in {self.top}",
                remedy=f"end it with `git -C {self.top} bisect reset`",
            )
        if changed := self.ask("status", "--porcelain", "--untracked-files=no"):
            raise UsageError(
                f"{self.top} has changes that are not committed:\n{changed}",
                remedy="commit or stash them; a bisection checks out other commits",
            )

    def commit(self, revision: str) -> str:
        """The whole hash of what the user calls a revision; raises UsageError."""
        done = self._git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"
        )
        if not done.ok:
            raise UsageError(
                f"unknown revision {revision!r} in {self.top}",
                remedy="give a tag, a branch or a commit of that tree",
            )
        return done.stdout.strip()

    def short(self, commit: str) -> str:
        """The hash as it is shown to people."""
        return self.ask("rev-parse", _SHORT, commit)

    def title(self, commit: str) -> str:
        """Short hash and subject, as the kernel's own texts name a commit."""
        return f'{self.short(commit)} ("{self.ask("log", "-1", "--format=%s", commit)}")'

    def head(self) -> str:
        """The branch that is checked out, or the commit if there is none."""
        branch = self._git("symbolic-ref", "--quiet", "--short", "HEAD")
        return branch.stdout.strip() if branch.ok else self.ask("rev-parse", "HEAD")

    def is_ancestor(self, older: str, newer: str) -> bool:
        return self._git("merge-base", "--is-ancestor", older, newer).ok

    def parents(self, commit: str) -> tuple[str, ...]:
        return tuple(self.ask("rev-list", "--parents", "-n1", commit).split()[1:])

    def ask(self, *arguments: str) -> str:
        """What git prints; raises InfrastructureError if it fails."""
        done = self._git(*arguments)
        if not done.ok:
            raise InfrastructureError(
                f"`{' '.join(done.argv)}` ended with status {done.status}\n{done.last_words()}"
            )
        return done.stdout.strip()

    def _git(self, *arguments: str) -> Completed:
        return self.runner(("git", "-C", str(self.top), *arguments))
