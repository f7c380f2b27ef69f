"""How triggers are written, and what is said of those that are not written so."""

import re

import pytest

from harness.formats.trigger_text import parse_trigger
from harness.toolchain.agent import SOURCES
from harness.values.arch import ByteOrder
from harness.values.byte_template import ByteTemplate
from harness.values.errors import UsageError
from harness.values.syscall_names import SYSCALL_NAMES
from harness.values.trigger import Kind, Options, StepResult, Trigger, Value, Wanted


def values(text: str) -> tuple[tuple[Value | bytes, ...], ...]:
    """The arguments of a trigger, bytes as a little-endian guest gets them."""
    return tuple(
        tuple(
            value.pack(ByteOrder.LITTLE) if isinstance(value, ByteTemplate) else value
            for value in step
        )
        for step in parse_trigger(text).steps
    )


def test_text_without_an_at_is_a_shell_command() -> None:
    """Whatever stands in it: ` = 1` is the shell's."""
    assert parse_trigger(" test a = 1 ") == Trigger("test a = 1")
    assert parse_trigger("true").kind is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@syscall getpid", (("getpid",),)),
        (
            "@syscall mkdirat AT_FDCWD text:/tmp/a 0755 = 0",
            (("mkdirat", -100, b"/tmp/a", 0o755),),
        ),
        (
            "@syscall socket 2 2 0 ; bind $1 u16:2+be16:80+zero:4 0x10",
            (("socket", 2, 2, 0), ("bind", StepResult(1), b"\2\0\0\x50" + bytes(4), 16)),
        ),
        ("@packet lo zero:12 be16:0x88b5", (("lo", bytes(12) + b"\x88\xb5"),)),
        ("@udp 127.0.0.1:80 text:a u16:1", (("127.0.0.1", 80, b"a\1\0"),)),
        ("@tcp [::1]:65535 zero:0", (("::1", 65535, b""),)),
        ("@unix text:hello", (("bpf-harness-trigger", b"hello"),)),
        ("@unix @here text:hello", (("here", b"hello"),)),
        ("@exec /bin/sh -c a=b", (("/bin/sh", "-c", "a=b"),)),
        ("@fork 3", ((3,),)),
        ("@read /proc/version", (("/proc/version",),)),
        ("@write /tmp/a text:b", (("/tmp/a", b"b"),)),
        ("@signal SIGURG", ((23,),)),
        ("@timer 20", ((20,),)),
        ("@cpu 20", ((20,),)),
        ("@fault 4", ((4,),)),
        ("@touch write", (("write",),)),
    ],
)
def test_arguments_are_read_as_their_kind_wants_them(
    text: str, expected: tuple[tuple[Value | bytes, ...], ...]
) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@fork on=1 cgroup=a/b 1", Options(cpu=1, cgroup="a/b")),
        (
            "@udp times=5 listen=[::1]:81 [::1]:80 00",
            Options(times=5, listen="::1", listen_port=81),
        ),
        ("@udp listen=none 127.0.0.1:80 00", Options(alone=True)),
        ("@tcp cc=reno 127.0.0.1:80 00", Options(congestion="reno")),
        ("@packet listen=bh1 bh0 00", Options(listen="bh1")),
        ("@unix listen=none @here 00", Options(alone=True)),
        ("@unix listen=@there @here 00", Options(listen="there")),
    ],
)
def test_options_stand_before_the_arguments(text: str, expected: Options) -> None:
    assert parse_trigger(text).options == expected


