"""The initramfs of a guest that stands in for a machine that is not ours: reached over SSH only.

A shell as init, an SSH server, a user root and a user without privilege. No agent of ours.
"""

from dataclasses import dataclass
from pathlib import Path

from virtme.cpiowriter import CpioWriter

from harness.images.modules import EVENT_MODULES, needed_modules, write_modules
from harness.images.ssh_server import SshServer, SshSoftware
from harness.values.kernel import Kernel

# Of the user network: QEMU's own defaults.
ADDRESS, NETMASK, GATEWAY = "10.0.2.15", "255.255.255.0", "10.0.2.2"

NETWORK_MODULES = ("virtio_net",)

UNPRIVILEGED = "plain"
"""The user who is not root."""

# Mode, name: in the order in which they are made.
_FOLDERS = (
    *((0o755, name) for name in ("bin", "boot", "dev", "etc", "etc/ssh", "home", "lib", "modules")),
    *((0o755, name) for name in ("proc", "run", "sbin", "sys", "tmp", "var")),
    *((0o755, f"usr{tail}") for tail in ("", "/bin", "/lib", "/lib/openssh", "/sbin")),
    *((0o700, name) for name in ("root", "root/.ssh")),
    *((0o755, f"home/{UNPRIVILEGED}{tail}") for tail in ("", "/.ssh")),
)

# What a distribution has mounted when one logs in.
_INIT = """#!/bin/sh
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
/bin/busybox --install -s /bin
mount -t devtmpfs devtmpfs /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t bpf bpf /sys/fs/bpf
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs tmpfs /run
while read module; do insmod /modules/$module; done </modules/order
ifconfig lo 127.0.0.1 up
ifconfig eth0 {address} netmask {netmask} up
route add default gw {gateway}
while true; do {command}; sleep 1; done
"""

_USERS = (
    "root:*:0:0:root:/root:/bin/sh\n"
    "sshd:*:100:65534::/run/sshd:/bin/false\n"
    f"{UNPRIVILEGED}:*:1000:1000::/home/{UNPRIVILEGED}:/bin/sh\n"
)
_GROUPS = f"root:x:0:\n{UNPRIVILEGED}:x:1000:\n"


@dataclass(frozen=True, slots=True)
class Access:
    """Who the guest is, and who may come in."""

    host_key: bytes
    """The private key as the server keeps it."""

    authorized: str
    """A line of authorized_keys; for both users."""


def write_ssh_image(
    target: Path, kernel: Kernel, busybox: Path, server: SshServer, access: Access
) -> None:
    """Write it to the file `target`; the keys are in it, so that it is for its owner only."""
    wanted = (*kernel.arch.channel_modules, *NETWORK_MODULES, *EVENT_MODULES)
    modules = needed_modules(kernel, wanted)
    target.touch(0o600)
    with target.open("wb") as file:
        cpio = CpioWriter(file)
        for mode, folder in _FOLDERS:
            cpio.mkdir(folder.encode(), mode)
        cpio.mkdir(f"lib/{kernel.arch.triple}".encode(), 0o755)
        cpio.symlink(b"lib", b"lib64")
        cpio.mkchardev(b"dev/console", (5, 1), 0o600)
        cpio.write_file(b"bin/busybox", busybox.read_bytes(), 0o755)
        cpio.symlink(b"busybox", b"bin/sh")
        for name, path in server.files:
            cpio.write_file(name.encode(), path.read_bytes(), 0o755)
        for name, mode, data in _texts(server.software, access):
            cpio.write_file(name.encode(), data, mode)
        if kernel.config is not None:
            name = f"boot/config-{kernel.release}"
            cpio.write_file(name.encode(), kernel.config.read_bytes(), 0o644)
        write_modules(cpio, modules)
        cpio.write_trailer()


def _texts(software: SshSoftware, access: Access) -> tuple[tuple[str, int, bytes], ...]:
    authorized = f"{access.authorized}\n".encode()
    init = _INIT.format(address=ADDRESS, netmask=NETMASK, gateway=GATEWAY, command=software.command)
    return (
        ("init", 0o755, init.encode()),
        ("etc/passwd", 0o644, _USERS.encode()),
        ("etc/group", 0o644, _GROUPS.encode()),
        ("etc/shells", 0o644, b"/bin/sh\n"),
        (software.host_key, 0o600, access.host_key),
        *((name, 0o644, text.encode()) for name, text in software.texts),
        ("root/.ssh/authorized_keys", 0o600, authorized),
        (f"home/{UNPRIVILEGED}/.ssh/authorized_keys", 0o644, authorized),
    )
