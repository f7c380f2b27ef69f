"""Images whose /init is not the agent but a small program that misbehaves on the channel."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from virtme.cpiowriter import CpioWriter

from harness.runner.target import Target
from harness.toolchain.clang import installed_clang
from harness.toolchain.sysroot import get_sysroot
from harness.values.image import Image

# Finds the port as the agent does, then does what `misbehave` says; it is pasted in.
_PROGRAM = r"""
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int port = -1;

static void find_port(void)
{
	int turn;

	mkdir("/dev", 0755);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	for (turn = 0; turn < 2000 && port < 0; turn++) {
		port = open("/dev/vport0p1", O_RDWR);
		if (port < 0)
			port = open("/dev/vport1p1", O_RDWR);
		usleep(5000);
	}
}

static void say(const void *data, size_t size)
{
	while (size) {
		ssize_t put = write(port, data, size);

		if (put > 0) {
			data = (const char *)data + put;
			size -= put;
		} else {
			usleep(1000);
		}
	}
}

/* The event {"event": "ready", "version": 1}, as the agent frames it. */
static void say_ready(void)
{
	static const unsigned char ready[] = {READY_BYTES};

	say(ready, sizeof(ready));
}

static void take_hello(void)
{
	char request[4096];

	while (read(port, request, sizeof(request)) <= 0)
		usleep(1000);
}

int main(void)
{
	find_port();
	(void)say_ready;
	(void)take_hello;
	MISBEHAVE
	for (;;)
		pause();
}
"""


@dataclass(frozen=True)
class Hostile:
    """One way to misbehave, and the words by which the host must tell it."""

    name: str
    code: str
    said: str


HOSTILE = (
    Hostile("silent", "", "no ready event"),
    Hostile("mute", "say_ready(); take_hello();", "no reply to hello"),
    Hostile(
        "garbage",
        'say("SeaBIOS (version rel-1.16.2)\\r\\n", 30);',
        "where a frame must begin",
    ),
    Hostile(
        "torn",
        'say_ready(); take_hello(); say("BPFH\\x01\\x02\\0\\0\\0\\0\\0\\x01\\0\\0\\x10\\0", 16);'
        " exit(1);",
        "Attempted to kill init",
    ),
    Hostile(
        "endless",
        'say_ready(); take_hello(); say("BPFH\\x01\\x02\\0\\0\\0\\0\\0\\x01\\xff\\xff\\xff\\xff'
        '\\0\\0\\0\\0", 20);',
        "announced a fragment of 4294967295 bytes",
    ),
    Hostile("exits", "exit(1);", "Attempted to kill init"),
    Hostile(
        "floods",
        '{ static char line[65536]; int console = open("/dev/console", O_WRONLY);'
        " memset(line, 'x', sizeof(line)); for (;;) write(console, line, sizeof(line)); }",
        "bytes to its console",
    ),
)


def build(target: Target, hostile: Hostile, folder: Path) -> Image:
    """The image whose init misbehaves so."""
    from harness.formats.wire import Kind, Message, encode

    ready = encode(Message(Kind.EVENT, 0, {"event": "ready", "version": 1}))
    text = _PROGRAM.replace("READY_BYTES", ", ".join(str(byte) for byte in ready))
    source = folder / f"{hostile.name}.c"
    source.write_text(text.replace("MISBEHAVE", hostile.code))
    return pack(folder / f"{hostile.name}.cpio", compile_program(target, source))


def compile_program(target: Target, source: Path) -> bytes:
    """A static program for the guest, from one C file."""
    program = source.with_suffix("")
    clang = installed_clang()
    flags = clang.agent_flags(target.arch, get_sysroot(target.arch).path)
    command = (str(clang.program), *flags, "-O1", "-w", "-static", "-fuse-ld=lld", "-s")
    subprocess.run((*command, "-o", str(program), str(source)), check=True)
    return program.read_bytes()


def pack(path: Path, init: bytes) -> Image:
    """An initramfs that holds nothing but /init."""
    with path.open("wb") as file:
        cpio = CpioWriter(file)
        cpio.mkdir(b"dev", 0o755)
        cpio.mkchardev(b"dev/console", (5, 1), 0o600)
        cpio.write_file(b"init", init, 0o755)
        cpio.write_trailer()
    return Image(path, "0" * 64, "hostile")
