"""Finds out whether KVM really runs a guest, by letting it run one.

/dev/kvm can open, answer API version 12 and create a VM, and still be unable to run a guest:
QEMU may die on an assertion, or the guest stop for ever at its first VEX instruction. So the
kernel that is to be tested is booted under KVM once, in a bounded time, and the answer is kept
until the machine reboots.
"""

import os
import platform
import tempfile
from pathlib import Path

from harness.boot.command import Hardware
from harness.host.cache import cache_root, read_fields, write_fields
from harness.values.accel import Accel, AccelChoice, AccelProof
from harness.values.arch import Arch, parse_arch
from harness.values.deadline import Deadline
from harness.values.errors import BootError, InfrastructureError, UnknownNameError
from harness.values.image import Image
from harness.values.kernel import Kernel
from harness.vm.plan import VmPlan
from harness.vm.vm import Vm

# A guest under working KVM is ready in two seconds; one that hangs must not cost more than this.
_PROOF_S = 8.0

_KVM = Path("/dev/kvm")


def choose_accel(choice: AccelChoice, kernel: Kernel, image: Image) -> AccelProof:
    """The accelerator to use and why; raises InfrastructureError if KVM is forced and unusable."""
    if choice is AccelChoice.TCG:
        return AccelProof(Accel.TCG, "asked for")
    obstacle = _obstacle(kernel.arch)
    proof = (
        AccelProof(Accel.TCG, obstacle) if obstacle is not None else _cached_proof(kernel, image)
    )
    if choice is AccelChoice.KVM and proof.accel is not Accel.KVM:
        raise InfrastructureError(
            f"KVM was asked for, but {proof.reason}", remedy="use --accel auto or tcg"
        )
    return proof


def _obstacle(arch: Arch) -> str | None:
    """Why KVM need not even be tried."""
    try:
        host = parse_arch(platform.machine())
    except UnknownNameError:
        return f"no KVM for {arch}: the host is {platform.machine()}"
    if host is not arch:
        return f"{arch} on a {host} host"
    if not _KVM.exists():
        return "no /dev/kvm"
    if not os.access(_KVM, os.R_OK | os.W_OK):
        return "no permission to open /dev/kvm"
    return None


def _cached_proof(kernel: Kernel, image: Image) -> AccelProof:
    entry = cache_root() / "accel" / f"{kernel.arch}-{kernel.digest[:16]}.json"
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    known = read_fields(entry)
    if known is not None and known.get("boot_id") == boot_id:
        for accel in Accel:
            # Anything else is a damaged entry: it is proved anew.
            if known.get("accel") == accel.value:
                return AccelProof(accel, known.get("reason") or "proved before")
    proof = _prove(kernel, image)
    write_fields(entry, {"boot_id": boot_id, "accel": proof.accel.value, "reason": proof.reason})
    return proof


def _prove(kernel: Kernel, image: Image) -> AccelProof:
    with tempfile.TemporaryDirectory(prefix="bpf-harness-kvm-") as folder:
        plan = VmPlan(kernel, image, Hardware(Accel.KVM), Path(folder))
        try:
            Vm.start(plan, Deadline.after(_PROOF_S)).stop()
        except BootError as error:
            return AccelProof(Accel.TCG, _why_not(error))
    return AccelProof(Accel.KVM, "a guest booted under KVM")


def _why_not(error: BootError) -> str:
    """The one line of QEMU's that says most, for example `failed to set MSR 0x10a`."""
    lines = [line.strip() for line in error.message.splitlines()]
    for line in lines:
        if "failed to set MSR" in line or "KVM internal error" in line or "kvm" in line:
            return f"KVM opens but cannot run a guest: {line}"
    return f"KVM opens but cannot run a guest: {lines[0]}"
