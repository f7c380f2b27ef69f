"""`bpf-harness bisect-step`: one line about the kernel at hand, and an exit code for git.

Whatever goes wrong on our side ends with 125, which `git bisect run` takes as "skip this commit".
"""

import argparse
import os
import sys
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from harness.bisect.answer import Answer, Mark
from harness.bisect.finding import Tested
from harness.bisect.git_tree import GitTree
from harness.cli.git_codes import CANNOT_TELL
from harness.cli.inquiry import REASON_LIMIT, Inquiry, add_question, step_folder
from harness.cli.signals import TerminatedError, TimeLimitError
from harness.kernels.names import with_flavour
from harness.reports.text import one_line
from harness.values.errors import HarnessError, UsageError

_EPILOG = """\
exit codes, as `git bisect run` understands them, and no others: 0 all trials PASSED; 1 one of them
FAILED or CRASHED; 125 nobody can tell: the kernel was not built or did not boot, a trial was
BROKEN or UNSUPPORTED, nothing ran, the time limit came, Ctrl-C, a mistake in the command line or
in the harness. One line goes to standard output: the commit, its verdict and why.

    git bisect start BAD GOOD
    git bisect run bpf-harness bisect-step /path/to/case.bpf.c --mode jit

git runs it at the top of the tree, so a relative CASE is looked for there, and one that lies in the
tree changes with the commits.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the cases and options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    add_question(parser)
    kernel = parser.add_mutually_exclusive_group()
    kernel.add_argument(
        "--tree",
        default=".",
        metavar="DIR",
        help="the kernel tree to build (default: the current folder)",
    )
    kernel.add_argument(
        "--kernel", default=None, help="build nothing: an image, a .deb or debian:RELEASE"
    )
    parser.add_argument("--flavor", default=None, help="what the tree is built as")
    parser.add_argument(
        "--find-fix",
        action="store_true",
        help="exchange 0 and 1, for the commit that mended something: "
        "`git bisect start --term-old=broken --term-new=fixed`",
    )
    parser.add_argument(
        "--report-dir",
        type=Path,
        default=None,
        metavar="DIR",
        help="where the report goes (default: a new folder in ~/.local/state/bpf-harness/bisect)",
    )
    parser.add_argument("--report-parent", type=Path, default=None, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Ask, say one line, end with 0, 1 or 125."""
    name = args.kernel or args.tree
    try:
        name = _name(args)
        answer = _ask(args, name)
    except (HarnessError, OSError) as error:
        answer = Answer(Mark.SKIP, one_line(str(error), REASON_LIMIT))
    except (KeyboardInterrupt, TerminatedError, TimeLimitError):
        answer = Answer(Mark.SKIP, "interrupted")
    except Exception:
        traceback.print_exc()
        answer = Answer(Mark.SKIP, "a mistake in the harness itself, please report it")
    _say(Tested(name, answer).line())
    return _code(answer.mark, find_fix=args.find_fix)


def _name(args: argparse.Namespace) -> str:
    """The commit of a tree, or what the user calls the kernel."""
    if args.kernel is not None:
        return str(args.kernel)
    with suppress(UsageError):
        return GitTree.find(Path(args.tree)).short("HEAD")
    return str(Path(args.tree).resolve())


def _ask(args: argparse.Namespace, name: str) -> Answer:
    """Cases are read first: a build is no place to learn of a wrong path."""
    inquiry = Inquiry.parse(args)
    (kernel,) = with_flavour((args.kernel or args.tree,), args.flavor)
    folder = args.report_dir or _new_folder(args.report_parent or _state(), name)
    sys.stderr.write(f"bpf-harness: report: {folder}\n")
    return inquiry.ask(kernel, folder)


def _new_folder(parent: Path, name: str) -> Path:
    now = datetime.now().astimezone().strftime("%Y-%m-%dT%H-%M-%S")
    return step_folder(parent, f"{now}-{name}")


def _state() -> Path:
    """Outside of the kernel tree, in which the user is likely to stand."""
    named = os.environ.get("XDG_STATE_HOME", "")
    state = Path(named) if named.startswith("/") else Path.home() / ".local" / "state"
    return state / "bpf-harness" / "bisect"


def _say(line: str) -> None:
    # A verdict holds even if nobody reads the line about it.
    with suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _code(mark: Mark, *, find_fix: bool) -> int:
    match mark:
        case Mark.GOOD:
            return 1 if find_fix else 0
        case Mark.BAD:
            return 0 if find_fix else 1
        case Mark.SKIP:
            return CANNOT_TELL
