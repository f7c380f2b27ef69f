"""The tree of commands and options, and how an error becomes a message and an exit code."""

import argparse
import logging
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module

from harness.cli.git_codes import STEP, git_exit_code
from harness.cli.signals import TerminatedError, termination_raises
from harness.values.errors import HarnessError

# Modules of this package, imported when their command is called: all of them take half a second.
_COMMANDS = (
    ("run", "run_file", "compile a C file, attach its filters, print what they print"),
    ("check", "check", "run cases and judge the kernel"),
    ("compare", "compare", "two reports: every trial that came to something else"),
    ("bisect", "bisect", "find the release or commit that changed a verdict"),
    (STEP, "bisect_step", "one step of `git bisect run`: is this kernel good?"),
    ("kernels", "kernels", "list and fetch kernels"),
    ("shell", "shell", "an interactive guest"),
    ("cache", "cache", "what is kept from run to run; `cache clear` removes it"),
    ("doctor", "doctor", "what this machine has, what is missing, what fixes it"),
    ("bench", "bench", "measure the harness against loops in the guest"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the process's exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return _told(words, _main(words))
    except SystemExit as end:
        # argparse ends this way, after --help as after a mistake.
        raise SystemExit(_told(words, int(end.code or 0))) from None


def _told(words: Sequence[str], code: int) -> int:
    """The exit code as whoever started the command understands it."""
    command = next((word for word in words if not word.startswith("-")), None)
    return git_exit_code(code) if command == STEP else code


def _main(words: Sequence[str]) -> int:
    try:
        parser = _parser(words)
    except Exception:
        # Python's own exit code would be 1, which says that the kernel under test failed.
        traceback.print_exc()
        return HarnessError.exit_code
    parsed = parser.parse_args(words)
    logging.basicConfig(
        level=logging.DEBUG if parsed.verbose else logging.INFO,
        format="bpf-harness: %(message)s",
        stream=sys.stderr,
    )
    # Other people's libraries are heard only when somebody looks for a fault.
    for library in ("qemu", "asyncio", "virtme"):
        logging.getLogger(library).setLevel(logging.DEBUG if parsed.verbose else logging.ERROR)
    # It tells of every connection that ends, in several lines; what ended it is an error of ours.
    logging.getLogger("paramiko").setLevel(logging.DEBUG if parsed.verbose else logging.CRITICAL)
    with termination_raises():
        return _guarded(parsed.action, parsed)


def _parser(words: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """The options of the commands among `words`; without them, of all."""
    parser = argparse.ArgumentParser(
        prog="bpf-harness",
        description="Boot Linux kernels under QEMU and prove what they promise about BPF programs.",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="say what is being done")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, module_name, text in _COMMANDS:
        command = commands.add_parser(name, help=text, description=text)
        if words is None or name in words:
            module = import_module(f"harness.cli.{module_name}")
            module.add_arguments(command)
            command.set_defaults(action=module.run)
    return parser


def _guarded(action: Callable[[argparse.Namespace], int], parsed: argparse.Namespace) -> int:
    """The command's exit code, or that of the error which ended it."""
    try:
        return _run(action, parsed)
    except BrokenPipeError:
        # Whoever read our output went away, as `head` does.
        sys.stderr.close()
        return 128 + signal.SIGPIPE
    except OSError as error:
        sys.stderr.write(f"bpf-harness: error: {error}\n")
    except Exception:
        # Python's own exit code would be 1, which says that the kernel under test failed.
        traceback.print_exc()
        sys.stderr.write("bpf-harness: error: a mistake in the harness itself, please report it\n")
    return HarnessError.exit_code


def _run(action: Callable[[argparse.Namespace], int], parsed: argparse.Namespace) -> int:
    """The same for the ways to end that are foreseen."""
    try:
        return action(parsed)
    except HarnessError as error:
        sys.stderr.write(f"bpf-harness: error: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("bpf-harness: interrupted\n")
        return 128 + signal.SIGINT
    except TerminatedError as end:
        sys.stderr.write(f"bpf-harness: {end}\n")
        return 128 + end.number
