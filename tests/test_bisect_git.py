"""Bisecting a real, tiny git history, with a script in the place of the step."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.bisect.answer import Mark
from harness.bisect.child import run_child
from harness.bisect.finding import Finding
from harness.bisect.git_search import GitSearch, StepCommand
from harness.bisect.git_tree import GitTree
from harness.values.errors import InfrastructureError, UsageError

# Reads from the tree what is the matter with it, as a built kernel would show.
STEP = """\
import pathlib, subprocess, sys
head = subprocess.run(("git", "rev-parse", "--short=12", "HEAD"), capture_output=True, text=True)
mark = pathlib.Path("verdict").read_text().strip()
with open(sys.argv[2], "a") as log:
    log.write(mark + "\\n")
print("building", flush=True)
print(f"{head.stdout.strip()} is {mark}: the file says so", flush=True)
codes = {"good": 0, "bad": 1, "cannot tell": 125}
if sys.argv[1] == "fix":
    codes |= {"good": 1, "bad": 0}
sys.exit(codes[mark])
"""

# From its third time on it says that it is there and stays.
SLEEPY = """\
import pathlib, sys, time
log = pathlib.Path(sys.argv[2])
if log.exists() and len(log.read_text().splitlines()) > 1:
    log.with_name("alive").touch()
    time.sleep(600)
