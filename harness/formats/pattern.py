"""Patterns of the selftests' annotations: text with POSIX expressions between `{{` and `}}`.

Translates what regcomp(REG_EXTENDED | REG_NEWLINE) of glibc accepts into Python's dialect, and
refuses the rest, so that a pattern means the same here as in the kernel's own loader.
"""

import re

from harness.values.expectation import Pattern

# The kernel's loader has a buffer of 256 bytes for the escaped pattern (compile_regex).
MAX_LENGTH = 254
# RE_DUP_MAX of glibc is 32767; a selftest has never needed more than two digits.
_MAX_REPEAT = 1000
_ESCAPED_OUTSIDE = ".[]\\()*+?{}|^$"
# GNU extensions that regcomp knows. Python spells the word edges differently.
_BACKSLASH = {
    "w": "[A-Za-z0-9_]",
    "W": "[^A-Za-z0-9_]",
    "s": "[ \\t\\r\\f\\v\\n]",
    "S": "[^ \\t\\r\\f\\v\\n]",
    "b": "\\b",
    "B": "\\B",
    "<": "\\b(?=\\w)",
    ">": "\\b(?<=\\w)",
}
_CLASSES = {
    "alpha": "A-Za-z",
    "digit": "0-9",
    "alnum": "A-Za-z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": " \\t\\r\\f\\v\\n",
    "blank": " \\t",
    "punct": re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    "print": " -~",
    "graph": "!-~",
    "cntrl": "\\x00-\\x1f\\x7f",
    "xdigit": "0-9A-Fa-f",
}
_INTERVAL = re.compile(r"\{(\d*)(,?)(\d*)\}")


def parse_pattern(text: str) -> Pattern:
    """The pattern; raises ValueError if regcomp would refuse it.

    >>> parse_pattern("R{{[0-9]+}} !read_ok").search("1: R9 !read_ok")
    (3, 14)
    """
    if "{{" not in text:
        return Pattern(text)
    expression, length = _translate(text)
    if length > MAX_LENGTH:
        raise ValueError(f"pattern {text!r} is longer than {MAX_LENGTH} characters once escaped")
    try:
        return Pattern(text, re.compile(expression, re.MULTILINE | re.ASCII))
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"pattern {text!r} is not a regular expression: {error}") from None


def _translate(text: str) -> tuple[str, int]:
    """Python's spelling, and how long the POSIX spelling is.

    The loader joins all pieces into one expression before regcomp sees it, so a group or an
    alternative may begin in one pair of braces and end in another.
    """
    posix, rest = "", text
    while rest:
        outside, braces, rest = rest.partition("{{")
        posix += "".join("\\" + c if c in _ESCAPED_OUTSIDE else c for c in outside)
        if braces:
            inside, closing, rest = rest.partition("}}")
            if not closing:
                raise ValueError(f"pattern {text!r} opens {{{{ and does not close it")
            posix += inside
    return _Translator(posix).translate(), len(posix.encode())


def _is_unbounded(token: str) -> bool:
    return token in ("*", "+") or (token.startswith("{") and token.endswith(",}"))


class _Translator:
    """Walks one POSIX extended regular expression; lives for one pattern."""

    def __init__(self, posix: str) -> None:
        self._posix = posix
        self._at = 0
        self._out: list[str] = []
        self._groups: list[int] = []
        self._atom: int | None = None
        """Where in `_out` the thing begins that a quantifier would repeat."""

    def translate(self) -> str:
        while self._at < len(self._posix):
            self._step(self._posix[self._at])
        if self._groups:
            raise ValueError(f"{self._posix!r}: unmatched (")
        return "".join(self._out)

    def _step(self, char: str) -> None:
        match char:
            case "\\":
                self._push_atom(self._escape(), 2)
            case "[":
                self._bracket()
            case "(":
                self._groups.append(len(self._out))
                self._push("(?:")
            case ")" if self._groups:
                self._push(")")
                self._atom = self._groups.pop()
            case "|" | "^" | "$":
                self._push(char)
            case "*" | "+" | "?":
                self._quantify(char, 1)
            case "{":
                self._interval()
            case _:
                self._push_atom("." if char == "." else re.escape(char), 1)

    def _push(self, text: str) -> None:
        self._out.append(text)
        self._atom = None
        self._at += 1

    def _push_atom(self, text: str, length: int) -> None:
        self._atom = len(self._out)
        self._out.append(text)
        self._at += length

    def _escape(self) -> str:
        if self._at + 1 == len(self._posix):
            raise ValueError(f"{self._posix!r}: trailing backslash")
        char = self._posix[self._at + 1]
        if char.isdigit():
            raise ValueError(f"{self._posix!r}: back reference \\{char}")
        return _BACKSLASH.get(char, re.escape(char))

    def _quantify(self, quantifier: str, length: int) -> None:
        if self._atom is None:
            raise ValueError(f"{self._posix!r}: nothing before {quantifier} to repeat")
        # In POSIX `a*?` repeats a repetition; unwrapped, Python would read it as a lazy one.
        atom = self._out[self._atom :]
        if _is_unbounded(quantifier) and any(map(_is_unbounded, atom)):
            raise ValueError(
                f"{self._posix!r}: an unbounded repetition inside another can take for ever"
            )
        self._out[self._atom :] = ["(?:", *atom, quantifier, ")"]
        self._at += length

    def _interval(self) -> None:
        match = _INTERVAL.match(self._posix, self._at)
        if match is None or not (match[1] or match[3]):
            raise ValueError(f"{self._posix!r}: {{ begins no repetition such as {{2,4}}")
        low, comma, high = match.groups()
        if max(int(low or 0), int(high or 0)) > _MAX_REPEAT:
            raise ValueError(f"{self._posix!r}: more than {_MAX_REPEAT} repetitions")
        self._quantify(f"{{{low or '0'}{comma}{high}}}", len(match[0]))

    def _bracket(self) -> None:
        posix, at = self._posix, self._at + 1
        negated = posix.startswith("^", at)
        at += negated
        members = []
        first = True
        while first or not posix.startswith("]", at):
            if at >= len(posix):
                raise ValueError(f"{posix!r}: [ without ]")
            member, at = self._member(at)
            members.append(member)
            first = False
        # REG_NEWLINE: a negated list never matches a newline.
        body = "".join(members)
        text = f"[^{body}\\n]" if negated else f"[{body}]"
        self._push_atom(text, at + 1 - self._at)

    def _member(self, at: int) -> tuple[str, int]:
        posix = self._posix
        if posix.startswith("[:", at):
            name, closing, _ = posix[at + 2 :].partition(":]")
            if not closing or name not in _CLASSES:
                raise ValueError(f"{posix!r}: unknown character class")
            return _CLASSES[name], at + 4 + len(name)
        if posix.startswith(("[.", "[="), at):
            raise ValueError(f"{posix!r}: collating elements are not supported")
        is_range = posix[at + 1 : at + 2] == "-" and posix[at + 2 : at + 3] not in ("", "]")
        if is_range:
            return f"{re.escape(posix[at])}-{re.escape(posix[at + 2])}", at + 3
        return re.escape(posix[at]), at + 1
