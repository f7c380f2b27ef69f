"""The table of annotation keys: how each is spelt, and what it says about a filter.

One row a key. A key that the selftests do not know and we do not either is an error, because an
expectation that is not understood would silently not be checked.
"""

import re
from collections.abc import Callable

from harness.formats.annotation_draft import Draft, LoadDraft
from harness.formats.decl_tags import Tag
from harness.formats.pattern import parse_pattern
from harness.formats.trigger_text import parse_trigger
from harness.values.arch import ByteOrder
from harness.values.byte_template import ByteTemplate, parse_byte_template
from harness.values.errnos import ERRNO_NAMES, ERRNOS
from harness.values.errors import UnknownNameError, UsageError
from harness.values.event import parse_event
from harness.values.expectation import (
    Endianness,
    Errno,
    JitCondition,
    Retval,
    TableCount,
    TableEntry,
    TailSlot,
)
from harness.values.mode import Mode
from harness.values.release import ReleaseRange, parse_version

_UNPRIV = "_unpriv"
_SEPARATOR = "|"
_NAME = re.compile(r"[\w.]+\Z", re.ASCII)
_S32_MIN = -(1 << 31)
# BPF_F_* of include/uapi/linux/bpf.h that the selftests call by name.
_FLAGS = {
    "BPF_F_STRICT_ALIGNMENT": 1 << 0,
    "BPF_F_ANY_ALIGNMENT": 1 << 1,
    "BPF_F_TEST_RND_HI32": 1 << 2,
    "BPF_F_TEST_STATE_FREQ": 1 << 3,
    "BPF_F_SLEEPABLE": 1 << 4,
    "BPF_F_XDP_HAS_FRAGS": 1 << 5,
    "BPF_F_XDP_DEV_BOUND_ONLY": 1 << 6,
    "BPF_F_TEST_REG_INVARIANTS": 1 << 7,
}
_RETVALS = {
    "INT_MIN": Retval(_S32_MIN),
    "_INT_MIN": Retval(_S32_MIN),
    "POINTER_VALUE": Retval(0xBADCAFE, any_value=True),
    "TEST_DATA_LEN": Retval(64),
}
_POINTER_VALUE = 0xBADCAFE
_ARCHES = ("X86_64", "ARM64", "RISCV64", "s390x", "LOONGARCH", "X86_32")
_MAX_REPEAT = 1_000_000
_MAX_ENTRIES = 1 << 32

_Apply = Callable[[Draft, str], None]
_ApplyLoad = Callable[[Draft, LoadDraft, str], None]


def known_keys() -> frozenset[str]:
    """Every key that `apply` understands."""
    twins = {key + _UNPRIV for key in _LOAD_KEYS}
    return frozenset({*_MARKS, *_LOAD_KEYS, *twins, *_KEYS})


def apply(draft: Draft, tag: Tag) -> None:
    """Takes one annotation into the draft; raises ValueError saying what is wrong with it."""
    if tag.key in _MARKS:
        if tag.value is not None:
            raise ValueError("takes no value")
        _MARKS[tag.key](draft)
        return
    per_load = tag.key.removesuffix(_UNPRIV)
    if per_load in _LOAD_KEYS:
        load = draft.unprivileged if tag.key.endswith(_UNPRIV) else draft.privileged
        _LOAD_KEYS[per_load](draft, load, _value(tag))
    elif tag.key in _KEYS:
        _KEYS[tag.key](draft, _value(tag))
    elif tag.key.startswith(("test_", "load_mode", "bh_")):
        raise ValueError("unknown annotation")


def _value(tag: Tag) -> str:
    if tag.value is None:
        raise ValueError("needs a value")
    return tag.value


def _integer(text: str) -> int:
    """A decimal or 0x number with an optional sign, as strtol reads it."""
    match = re.match(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)\Z", text)
    if match is None:
        raise ValueError(f"{text!r} is not a number")
    number = int(match[2], 16 if match[2][:2].lower() == "0x" else 10)
    return -number if match[1] == "-" else number


def _count(text: str, limit: int) -> int:
    number = _integer(text)
    if not 0 <= number <= limit:
        raise ValueError(f"{number} is not between 0 and {limit}")
    return number


