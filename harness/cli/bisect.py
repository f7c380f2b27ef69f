"""`bpf-harness bisect`: which packaged release, or which commit of a tree, changed a verdict."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

import harness
from harness.bisect.answer import Answer
from harness.bisect.finding import Finding
from harness.bisect.git_search import GitSearch, StepCommand
from harness.bisect.git_tree import GitTree
from harness.bisect.packages import PackageSearch
from harness.bisect.releases import Release, kernel_name, releases_between
from harness.cli.git_codes import STEP
from harness.cli.inquiry import Inquiry, add_question, step_folder
from harness.kernels.debian import DebianKernel, choose_kernel
from harness.kernels.flavours import find_flavour
from harness.kernels.names import DebianRelease, DebianSeries, DebianSuite, parse_kernel_name
from harness.kernels.resolve import KernelStore
from harness.reports.text import one_line
from harness.runner.collect import Chosen
from harness.values.arch import Arch
from harness.values.errors import InfrastructureError, UsageError

_REPORTS = Path("build/bisect")

# The answer is a range: the kernels in it could not be tested.
EXIT_RANGE = InfrastructureError.exit_code

_EPILOG = """\
Either end may be the newer: the search says which release broke it, or which one fixed it. Both
ends are tested first, and refused with exit code 2 if they agree. The last line, alone on standard
output, names the two neighbours and the verdict on each. A kernel that cannot be downloaded, built
or booted is skipped and a neighbour tried; if only such ones are left, that line names them and
the exit code is 3.

    bpf-harness bisect --good debian:6.12.117 --bad debian:6.12.43 case.bpf.c
    bpf-harness bisect --tree ~/linux --good v6.12 --bad v6.13 --flavor tiny case.bpf.c
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the ends, the cases and options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    add_question(parser)
    for end in ("good", "bad"):
        parser.add_argument(
            f"--{end}",
            required=True,
            metavar="KERNEL",
            help=f"a {end} kernel: debian:RELEASE, or a revision with --tree",
        )
    parser.add_argument(
        "--tree", type=Path, default=None, metavar="DIR", help="search the commits of a kernel tree"
    )
    parser.add_argument("--flavor", default=None, help="what the tree is built as")
    parser.add_argument(
        "--report-dir",
        type=Path,
        default=None,
        metavar="DIR",
        help="where a folder for each kernel goes (default: a new one in build/bisect)",
    )


def run(args: argparse.Namespace) -> int:
    """Search; print what was found on one line."""
    reports = args.report_dir or _REPORTS / datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
    if args.tree is None:
        if args.flavor is not None:
            raise UsageError(
                f"flavour {args.flavor} is for kernels that are built",
                remedy="give the kernel tree with --tree",
            )
        finding = _search_packages(args, reports)
    else:
        finding = _search_tree(args, reports.resolve())
    _tell(f"reports: {reports}")
    sys.stdout.write(f"{one_line(finding.line())}\n")
    return 0 if finding.exact else EXIT_RANGE


def _search_packages(args: argparse.Namespace, reports: Path) -> Finding:
    inquiry = Inquiry.parse(args)
    store = KernelStore()
    good, bad = (_choose(store, inquiry.arch, text) for text in (args.good, args.bad))
    releases = releases_between(store.list(inquiry.arch), (good, bad), is_cached=store.is_cached)
    _warn_of_series(releases)

    def ask(kernel: DebianKernel) -> Answer:
        name = kernel_name(kernel)
        return inquiry.ask(name, step_folder(reports, name.removeprefix("debian:")))

    return PackageSearch(releases, ask, _tell, good_is_older=good.version < bad.version).run()


def _choose(store: KernelStore, arch: Arch, text: str) -> DebianKernel:
    """The kernel of the archive that the user means; raises UsageError."""
    name = parse_kernel_name(text)
    if not isinstance(name, DebianSeries | DebianRelease | DebianSuite):
        raise UsageError(
            f"{text} is not a packaged release, and what is between two files nobody knows",
            remedy="give debian:RELEASE twice, or revisions with --tree",
        )
    return choose_kernel(store.archive, arch, name)


def _warn_of_series(releases: tuple[Release, ...]) -> None:
    """History is no line across series: a fix goes into each of them at a time of its own."""
    series = tuple(dict.fromkeys(release.series for release in releases))
    if len(series) > 1:
        _tell(
            f"releases of {len(series)} series lie between ({' '.join(series)}): the verdict may "
            "change more than once, and one change will be found"
        )


def _search_tree(args: argparse.Namespace, reports: Path) -> Finding:
    if args.flavor is not None:
        find_flavour(args.flavor)
    # What is wrong with the cases is said now, and not as a step that cannot tell.
    Inquiry.parse(args)
    step = _step_command(args, reports)
    return GitSearch(GitTree.find(args.tree), step, _tell).run(args.good, args.bad)


def _step_command(args: argparse.Namespace, reports: Path) -> StepCommand:
    """This very harness with these very options, wherever git runs it."""
    command = [sys.executable, "-P", "-m", harness.__name__, STEP]
    command += [_absolute(path) for path in args.paths]
    command += ["--tree", ".", "--arch", args.arch, "--accel", args.accel]
    command += ["-k", args.select, "--boot-timeout", str(args.boot_timeout)]
    command += ["--report-parent", str(reports)]
    optional = (
        ("--flavor", args.flavor),
        ("--cpu", args.cpu),
        ("-j", args.jobs),
        ("--timeout", args.timeout),
        *(("--mode", mode) for mode in args.mode or ()),
    )
    for option, value in optional:
        command += [option, str(value)] if value is not None else []
    # The folder git stands in must not be where Python looks for modules.
    home = str(Path(harness.__file__).resolve().parents[1])
    return StepCommand(command, [*command, "--find-fix"], {"PYTHONPATH": home})


def _absolute(text: str) -> str:
    """The same case when git stands at the top of another tree."""
    chosen = Chosen.parse(text)
    path = str(chosen.path.resolve())
    return path if chosen.program is None else f"{path}:{chosen.program}"


def _tell(line: str) -> None:
    sys.stderr.write(f"bpf-harness: {one_line(line)}\n")
    sys.stderr.flush()
