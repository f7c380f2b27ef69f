"""A program whose output is read while it runs, and of which nothing is left when we end."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# What bisect-step needs to end its guests when it is told to.
_END_S = 60.0
_LOOK_AGAIN_S = 0.05


@dataclass(frozen=True, slots=True)
class Ended:
    """How the program ended, and all it printed."""

    status: int
    lines: tuple[str, ...]


def run_child(
    argv: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    take: Callable[[str], None] = lambda line: None,
) -> Ended:
    """Run it in `folder`; `take` gets every line of its standard output at once.

    Its standard error is ours. On any exception, Ctrl-C among them, it and all that it started
    are asked to end, and waited for, before the exception goes on its way.
    """
    lines: list[str] = []
    # A group of its own: a signal to git alone would leave the step it is running behind.
    process = subprocess.Popen(
        argv,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    assert process.stdout is not None, "it was asked for"
    try:
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            take(lines[-1])
        return Ended(process.wait(), tuple(lines))
    except BaseException:
        _end_group(process)
        raise
    finally:
        process.stdout.close()


def _end_group(process: "subprocess.Popen[str]") -> None:
    """First politely, as a step has guests to end; what is left after a minute is killed."""
    end_s = time.monotonic() + _END_S
    _signal_group(process, signal.SIGTERM)
    while _signal_group(process, 0) and time.monotonic() < end_s:
        process.poll()
        time.sleep(_LOOK_AGAIN_S)
    _signal_group(process, signal.SIGKILL)
    process.wait()


def _signal_group(process: "subprocess.Popen[str]", number: int) -> bool:
    """Whether there was anybody to signal. A session's leader gives its group its number."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
        return True
    return False