def _retval(text: str) -> Retval:
    if text in _RETVALS:
        return _RETVALS[text]
    number = _integer(text)
    if not _S32_MIN <= number < 1 << 32:
        raise ValueError(f"{text} does not fit into 32 bits")
    return Retval(number, any_value=number == _POINTER_VALUE)


def _errno(text: str) -> Errno:
    if text in ERRNOS:
        return Errno(text, ERRNOS[text])
    number = abs(_integer(text)) if text.lstrip("-").isdigit() else 0
    if name := ERRNO_NAMES.get(number):
        return Errno(name, number)
    raise ValueError(f"{text!r} is not an errno")


def _flag(draft: Draft, text: str) -> None:
    name = text.removeprefix("!")
    flag = _FLAGS[name] if name in _FLAGS else _integer(name)
    draft.update_flags(flag, clear=text.startswith("!"))


def _arch(draft: Draft, text: str) -> None:
    if text not in _ARCHES:
        raise ValueError(f"unknown architecture {text!r}; known are {' '.join(_ARCHES)}")
    draft.start_arch(text)


def _jited(draft: Draft, load: LoadDraft, text: str) -> None:
    if draft.jited_arch is None:
        raise ValueError("stands before any __arch_*, so nobody knows whose code it is about")
    load.add_line("jited", parse_pattern(text), draft.jited_arch)


def _caps(draft: Draft, text: str) -> None:
    mask = 0
    for word in text.split(_SEPARATOR):
        mask |= 1 << _count(word.strip(), 63)
    draft.unprivileged.wanted = True
    draft.say("caps_unpriv", mask)


def _jit_condition(draft: Draft, text: str) -> None:
    try:
        draft.say("jit", JitCondition(text))
    except ValueError:
        raise ValueError(f"{text!r} is neither jited nor no_jited") from None


def _split(text: str, count: int) -> list[str]:
    parts = [part.strip() for part in text.split(_SEPARATOR)]
    if len(parts) != count:
        raise ValueError(f"needs {count} parts, not {len(parts)}")
    if not _NAME.match(parts[0]):
        raise ValueError(f"{parts[0]!r} is not the name of a table")
    return parts


def _entry(text: str) -> TableEntry:
    table, key, value = _split(text, 3)
    return TableEntry(table, parse_byte_template(key), parse_byte_template(value))


def _table_count(text: str) -> TableCount:
    table, number = _split(text, 2)
    return TableCount(table, _count(number, _MAX_ENTRIES))


def _tail(text: str) -> TailSlot:
    table, index, name = _split(text, 3)
    return TailSlot(table, _count(index, _MAX_ENTRIES), name)


def _varies(draft: Draft, text: str) -> None:
    if not _NAME.match(text):
        raise ValueError(f"{text!r} is not the name of a table")
    draft.add("varying", text)


def _modes(draft: Draft, text: str) -> None:
    try:
        modes = tuple(Mode.parse(word) for word in text.split())
    except UnknownNameError as error:
        raise ValueError(f"{error.message} ({error.remedy})") from None
    if not modes:
        raise ValueError("names no mode")
    draft.say("modes", modes)


def _endianness(draft: Draft, text: str) -> None:
    order, _, reason = text.partition(_SEPARATOR)
    if order not in ("little", "big") or not reason.strip():
        raise ValueError('write __only_endian("little", "why") or __only_endian("big", "why")')
    draft.say("endianness", Endianness(ByteOrder(order), reason.strip()))


def _kernels(draft: Draft, text: str) -> None:
    ends = [part.strip() for part in text.split(_SEPARATOR)]
    if len(ends) != 2:
        raise ValueError('write __kernels("5.10", "6.1"), or "" for an open end')
    first, last = (parse_version(end) if end else None for end in ends)
    draft.start_overlay(ReleaseRange(first, last))


def _repeat(draft: Draft, text: str) -> None:
    count = _count(text, _MAX_REPEAT)
    if count == 0:
        raise ValueError("0 runs show nothing")
    draft.say("repeat", count)


def _event(draft: Draft, text: str) -> None:
    try:
        draft.add("events", parse_event(text.strip()))
    except UnknownNameError as error:
        raise ValueError(f"{error.message} ({error.remedy})") from None


