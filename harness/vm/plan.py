"""All that is needed to start a VM, and the name of the state it will be in once it is ready."""

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from harness.boot.command import Ends, Hardware, qemu_argv
from harness.values.accel import Accel
from harness.values.image import Image
from harness.values.kernel import Kernel

_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class VmPlan:
    """A machine, what it boots, and where its files go."""

    kernel: Kernel
    image: Image
    hardware: Hardware
    folder: Path
    """Where console.log, qemu.log and command.txt of this VM go. It exists."""

    qemu_version: str = ""
    """As QEMU says it; empty if nobody asked."""

    dump_memory: bool = False
    """Whether the memory of a guest that hangs is kept in `folder`."""

    @property
    def state_key(self) -> str:
        """Equal for plans whose guests are interchangeable once their agents are ready, in hex.

        QEMU's version, its command without what is ours to choose for each start, and the contents
        of the kernel and the image; under KVM also the processor that the guest saw.
        """
        kernel = replace(self.kernel, image=Path(self.kernel.digest))
        image = replace(self.image, path=Path(self.image.digest))
        words = qemu_argv(kernel, image, self.hardware, Ends(0, 0, Path("console.log")))
        processor = _processor() if self.hardware.accel is Accel.KVM else ""
        return sha256("\0".join((self.qemu_version, *words, processor)).encode()).hexdigest()[:32]


def _processor() -> str:
    """The first processor's paragraph, without what changes from moment to moment."""
    first = _CPUINFO.read_text().partition("\n\n")[0]
    return "\n".join(line for line in first.splitlines() if "MHz" not in line)
