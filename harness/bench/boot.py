"""Agent ready ÷ the same kernel booting a trivial initramfs to its first line, for any target."""

import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from virtme.cpiowriter import CpioWriter

from harness.bench.row import Row
from harness.boot.command import Ends, qemu_argv
from harness.runner.target import Target
from harness.toolchain.clang import installed_clang
from harness.toolchain.sysroot import get_sysroot
from harness.values.deadline import Deadline
from harness.values.errors import BootError
from harness.values.image import Image
from harness.vm.console import ConsoleLog
from harness.vm.process import QemuProcess
from harness.vm.vm import Vm

_SOURCE = Path(__file__).resolve().parents[2] / "guest_images" / "bench" / "first_line.c"
_LINE = "bpf-harness: first line"
_BOOT_S = 120.0


def measure_boot(target: Target, folder: Path, boots: int) -> list[Row]:
    """Boots of both kinds in turn, so that a machine that slows down slows both."""
    image = _trivial_image(target, Path(tempfile.mkdtemp(dir=folder)))
    agent_s, trivial_s = [], []
    for _ in range(boots):
        trivial_s.append(_time_trivial(target, image, folder))
        agent_s.append(_time_agent(target, folder))
    ratio = statistics.median(a / b for a, b in zip(agent_s, trivial_s, strict=True))
    detail = (
        f"{statistics.median(agent_s):.2f} s ÷ {statistics.median(trivial_s):.2f} s, "
        f"{boots} boots each"
    )
    what = f"agent ready ÷ trivial init's first line, {target.kernel.release} on {target.arch}"
    return [Row(what, f"{ratio:.2f}", "≤ 1.25", detail)]


def _time_agent(target: Target, parent: Path) -> float:
    folder = Path(tempfile.mkdtemp(dir=parent))
    plan = target.plan(folder)
    start = time.monotonic()
    with Vm.start(plan, Deadline.after(_BOOT_S)):
        return time.monotonic() - start


def _time_trivial(target: Target, image: Image, parent: Path) -> float:
    """The same machine without the channel's peer: QEMU's sockets lead nowhere."""

    folder = Path(tempfile.mkdtemp(dir=parent))
    console = ConsoleLog(folder / "console.log")
    agent, qmp = socket.socketpair(), socket.socketpair()
    ends = Ends(agent[1].fileno(), qmp[1].fileno(), console.path)
    argv = qemu_argv(target.kernel, image, target.hardware, ends)
    start = time.monotonic()
    process = QemuProcess.start(argv, (ends.agent_fd, ends.qmp_fd), folder / "qemu.log")
    try:
        _wait_for_line(console, process)
        return time.monotonic() - start
    finally:
        process.kill()
        for end in (*agent, *qmp):
            end.close()


def _wait_for_line(console: ConsoleLog, process: QemuProcess) -> None:
    deadline = Deadline.after(_BOOT_S)
    while _LINE not in console.read():
        if deadline.expired or process.exit_status is not None:
            raise BootError(f"the trivial initramfs did not come up: {console.read()[-500:]}")
        time.sleep(0.005)


def _trivial_image(target: Target, folder: Path) -> Image:
    program = folder / "first_line"
    sysroot = get_sysroot(target.arch)
    clang = installed_clang()
    flags = clang.agent_flags(target.arch, sysroot.path)
    command = (
        str(clang.program),
        *flags,
        "-O2",
        "-static",
        "-fuse-ld=lld",
        "-s",
        "-o",
        str(program),
    )
    subprocess.run((*command, str(_SOURCE)), check=True)
    path = folder / "trivial.cpio"
    with path.open("wb") as file:
        cpio = CpioWriter(file)
        cpio.mkdir(b"dev", 0o755)
        cpio.mkchardev(b"dev/console", (5, 1), 0o600)
        cpio.write_file(b"init", program.read_bytes(), 0o755)
        cpio.write_trailer()
    return Image(path, "", "")
