"""`python -m harness.cli.prepare ARCH…`: everything that guests need, before tests start the clock.

Not a command of its own for people: every command prepares what it needs.
"""

import sys
from collections.abc import Sequence

from harness.kernels.resolve import DEFAULT_KERNEL
from harness.runner.target import prepare_target
from harness.values.accel import AccelChoice
from harness.values.arch import parse_arch
from harness.values.errors import HarnessError


def main(arguments: Sequence[str]) -> int:
    """Prepare the default kernel for each architecture; 0, or the exit code of the error."""
    try:
        for name in arguments:
            target = prepare_target(parse_arch(name), DEFAULT_KERNEL, AccelChoice.AUTO)
            sys.stderr.write(f"{target.kernel} on {target.arch}: ready, {target.accel}\n")
    except HarnessError as error:
        sys.stderr.write(f"bpf-harness: error: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
