"""Changing the mode of a guest, also when the kernel takes only half of it."""

from pathlib import Path
from typing import Any

import pytest

from harness.channels.fake import Handler
from harness.guest.guest import Guest
from harness.values.errors import RefusedError
from harness.values.mode import Mode
from harness.vm.fake import FakeVm


def jit_always_on(sysctls: dict[str, bytes]) -> Handler:
    """A kernel with CONFIG_BPF_JIT_ALWAYS_ON: the JIT cannot be turned off, hardening can."""

    def write(request: dict[str, Any]) -> dict[str, Any]:
        name = request["path"].rpartition("/")[2]
        if name == "bpf_jit_enable" and request["data"] == b"0":
            return {"errno": 22}
        sysctls[name] = request["data"]
        return {"errno": 0}

    return write


def test_a_mode_that_is_refused_half_way_is_not_mistaken_for_the_one_before() -> None:
    """Else a filter would run without hardening, and be reported as hardened."""
    sysctls: dict[str, bytes] = {}
    guest = Guest(FakeVm(Path("/dev/null"), {"write_file": jit_always_on(sysctls)}))
    guest.set_mode(Mode.JIT_HARDEN)
    with pytest.raises(RefusedError):
        guest.set_mode(Mode.INTERP)

    guest.set_mode(Mode.JIT_HARDEN)

    assert sysctls == {"bpf_jit_harden": b"2", "bpf_jit_enable": b"1"}


def without_a_jit(request: dict[str, Any]) -> dict[str, Any]:
    """A kernel for an architecture or a processor without a JIT: no sysctls of it."""
    return {"errno": 2 if "/bpf_jit_" in request["path"] else 0}


def test_a_kernel_without_a_jit_interprets_as_it_is() -> None:
    """s390x packages have no BPF JIT: nothing to turn off is not a failure to turn it off."""
    guest = Guest(FakeVm(Path("/dev/null"), {"write_file": without_a_jit}))

    guest.set_mode(Mode.INTERP)

    assert guest.mode is Mode.INTERP


@pytest.mark.parametrize("mode", [Mode.JIT, Mode.JIT_HARDEN])
def test_a_kernel_without_a_jit_says_so_when_asked_for_it(mode: Mode) -> None:
    """The reason is for a report; a file that cannot be written is not one."""
    guest = Guest(FakeVm(Path("/dev/null"), {"write_file": without_a_jit}))

    with pytest.raises(RefusedError, match="built without a JIT"):
        guest.set_mode(mode)

    assert guest.mode is None


def test_a_kernel_without_an_interpreter_says_so_when_asked_for_it() -> None:
    """errno 22 on some file would be no reason for a report; the option is one."""
    guest = Guest(FakeVm(Path("/dev/null"), {"write_file": jit_always_on({})}))

    with pytest.raises(RefusedError, match=r"without an interpreter \(BPF_JIT_ALWAYS_ON\)"):
        guest.set_mode(Mode.INTERP)