@pytest.mark.parametrize(
    ("text", "wanted", "number"),
    [
        ("@fork 1", Wanted.SUCCESS, 0),
        ("@fork 1 = success", Wanted.SUCCESS, 0),
        ("@fork 1 = EAGAIN", Wanted.ERRNO, 11),
        ("@fork 1 = ENOTSUPP", Wanted.ERRNO, 524),
        ("@fork 1 = -3", Wanted.NUMBER, -3),
        ("@fork 1 = 0x10", Wanted.NUMBER, 16),
        ("@fork 1 = killed:SIGSYS", Wanted.SIGNAL, 31),
        ("@fork 1 = nothing", Wanted.NOTHING, 0),
        ("@fork 1 = any", Wanted.ANY, 0),
        ("@fork 1 = text:a u8:1", Wanted.BYTES, 0),
    ],
)
def test_the_expected_result_stands_at_the_end(text: str, wanted: Wanted, number: int) -> None:
    expected = parse_trigger(text).expected

    assert (expected.wanted, expected.number) == (wanted, number)
    assert (expected.data is not None) == (wanted is Wanted.BYTES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("@upd 127.0.0.1:80 00", "there is no @upd; near to it: @udp"),
        ("@", "there is no @"),
        ("@syscall mkdri 0", "there is no system call mkdri; near to it: mkdir"),
        ("@syscall", "takes the name of a system call first"),
        ("@syscall read 1 2 3 4 5 6 7", "the limit is 6"),
        ("@syscall read $1", "system call before this one"),
        ("@syscall read x", "an argument is a number, not 'x'"),
        ("@syscall getpid ; ; getpid", "takes the name of a system call first"),
        ("@syscall " + "getpid ; " * 16 + "getpid", "17 system calls; the limit is 16"),
        ("@udp 127.0.0.1 00", "'127.0.0.1' is not ADDRESS:PORT"),
        ("@udp ::1:80 00", "'::1:80' is not ADDRESS:PORT"),
        ("@udp 127.0.0.1:65536 00", "a port is 65536, not from 0 to 65535"),
        ("@udp 127.0.0.1:80", "no bytes are given"),
        ("@udp 127.0.0.1:80 zero:65537", "65537 bytes; the limit is 65536"),
        ("@udp tmies=2 127.0.0.1:80 00", "has no option tmies=; near to it: times"),
        ("@fork times=2 1", "@fork has no option times= (it has cgroup= on=)"),
        ("@udp times=0 127.0.0.1:80 00", "times= is 0, not from 1"),
        ("@udp listen=none 127.0.0.1:80 00 = nothing", "nobody could tell that nothing arrived"),
        ("@packet listen=none lo 00 = text:a", "nobody could tell that text:a arrived"),
        ("@unix listen=here 00", "'here' is not @NAME"),
        ("@unix @ 00", "a name takes a word of at most 63 bytes"),
        ("@unix @here", "no bytes are given"),
        ("@fork on=two 1", "a CPU is a number"),
        ("@fork cgroup=/a 1", "below the root of cgroup2"),
        ("@fork cgroup=a/../.. 1", "below the root of cgroup2"),
        ("@packet an-interface-too-long 00", "at most 15 bytes"),
        ("@exec true", "takes the path of a program"),
        ("@signal SIGUSR", "there is no signal SIGUSR; near to it: SIGUSR2 SIGUSR1"),
        ("@touch both", "takes read or write, not both"),
        ("@fault 0", "a number of pages is 0"),
        ("@read", "takes a path, not 0 words"),
        ("@fork 1 = EPREM", "after = stands 'EPREM'"),
        ("@fork 1 = EPREM", "near to it: EPERM"),
        ("@fork 1 = killed:SIGSYSS", "there is no signal SIGSYSS; near to it: SIGSYS"),
    ],
)
def test_what_is_malformed_is_refused_with_what_is_near(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_trigger(text)

    assert said in caught.value.message
    assert caught.value.remedy == "docs/triggers.md lists the triggers and what they take"


def test_host_and_agent_know_the_same_system_calls() -> None:
    source = (SOURCES / "syscall_names.c").read_text()

    assert set(re.findall(r"\bN\((\w+)\) ?", source)) - {"name"} == SYSCALL_NAMES


def test_host_and_agent_know_the_same_kinds() -> None:
    source = (SOURCES / "fire_kinds.c").read_text()

    assert set(re.findall(r'\{ "(\w+)", "', source)) == {kind.value for kind in Kind}
