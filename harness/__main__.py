"""The process: `bpf-harness` or `python -m harness`. The only place that exits."""

import sys
import traceback


def main() -> int:
    """Run one command; the process's exit code."""
    try:
        from harness.cli.main import main as run
    except BaseException:
        # Python's own exit code would be 1, which says that the kernel under test is bad, and
        # 3 is as much as that to `git bisect run`.
        traceback.print_exc()
        return 125 if "bisect-step" in sys.argv else 3
    return run()


if __name__ == "__main__":
    sys.exit(main())
