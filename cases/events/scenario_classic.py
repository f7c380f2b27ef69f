# SPDX-License-Identifier: GPL-2.0-only
"""Classic BPF, which clang does not make: instructions for SO_ATTACH_FILTER and for seccomp.

The kernel turns them into instructions of today, which are interpreted or JITed like all others.
"""

from harness.scenario import Bench, ClassicInsn, RefusedError, scenario
from harness.values.arch import ARM64, RISCV64, X86_64, Arch
from harness.values.classic import (
    JUMP_EQUAL,
    JUMP_GREATER,
    LOAD_BYTE,
    LOAD_HALF,
    LOAD_LENGTH,
    LOAD_WORD,
    RETURN,
    RETURN_A,
)

HERE = "127.0.0.1:4000"
ALL = 0xFFFFFFFF

# linux/seccomp.h: what a filter decides; an errno is in the lower half.
ALLOW, ERRNO, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
EACCES, EINVAL = 13, 22


def chroot(arch: Arch) -> int:
    """The number of chroot(2), which nothing calls but the applet of that name."""
    own = {X86_64: 161, ARM64: 51, RISCV64: 51}
    return own.get(arch, 61)


def refusal(bench: Bench, program: bytes) -> int:
    """The errno of a program that no socket takes, or 0."""
    try:
        bench.attach_classic(program, "socket/udp/4000").detach()
    except RefusedError as error:
        return error.errno or 0
    return 0


def send(bench: Bench, *words: str) -> None:
    for word in words:
        bench.fire(f"@udp listen=none {HERE} text:{word}")


@scenario()
def a_udp_socket_gets_what_a_classic_filter_returns(bench: Bench) -> None:
    """The bytes of the UDP header count, too."""
    link = bench.attach_classic(bench.classic(ClassicInsn(RETURN, 10)), "socket/udp/4000")
    send(bench, "hello")

    assert link.received() == (b"he",)


@scenario()
def a_classic_filter_reads_the_packet(bench: Bench) -> None:
    """The byte behind the UDP header is an x, and the datagram longer than 10 bytes."""
    program = bench.classic(
        ClassicInsn(LOAD_BYTE, 8),
        ClassicInsn(JUMP_EQUAL, ord("x"), 0, 3),
        ClassicInsn(LOAD_LENGTH),
        ClassicInsn(JUMP_GREATER, 10, 0, 1),
        ClassicInsn(RETURN, ALL),
        ClassicInsn(RETURN, 0),
    )
    link = bench.attach_classic(program, "socket/udp/4000")
    send(bench, "xyz", "xy", "abc", "xx-ray")

    assert link.received() == (b"xyz", b"xx-ray")


@scenario()
def a_classic_filter_reads_in_network_byte_order(bench: Bench) -> None:
    """What it returns is what it has read: the UDP header's length, all of the datagram."""
    program = bench.classic(ClassicInsn(LOAD_HALF, 4), ClassicInsn(RETURN_A))
    link = bench.attach_classic(program, "socket/udp/4000")
    send(bench, "hello")

    assert link.received() == (b"hello",)


@scenario()
def a_load_beyond_the_packet_drops_it(bench: Bench) -> None:
    program = bench.classic(ClassicInsn(LOAD_WORD, 12), ClassicInsn(RETURN, ALL))
    link = bench.attach_classic(program, "socket/udp/4000")
    send(bench, "hello", "hello-world")

    assert link.received() == (b"hello-world",)


@scenario(needs="veth")
def a_packet_socket_gets_frames_of_a_type(bench: Bench) -> None:
    program = bench.classic(
        ClassicInsn(LOAD_HALF, 12),
        ClassicInsn(JUMP_EQUAL, 0x88B5, 0, 1),
        ClassicInsn(RETURN, ALL),
        ClassicInsn(RETURN, 0),
    )
    link = bench.attach_classic(program, "socket/veth1")
    for kind in ("88b5", "88b6"):
        bench.fire(f"@packet listen=veth1 veth0 hex:020000000002020000000001{kind} text:hello")

    assert link.received() == (bytes.fromhex("02000000000202000000000188b5") + b"hello",)


@scenario()
def a_unix_socket_has_a_classic_filter(bench: Bench) -> None:
    link = bench.attach_classic(bench.classic(ClassicInsn(RETURN, 2)), "socket/unix/bench")
    bench.fire("@syscall socket 1 2 0 ; sendto $1 text:hello 5 0 u16:1+zero:1+text:bench 8 = 5")

    assert link.received() == (b"he",)


@scenario(modes="jit")
def a_classic_filter_that_jumps_out_is_refused(bench: Bench) -> None:
    program = bench.classic(ClassicInsn(JUMP_EQUAL, 0, 7, 7), ClassicInsn(RETURN, 0))

    assert refusal(bench, program) == EINVAL


def decide(bench: Bench, decision: int) -> bytes:
    """That decision about chroot(2), whose number is the first word; the rest is allowed."""
    return bench.classic(
        ClassicInsn(LOAD_WORD, 0),
        ClassicInsn(JUMP_EQUAL, chroot(bench.arch), 0, 1),
        ClassicInsn(RETURN, decision),
        ClassicInsn(RETURN, ALLOW),
    )


@scenario()
def seccomp_allows_a_call(bench: Bench) -> None:
    shell = bench.guest.shell("chroot / /bin/echo done", seccomp=decide(bench, ALLOW))

    assert (shell.wait(), shell.output) == (0, "done\n")


@scenario()
def seccomp_gives_a_call_an_errno(bench: Bench) -> None:
    shell = bench.guest.shell("chroot / /bin/echo done", seccomp=decide(bench, ERRNO | EACCES))

    assert shell.wait() == 1
    assert shell.output.endswith(": Permission denied\n")


@scenario()
def seccomp_kills_who_makes_a_call(bench: Bench) -> None:
    """128 + SIGSYS, as a shell says it."""
    command = "/bin/chroot / /bin/echo done; echo $?"
    shell = bench.guest.shell(command, seccomp=decide(bench, KILL_PROCESS))

    assert shell.wait() == 0
    assert shell.output.splitlines()[-1] == "159"


@scenario(modes="jit")
def seccomp_takes_no_load_of_a_byte(bench: Bench) -> None:
    """seccomp_check_filter() in kernel/seccomp.c takes words only, at multiples of 4."""
    program = bench.classic(ClassicInsn(LOAD_BYTE, 0), ClassicInsn(RETURN, ALLOW))
    shell = bench.guest.shell("echo never", seccomp=program)

    assert shell.wait() == 127
    assert "cannot set the seccomp filter: Invalid argument" in shell.output
