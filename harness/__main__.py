"""The process: `bpf-harness` or `python -m harness`. The only place that exits."""

import sys

from harness.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
