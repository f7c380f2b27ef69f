"""`bpf-harness kernels`: what can be booted, putting it into the cache, and what it can do."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from typing import TextIO

from harness.cli import features, kernel_build
from harness.cli.columns import format_table
from harness.kernels.debian import DebianKernel
from harness.kernels.resolve import DEFAULT_KERNEL, KernelStore
from harness.values.arch import Arch, parse_arch
from harness.values.kernel import Kernel


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the actions and their options."""
    actions = parser.add_subparsers(
        dest="kernels_action", required=True, metavar="list|fetch|build|features"
    )
    listing = actions.add_parser("list", help="the kernels of Debian's archive")
    fetching = actions.add_parser("fetch", help="download a kernel, so that a run need not")
    text = "configure and build a source tree, no more of it than has changed"
    kernel_build.add_arguments(actions.add_parser("build", help=text, description=text))
    text = "what a kernel has of all that a case may need, probed in a guest"
    features.add_arguments(actions.add_parser("features", help=text, description=text))
    for action in (listing, fetching):
        action.add_argument("--arch", default="x86_64", help="architecture (default: x86_64)")
    fetching.add_argument(
        "kernels",
        nargs="*",
        default=[DEFAULT_KERNEL],
        metavar="KERNEL",
        help=f"debian:SERIES, debian:RELEASE, debian:SUITE, a .deb (default: {DEFAULT_KERNEL})",
    )


def run(args: Namespace, out: TextIO = sys.stdout, store: KernelStore | None = None) -> int:
    """Does what the action says; errors are for the caller to print."""
    if args.kernels_action == "features":
        return features.run(args)
    if args.kernels_action == "build":
        return kernel_build.run(args, out, store)
    arch = parse_arch(args.arch)
    kernels = store or KernelStore()
    if args.kernels_action == "list":
        _list(arch, kernels, out)
    else:
        for text in args.kernels:
            _describe(kernels.resolve(text, arch), out)
    return 0


def _list(arch: Arch, store: KernelStore, out: TextIO) -> None:
    rows = [
        (
            f"debian:{name}",
            kernel.release,
            str(kernel.version),
            suites,
            "cached" if store.is_cached(kernel) else "",
        )
        for name, kernel, suites in _named(store.list(arch))
    ]
    header = ("KERNEL", "RELEASE", "VERSION", "SUITES", "")
    for line in format_table([header, *rows]):
        out.write(f"{line}\n")


def _named(kernels: Iterable[DebianKernel]) -> list[tuple[str, DebianKernel, str]]:
    """Name, preferred flavour and suites of every version, oldest first.

    The name is the shortest that means this very version: debian:6.12.107 is the newest
    revision of it, an older one has to be named whole.
    """
    best: dict[str, DebianKernel] = {}
    newest: dict[str, DebianKernel] = {}
    suites: dict[str, dict[str, None]] = {}
    for kernel in sorted(kernels, key=lambda kernel: kernel.preference):
        best[str(kernel.version)] = kernel
        newest[kernel.upstream] = kernel
        suites.setdefault(str(kernel.version), {})[kernel.suite] = None
    return [
        (
            kernel.upstream if newest[kernel.upstream] is kernel else version,
            kernel,
            ",".join(suites[version]),
        )
        for version, kernel in best.items()
    ]


def _describe(kernel: Kernel, out: TextIO) -> None:
    parts = (
        ("from", kernel.origin),
        ("image", kernel.image),
        ("modules", kernel.modules or "none"),
        ("config", kernel.config or "unknown"),
    )
    out.write(f"{kernel}\n")
    for name, value in parts:
        out.write(f"  {name:8} {value}\n")
