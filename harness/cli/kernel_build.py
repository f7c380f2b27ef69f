"""`bpf-harness kernels build`: a source tree becomes an image, and a line says what it is."""

import dataclasses
import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TextIO

from harness.kernels.build import BuildSettings, Built
from harness.kernels.flavours import DEFAULT_FLAVOUR, FLAVOURS, find_flavour
from harness.kernels.names import TreeFolder
from harness.kernels.resolve import KernelStore
from harness.values.arch import parse_arch
from harness.values.errors import UsageError
from harness.values.kernel import Kernel


def add_arguments(parser: ArgumentParser) -> None:
    """Adds the options."""
    parser.add_argument("tree", type=Path, metavar="TREE", help="a kernel source tree")
    parser.add_argument("--arch", default="x86_64", help="architecture (default: x86_64)")
    parser.add_argument(
        "--flavor",
        default=DEFAULT_FLAVOUR.name,
        help=" ".join(flavour.name for flavour in FLAVOURS) + " (default: default)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="O",
        help="the build folder, O= of the kernel (default: one in the cache)",
    )
    parser.add_argument(
        "-j", dest="jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="jobs of make"
    )
    parser.epilog = "CROSS_COMPILE and LLVM are taken from the environment, as the kernel does."


def run(args: Namespace, out: TextIO = sys.stdout, store: KernelStore | None = None) -> int:
    """Build and describe; errors are for the caller to print."""
    if args.jobs < 1:
        raise UsageError(f"-j {args.jobs}: at least one job is needed")
    arch = parse_arch(args.arch)
    name = TreeFolder(args.tree.expanduser(), find_flavour(args.flavor))
    settings = dataclasses.replace(BuildSettings.from_environment(), jobs=args.jobs)
    if args.output is not None:
        settings = dataclasses.replace(settings, output=args.output.absolute())
    text = f"{args.tree}:{name.flavour.name}"
    built, kernel = (store or KernelStore()).build(name, arch, text, settings)
    _describe(built, kernel, out)
    return 0


def _describe(built: Built, kernel: Kernel, out: TextIO) -> None:
    if built.unknown:
        names = " ".join(lost.option for lost in built.unknown)
        out.write(f"not in this tree, which is older or newer than they are: {names}\n")
    out.write(f"{built.image}\n")
    commit = f", commit {built.commit}" if built.commit else ""
    options = sum(value == "y" for value in built.config.options.values())
    out.write(
        f"{kernel.release} for {kernel.arch}, flavour {built.flavour.name}{commit}, "
        f"{options} options, {built.compiler}, {built.duration_s:.0f} s\n"
    )