"""

GOOD, BAD, SKIP = "good", "bad", "cannot tell"


class History:
    """A tree on branch `work`, with one commit for each verdict."""

    def __init__(self, folder: Path, verdicts: Sequence[str]) -> None:
        self.folder = folder / "tree"
        self.folder.mkdir()
        self.log = folder / "log"
        self.script = folder / "step.py"
        self.script.write_text(STEP)
        self.told: list[str] = []
        self.git("init", "--quiet", "-b", "work")
        for number, verdict in enumerate(verdicts):
            self.commit(verdict, f"change {number}")
        self.commits = self.git("rev-list", "--reverse", "HEAD").split()

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        done = subprocess.run(
            ("git", *identity, *arguments), cwd=self.folder, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, verdict: str, subject: str) -> None:
        (self.folder / "verdict").write_text(verdict)
        (self.folder / "subject").write_text(subject)
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", subject)

    def search(self, good: str, bad: str) -> Finding:
        step = StepCommand(
            (sys.executable, str(self.script), "break", str(self.log)),
            (sys.executable, str(self.script), "fix", str(self.log)),
            environment={},
        )
        return GitSearch(GitTree.find(self.folder), step, self.told.append).run(good, bad)

    @property
    def steps(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def name(self, number: int) -> str:
        return f'{self.commits[number][:12]} ("change {number}")'

    def assert_left_alone(self) -> None:
        """On its branch, with no bisection under way and no file changed."""
        assert self.git("symbolic-ref", "--short", "HEAD") == "work"
        assert not (self.folder / ".git" / "BISECT_START").exists()
        assert self.git("status", "--porcelain") == ""
        assert self.git("for-each-ref", "refs/bisect") == ""


@pytest.mark.parametrize("first", [1, 4, 7])
def test_git_finds_the_commit_that_broke_it(tmp_path: Path, first: int) -> None:
    history = History(tmp_path, [GOOD] * first + [BAD] * (8 - first))

    found = history.search(history.commits[0], "work")

    assert found.line() == (
        f"first bad: {history.name(first)} (the file says so); "
        f"last good: {history.name(first - 1)} (the file says so)"
    )
    assert history.steps[:2] == [GOOD, BAD]
    history.assert_left_alone()


def test_git_finds_the_commit_that_mended_it(tmp_path: Path) -> None:
    """The bad one is the older: git is given terms of its own, and the step exchanges 0 and 1."""
    history = History(tmp_path, [BAD] * 5 + [GOOD] * 3)

    found = history.search("work", history.commits[0])

    assert found.line() == (
        f"first fixed: {history.name(5)} (the file says so); "
        f"last bad: {history.name(4)} (the file says so)"
    )
    assert f"{history.commits[5]} is the first fixed commit" in history.told
    history.assert_left_alone()


def test_a_commit_that_cannot_be_tested_is_skipped(tmp_path: Path) -> None:
    history = History(tmp_path, [GOOD, GOOD, GOOD, SKIP, GOOD, GOOD, BAD, BAD])

    found = history.search(history.commits[0], "work")

    assert found.exact
    assert found.after.name == history.name(6)
    assert SKIP in history.steps
    history.assert_left_alone()


def test_only_skipped_commits_left_is_said(tmp_path: Path) -> None:
    """What git calls "any of", without blaming one of them."""
    history = History(tmp_path, [GOOD, GOOD, SKIP, SKIP, BAD, BAD])

    found = history.search(history.commits[0], "work")

    assert (found.before.name, found.after.name) == (history.name(1), history.name(4))
    assert [tested.name for tested in found.untestable] == [history.name(2), history.name(3)]
    assert {tested.answer.mark for tested in found.untestable} == {Mark.SKIP}
    history.assert_left_alone()


def test_a_fix_among_skipped_commits_is_not_pinned_on_one(tmp_path: Path) -> None:
    history = History(tmp_path, [BAD, BAD, SKIP, GOOD, GOOD])

    found = history.search("work", history.commits[0])

    assert (found.before.name, found.after.name) == (history.name(1), history.name(3))
    assert found.line().startswith("first fixed: between ")
    history.assert_left_alone()


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(GOOD, GOOD, "the ends agree"), (BAD, BAD, "the ends agree"), (BAD, GOOD, "exchange")],
)
def test_ends_that_are_none_are_refused(tmp_path: Path, first: str, last: str, said: str) -> None:
    history = History(tmp_path, [first, GOOD, BAD, last])

    with pytest.raises(UsageError, match=said):
        history.search(history.commits[0], "work")

    assert history.steps == [first, last]
    history.assert_left_alone()


def test_an_end_that_cannot_be_built_is_our_side(tmp_path: Path) -> None:
    history = History(tmp_path, [GOOD, GOOD, SKIP])

    with pytest.raises(InfrastructureError, match="cannot be tested"):
        history.search(history.commits[0], "work")

    history.assert_left_alone()


def test_a_step_that_ends_without_a_word_is_no_answer(tmp_path: Path) -> None:
    history = History(tmp_path, [GOOD, BAD])
    history.script.write_text("import sys; sys.exit(1)")

    with pytest.raises(InfrastructureError, match="the step said nothing"):
        history.search(history.commits[0], "work")


def test_what_git_and_the_steps_say_is_passed_on(tmp_path: Path) -> None:
    history = History(tmp_path, [GOOD, GOOD, BAD, BAD])

    history.search(history.commits[0], "work")

    assert f"step 1: {history.commits[0][:12]} is good: the file says so" in history.told
    assert any(line.startswith("Bisecting: ") for line in history.told)
    assert "building" in history.told
    assert not any(line.startswith("running ") for line in history.told)


def test_a_tree_with_changes_is_refused(tmp_path: Path) -> None:
    history = History(tmp_path, [GOOD, BAD])
    (history.folder / "subject").write_text("my own work")

    with pytest.raises(UsageError, match=r"changes that are not committed:\n.*subject"):
        history.search(history.commits[0], "work")

    assert (history.folder / "subject").read_text() == "my own work"
    assert history.steps == []


def test_a_bisection_under_way_is_not_touched(tmp_path: Path) -> None:
    history = History(tmp_path, [GOOD, GOOD, BAD])
    history.git("bisect", "start")

    with pytest.raises(UsageError, match="a bisection is under way"):
        history.search(history.commits[0], "work")

    assert (history.folder / ".git" / "BISECT_START").exists()


def test_a_detached_head_is_where_it_ends_again(tmp_path: Path) -> None:
    history = History(tmp_path, [GOOD, GOOD, BAD])
    history.git("checkout", "--quiet", "--detach", history.commits[1])

    history.search(history.commits[0], "work")

    assert history.git("rev-parse", "HEAD") == history.commits[1]


def test_commits_of_two_lines_are_refused(tmp_path: Path) -> None:
    history = History(tmp_path, [GOOD, GOOD, BAD])
    history.git("checkout", "--quiet", "-b", "other", history.commits[0])
    history.commit(BAD, "elsewhere")

    with pytest.raises(UsageError, match=r"neither of .* is an ancestor of the other"):
        history.search("work", "other")


@pytest.mark.parametrize(("good", "bad"), [("v9.9", "work"), ("work", "--all"), ("work", "")])
def test_an_unknown_revision_is_the_users_mistake(tmp_path: Path, good: str, bad: str) -> None:
    history = History(tmp_path, [GOOD, BAD])

    with pytest.raises(UsageError, match="unknown revision"):
        history.search(good, bad)


def test_one_commit_is_no_row(tmp_path: Path) -> None:
    history = History(tmp_path, [GOOD, BAD])

    with pytest.raises(UsageError, match="both the good and the bad commit"):
        history.search("work", "HEAD")


def test_a_folder_outside_git_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not in a git tree"):
        GitTree.find(tmp_path)
    with pytest.raises(UsageError, match="is not a folder"):
        GitTree.find(tmp_path / "absent")


def test_an_interruption_ends_the_step_and_puts_the_tree_back(tmp_path: Path) -> None:
    """Ctrl-C in the middle of `git bisect run`: the step is gone before the tree is reset."""
    history = History(tmp_path, [GOOD, GOOD, GOOD, BAD])
    alive = tmp_path / "alive"
    history.script.write_text(SLEEPY + STEP)

    def interrupt() -> None:
        while not alive.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    started_s = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        history.search(history.commits[0], "work")

    assert time.monotonic() - started_s < 30
    assert not [line for line in _commands() if str(history.script) in line]
    history.assert_left_alone()


def test_the_lines_of_a_child_come_while_it_runs(tmp_path: Path) -> None:
    """And its status and folder are what they ought to be."""
    go = tmp_path / "go"
    script = (
        "import os, pathlib, sys, time; print(os.environ['WHO'], flush=True)\n"
        "while not pathlib.Path('go').exists(): time.sleep(0.01)\nprint('gone'); sys.exit(7)"
    )

    ended = run_child(
        (sys.executable, "-c", script), tmp_path, {"WHO": "me"}, lambda line: go.touch()
    )

    assert (ended.status, ended.lines) == (7, ("me", "gone"))


def _commands() -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return found
