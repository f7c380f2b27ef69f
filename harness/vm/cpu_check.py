"""Finds out whether QEMU has a CPU model before a guest is started with it.

A guest would say no more than that QEMU ended, three times over; a model that QEMU has and the
kernel does not boot on is not seen here.
"""

import subprocess

from harness.boot.command import Hardware, machine_check_argv
from harness.values.arch import Arch
from harness.values.errors import InfrastructureError, MissingToolError, UnknownNameError

# QEMU makes the machine in a tenth of a second.
_LIMIT_S = 30.0


def check_cpu_model(arch: Arch, hardware: Hardware) -> None:
    """Raise UnknownNameError, with what QEMU says, if it cannot make the CPU that was asked for."""
    if hardware.cpu_model is None:
        return
    argv = machine_check_argv(arch, hardware)
    try:
        done = subprocess.run(
            argv, input=b"quit\n", capture_output=True, check=False, timeout=_LIMIT_S
        )
    except FileNotFoundError as error:
        raise MissingToolError(
            f"{arch.qemu} is missing",
            remedy="bpf-harness doctor prints the command that installs it",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise InfrastructureError(
            f"{' '.join(argv)} did not answer within {_LIMIT_S:g} s"
        ) from error
    if done.returncode:
        raise UnknownNameError(
            f"QEMU makes no CPU {hardware.cpu_model!r} on {arch}: {_last_line(done.stderr)}",
            remedy=f"`{arch.qemu} -cpu help` lists its models; those that make JITed code differ "
            f"are: {' '.join(model.qemu for model in arch.cpu_models)}",
        )


def _last_line(said: bytes) -> str:
    """What QEMU ended with, without its name in front; warnings come before."""
    lines = said.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
    return lines[-1].partition(": ")[2] or lines[-1]
