"""An expectation while it is being read: what was said so far, and what follows from it at the end.

Knows the rules between annotations (inheritance, contradictions); not how one is spelt.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from harness.values.expectation import (
    Errno,
    Expectation,
    LoadExpectation,
    Message,
    Pattern,
    Retval,
)

_ANYWHERE = "..."
# Lists of LoadExpectation whose entries must stand on consecutive lines.
_LINE_LISTS = ("xlated", "jited", "stderr", "stdout")


@dataclass(slots=True)
class LoadDraft:
    """What the annotations say of one of the two loads, privileged or not."""

    wanted: bool = False
    accepted: bool | None = None
    errno: Errno | None = None
    retval: Retval | None = None
    lists: dict[str, list[Message]] = field(default_factory=dict)
    _next_line: dict[str, bool] = field(default_factory=dict)

    def expect(self, *, accepted: bool) -> None:
        """__success or __failure."""
        self.wanted = True
        if self.accepted is not None and self.accepted is not accepted:
            raise ValueError("the same load is expected to succeed and to fail")
        self.accepted = accepted

    def expect_errno(self, errno: Errno) -> None:
        self.wanted = True
        if self.errno is not None and self.errno != errno:
            raise ValueError(f"contradicts __errno({self.errno})")
        self.errno = errno

    def expect_retval(self, retval: Retval) -> None:
        self.wanted = True
        if self.retval is not None and self.retval != retval:
            raise ValueError(f"contradicts __retval({self.retval})")
        self.retval = retval

    def add_message(self, name: str, pattern: Pattern, *, absent: bool = False) -> None:
        """A pattern of the verifier log."""
        self.wanted = True
        self.lists.setdefault(name, []).append(Message(pattern, absent=absent))

    def add_line(self, name: str, pattern: Pattern, arch: str | None = None) -> None:
        """A line that follows the one before it, unless the pattern `...` stands between."""
        self.wanted = True
        if pattern.text == _ANYWHERE:
            self._next_line[name] = False
            return
        message = Message(pattern, on_next_line=self._next_line.get(name, True), arch=arch)
        self.lists.setdefault(name, []).append(message)
        self._next_line[name] = True

    def restart_lines(self, name: str) -> None:
        """Forgets a `...`: another architecture's lines begin."""
        self._next_line[name] = True

    def finish(self, parent: "LoadDraft | None") -> LoadExpectation:
        """The expectation, with what was not said taken from the privileged load."""
        self._check()
        said = [self] if parent is None else [self, parent]
        accepted = next((d.accepted for d in said if d.accepted is not None), True)
        names = ("messages", *_LINE_LISTS)
        lists = {n: next((tuple(d.lists[n]) for d in said if n in d.lists), ()) for n in names}
        own_result = parent is None or self.accepted is not None or self.errno is not None
        errno = self.errno if own_result else parent.errno if parent else None
        retval = next((d.retval for d in said if d.retval is not None), None)
        return LoadExpectation(
            accepted=accepted,
            errno=None if accepted else errno,
            retval=retval if accepted else None,
            **lists,
        )

    def _check(self) -> None:
        if self.errno is not None and self.accepted is not False:
            raise ValueError(f"__errno({self.errno}) without __failure of the same load")
        if self.retval is not None and self.accepted is False:
            raise ValueError(f"__retval({self.retval}) of a load that is expected to fail")


@dataclass(slots=True)
class Draft:
    """Everything said above one filter so far."""

    privileged: LoadDraft = field(default_factory=LoadDraft)
    unprivileged: LoadDraft = field(default_factory=LoadDraft)
    jited_arch: str | None = None
    """The last __arch_* seen: what __jited lines after it are about."""

    _said: dict[str, Any] = field(default_factory=dict)

    def say(self, name: str, value: object) -> None:
        """A field of the Expectation that can be said once, or again with the same value."""
        if name in self._said and self._said[name] != value:
            raise ValueError(f"contradicts an earlier annotation, which said {self._said[name]!r}")
        self._said[name] = value

    def add(self, name: str, value: object) -> None:
        """One more entry of a field that is a tuple."""
        self._said[name] = (*self._said.get(name, ()), value)

    def update_flags(self, flag: int, *, clear: bool) -> None:
        """The later of set and clear wins, as in the kernel's loader."""
        wins, loses = ("flags_clear", "flags_set") if clear else ("flags_set", "flags_clear")
        self._said[wins] = self._said.get(wins, 0) | flag
        self._said[loses] = self._said.get(loses, 0) & ~flag

    def start_arch(self, arch: str) -> None:
        """__arch_*: one more architecture, and the subject of __jited from here on."""
        self.add("arches", arch)
        self.jited_arch = arch
        self.privileged.restart_lines("jited")
        self.unprivileged.restart_lines("jited")

    def finish(self) -> Expectation:
        """The expectation; raises ValueError if the annotations contradict each other."""
        unprivileged = None
        if self.unprivileged.wanted:
            unprivileged = self.unprivileged.finish(self.privileged)
        privileged = None
        if self.privileged.wanted or unprivileged is None:
            privileged = self.privileged.finish(None)
        done = replace(
            Expectation(), privileged=privileged, unprivileged=unprivileged, **self._said
        )
        _check_effects(done)
        return done


def _check_effects(done: Expectation) -> None:
    loads = [load for load in (done.privileged, done.unprivileged) if load is not None]
    runs = done.attaches or bool(done.data or done.data_out or done.ctx or done.entries)
    runs = runs or bool(done.counts or done.trace)
    if runs and not any(load.accepted for load in loads):
        raise ValueError("a filter that is refused cannot be run, and leaves nothing to look at")
    if done.attaches and any(load.retval is not None for load in loads):
        raise ValueError("__trigger attaches the filter, and nobody sees the __retval of it then")
    if done.attaches and (done.data or done.data_out or done.ctx):
        raise ValueError("__trigger attaches the filter; __data, __ctx and __data_out are for runs")