def _words(name: str) -> _Apply:
    def add(draft: Draft, text: str) -> None:
        if not text.split():
            raise ValueError("is empty")
        for word in text.split():
            draft.add(name, word)

    return add


def _trigger(draft: Draft, text: str) -> None:
    try:
        draft.add("triggers", parse_trigger(text))
    except UsageError as error:
        raise ValueError(error.message) from None


def _text(name: str) -> _Apply:
    def say(draft: Draft, text: str) -> None:
        if not text.strip():
            raise ValueError("is empty")
        draft.say(name, text)

    return say


def _bytes(name: str) -> _Apply:
    def say(draft: Draft, text: str) -> None:
        template: ByteTemplate = parse_byte_template(text)
        draft.say(name, template)

    return say


def _auxiliary(draft: Draft, *, unpriv: bool) -> None:
    load = draft.unprivileged if unpriv else draft.privileged
    load.wanted = True
    draft.say("auxiliary_unpriv" if unpriv else "auxiliary", True)


_MARKS: dict[str, Callable[[Draft], None]] = {
    "test_expect_success": lambda d: d.privileged.expect(accepted=True),
    "test_expect_failure": lambda d: d.privileged.expect(accepted=False),
    "test_expect_success_unpriv": lambda d: d.unprivileged.expect(accepted=True),
    "test_expect_failure_unpriv": lambda d: d.unprivileged.expect(accepted=False),
    "test_auxiliary": lambda d: _auxiliary(d, unpriv=False),
    "test_auxiliary_unpriv": lambda d: _auxiliary(d, unpriv=True),
    "test_log_always": lambda d: d.say("log_always", True),
}

# Keys that exist twice, for the privileged load and with `_unpriv` for the other.
_LOAD_KEYS: dict[str, _ApplyLoad] = {
    "test_expect_msg": lambda _, load, t: load.add_message("messages", parse_pattern(t)),
    # Linux 6.10 and 6.11 only: all of it is an expression.
    "test_expect_regex": lambda _, load, t: load.add_message(
        "messages", parse_pattern(f"{{{{{t}}}}}")
    ),
    "test_expect_not_msg": lambda _, load, t: load.add_message(
        "messages", parse_pattern(t), absent=True
    ),
    "test_expect_xlated": lambda _, load, t: load.add_line("xlated", parse_pattern(t)),
    "test_jited": _jited,
    "test_expect_stderr": lambda _, load, t: load.add_line("stderr", parse_pattern(t)),
    "test_expect_stdout": lambda _, load, t: load.add_line("stdout", parse_pattern(t)),
    "test_retval": lambda _, load, t: load.expect_retval(_retval(t)),
    "bh_errno": lambda _, load, t: load.expect_errno(_errno(t)),
}

_KEYS: dict[str, _Apply] = {
    "test_description": lambda d, t: d.say("description", t),
    "test_log_level": lambda d, t: d.say("log_level", _count(t, 7)),
    "test_prog_flags": _flag,
    "test_arch": _arch,
    "test_caps_unpriv": _caps,
    "load_mode": _jit_condition,
    "test_linear_size": lambda d, t: d.say("linear_size", _count(t, 1 << 16)),
    "test_skip": lambda d, t: d.say("skip", t or "no reason given"),
    "test_btf_path": _text("btf_path"),
    "test_btf_func_path": _text("btf_func_path"),
    "bh_data": _bytes("data"),
    "bh_data_out": _bytes("data_out"),
    "bh_ctx": _bytes("ctx"),
    "bh_put": lambda d, t: d.add("puts", _entry(t)),
    "bh_table": lambda d, t: d.add("entries", _entry(t)),
    "bh_table_entries": lambda d, t: d.add("counts", _table_count(t)),
    "bh_tail": lambda d, t: d.add("tails", _tail(t)),
    "bh_varies": _varies,
    "bh_trace": lambda d, t: d.add("trace", parse_pattern(t)),
    "bh_read": lambda d, t: d.add("reads", parse_pattern(t)),
    "bh_modes": _modes,
    "bh_needs": _words("needs"),
    "bh_only_endian": _endianness,
    "bh_kernels": _kernels,
    "bh_event": _event,
    "bh_trigger": _trigger,
    "bh_tag": _words("labels"),
    "bh_repeat": _repeat,
}
