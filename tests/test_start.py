"""How a command starts: what it has not been asked for it does not import."""

import subprocess
import sys

import pytest

# Connections to machines, ciphers, QEMU's monitor: together they take longer than all the rest.
_LATER = ("paramiko", "cryptography", "pexpect", "asyncio", "qemu")

_ASK = """
import sys
from harness.cli.main import _parser
_parser([{command!r}])
print(*(name for name in {later!r} if name in sys.modules))
"""


@pytest.mark.parametrize("command", ["run", "check", "shell"])
def test_a_guest_of_ours_needs_no_library_of_other_machines(command: str) -> None:
    """Half of the time from the command line to the compiler would be theirs."""
    code = _ASK.format(command=command, later=_LATER)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
