"""Triggers as text: `@KIND OPTION=VALUE… ARGUMENT… = RESULT` in, a Trigger out.

Text that does not begin with `@` is a shell command. docs/triggers.md shows the vocabulary.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from harness.formats.trigger_words import (
    name_near,
    parse_address,
    parse_bytes,
    parse_number,
    parse_signal,
    parse_word,
)
from harness.values.errnos import ERRNOS
from harness.values.errors import UsageError
from harness.values.syscall_names import SYSCALL_NAMES
from harness.values.trigger import Expected, Kind, Options, StepResult, Trigger, Value, Wanted

# What the agent takes: guest_images/agent/limits.h.
MAX_STEPS = 16
MAX_VALUES = 16
MAX_TIMES = 100_000
_MAX_PATH = 255
_MAX_CPU = 1023
_MAX_MS = 60_000
_MAX_FORKS = 4096
_MAX_PAGES = 16384

# Where a datagram goes that is for nobody else. The agent's own name is its lock: stdio.c.
_UNIX_NAME = "bpf-harness-trigger"

_OPTION = re.compile(r"([a-z]+)=(.*)\Z")
_FORM = r"(?:u|s|le|be)(?:8|16|32|64):|hex:|zero:|text:"
_BYTES = re.compile(_FORM)
_JOINT = re.compile(rf"\+(?={_FORM})")
_CONSTANTS = {"AT_FDCWD": -100}

Steps = tuple[tuple[Value, ...], ...]


def parse_trigger(text: str) -> Trigger:
    """The trigger; raises UsageError, naming what is near to a word that nobody knows.

    >>> parse_trigger("@udp 127.0.0.1:4000 text:hello = nothing").expected.wanted
    <Wanted.NOTHING: 'nothing'>
    """
    text = text.strip()
    if not text:
        raise UsageError("a trigger is empty", remedy=_REMEDY)
    if not text.startswith("@"):
        return Trigger(text)
    try:
        return _parse_fire(text)
    except ValueError as error:
        raise UsageError(f"trigger {text!r}: {error}", remedy=_REMEDY) from None


_REMEDY = "docs/triggers.md lists the triggers and what they take"


def _parse_fire(text: str) -> Trigger:
    body, separator, expected = text.rpartition(" = ")
    if not separator:
        body, expected = text, ""
    name, *words = body.split()
    kinds = {kind.value: kind for kind in Kind}
    kind = kinds.get(name.removeprefix("@"))
    if kind is None:
        raise ValueError(f"there is no {name}{name_near(name, (f'@{known}' for known in kinds))}")
    words, options = _take_options(kind, words)
    steps = _ARGUMENTS[kind](words)
    wanted = _parse_expected(expected.strip()) if separator else Expected()
    if options.alone and wanted.wanted in (Wanted.NOTHING, Wanted.BYTES):
        raise ValueError(f"nobody could tell that {wanted.text} arrived: listen=none only sends")
    return Trigger(text, kind, steps, _check_options(kind, options), wanted)


def _take_options(kind: Kind, words: list[str]) -> tuple[list[str], Options]:
    """The words after `KEY=VALUE` words, and what those say."""
    options = Options()
    known = {"on", "cgroup", *_EXTRA_OPTIONS.get(kind, ())}
    while words and (match := _OPTION.match(words[0])):
        name, value = match[1], match[2]
        if name not in known:
            raise ValueError(
                f"@{kind.value} has no option {name}={name_near(name, known)}"
                f" (it has {' '.join(sorted(f'{each}=' for each in known))})"
            )
        options = _OPTIONS[name](options, value)
        words = words[1:]
    return words, options


def _on(options: Options, value: str) -> Options:
    return replace(options, cpu=parse_number(value, 0, _MAX_CPU, "a CPU"))


def _cgroup(options: Options, value: str) -> Options:
    if not value or value.startswith("/") or ".." in value or len(value) > _MAX_PATH:
        raise ValueError(f"cgroup={value}: a path below the root of cgroup2 is wanted")
    return replace(options, cgroup=value)


def _times(options: Options, value: str) -> Options:
    return replace(options, times=parse_number(value, 1, MAX_TIMES, "times="))


def _listen(options: Options, value: str) -> Options:
    if value == "none":
        return replace(options, alone=True)
    return replace(options, listen=parse_word(value, "listen="))


def _congestion(options: Options, value: str) -> Options:
    return replace(options, congestion=parse_word(value, "cc="))


_OPTIONS: dict[str, Callable[[Options, str], Options]] = {
    "on": _on,
    "cgroup": _cgroup,
    "times": _times,
    "listen": _listen,
    "cc": _congestion,
}
_EXTRA_OPTIONS: dict[Kind, tuple[str, ...]] = {
    Kind.SYSCALL: ("times",),
    Kind.PACKET: ("times", "listen"),
    Kind.UDP: ("times", "listen"),
    Kind.TCP: ("times", "listen", "cc"),
    Kind.UNIX: ("times", "listen"),
    Kind.SIGNAL: ("times",),
    Kind.TIMER: ("times",),
    Kind.TOUCH: ("times",),
}


def _check_options(kind: Kind, options: Options) -> Options:
    """`listen=` is an address of the same form as the one it is sent to."""
    if not options.listen:
        return options
    if kind is Kind.UNIX:
        return replace(options, listen=_abstract(options.listen))
    if kind not in (Kind.UDP, Kind.TCP):
        return options
    address, port = parse_address(options.listen)
    return replace(options, listen=address, listen_port=port)


def _one(words: list[str], what: str) -> str:
    if len(words) != 1:
        raise ValueError(f"takes {what}, not {len(words)} words")
    return words[0]


def _first(words: list[str], what: str) -> str:
    if not words:
        raise ValueError(f"takes {what} first")
    return words[0]


def _socket(words: list[str]) -> Steps:
    address, port = parse_address(_first(words, "ADDRESS:PORT"))
    return ((address, port, parse_bytes(words[1:])),)


def _packet(words: list[str]) -> Steps:
    return (
        (parse_word(_first(words, "an interface"), "an interface", 15), parse_bytes(words[1:])),
    )


def _abstract(text: str) -> str:
    """`@NAME`, as ss(8) writes names that no file system keeps."""
    if not text.startswith("@"):
        raise ValueError(f"{text!r} is not @NAME")
    return parse_word(text[1:], "a name")


def _unix(words: list[str]) -> Steps:
    if words and words[0].startswith("@"):
        return ((_abstract(words[0]), parse_bytes(words[1:])),)
    return ((_UNIX_NAME, parse_bytes(words)),)


def _program(words: list[str]) -> Steps:
    if not words or not words[0].startswith("/") or len(words) > MAX_VALUES:
        raise ValueError(f"takes the path of a program and at most {MAX_VALUES - 1} arguments")
    return (tuple(words),)


def _counted(least: int, most: int, what: str) -> Callable[[list[str]], Steps]:
    return lambda words: ((parse_number(_one(words, what), least, most, what),),)


def _path(words: list[str]) -> Steps:
    return ((_one(words, "a path"),),)


def _written(words: list[str]) -> Steps:
    return ((_first(words, "a path"), parse_bytes(words[1:])),)


def _signal(words: list[str]) -> Steps:
    return ((parse_signal(_one(words, "a signal")),),)


def _touch(words: list[str]) -> Steps:
    how = _one(words, "read or write")
    if how not in ("read", "write"):
        raise ValueError(f"takes read or write, not {how}")
    return ((how,),)


def _syscalls(words: list[str]) -> Steps:
    """Steps have a semicolon between them."""
    steps: list[tuple[Value, ...]] = []
    rest = words
    while True:
        end = rest.index(";") if ";" in rest else len(rest)
        steps.append(_syscall(rest[:end], len(steps)))
        if end == len(rest):
            break
        rest = rest[end + 1 :]
    if len(steps) > MAX_STEPS:
        raise ValueError(f"{len(steps)} system calls; the limit is {MAX_STEPS}")
    return tuple(steps)


def _syscall(words: list[str], before: int) -> tuple[Value, ...]:
    name = _first(words, "the name of a system call")
    if name not in SYSCALL_NAMES:
        raise ValueError(f"there is no system call {name}{name_near(name, SYSCALL_NAMES)}")
    if len(words) > 7:
        raise ValueError(f"{name} has {len(words) - 1} arguments; the limit is 6")
    return (name, *(_argument(word, before) for word in words[1:]))


def _argument(word: str, before: int) -> Value:
    if word in _CONSTANTS:
        return _CONSTANTS[word]
    if word.startswith("$"):
        return StepResult(
            parse_number(word[1:], 1, before, f"{word}, a system call before this one,")
        )
    if _BYTES.match(word):
        return parse_bytes(_JOINT.split(word))
    return parse_number(word, -(1 << 63), (1 << 64) - 1, "an argument")


_ARGUMENTS: dict[Kind, Callable[[list[str]], Steps]] = {
    Kind.SYSCALL: _syscalls,
    Kind.PACKET: _packet,
    Kind.UDP: _socket,
    Kind.TCP: _socket,
    Kind.UNIX: _unix,
    Kind.EXEC: _program,
    Kind.FORK: _counted(1, _MAX_FORKS, "a number of processes"),
    Kind.READ: _path,
    Kind.WRITE: _written,
    Kind.SIGNAL: _signal,
    Kind.TIMER: _counted(1, _MAX_MS, "a number of milliseconds"),
    Kind.CPU: _counted(1, _MAX_MS, "a number of milliseconds"),
    Kind.FAULT: _counted(1, _MAX_PAGES, "a number of pages"),
    Kind.TOUCH: _touch,
}


def _parse_expected(text: str) -> Expected:
    if text in ERRNOS:
        return Expected(Wanted.ERRNO, text, ERRNOS[text])
    if text.startswith("killed:"):
        return Expected(Wanted.SIGNAL, text, parse_signal(text.removeprefix("killed:")))
    if text in ("nothing", "any", "success"):
        return Expected(Wanted(text), text)
    if _BYTES.match(text):
        return Expected(Wanted.BYTES, text, data=parse_bytes(text.split()))
    if re.match(r"-?[0-9]", text):
        return Expected(
            Wanted.NUMBER, text, parse_number(text, -(1 << 63), (1 << 64) - 1, "a result")
        )
    known = (*ERRNOS, "nothing", "any", "success")
    raise ValueError(
        f"after = stands {text!r}, which is no errno, number, bytes, killed:SIGNAL, nothing,"
        f" any or success{name_near(text, known)}"
    )
