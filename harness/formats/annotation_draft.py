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
    Overlay,
    Pattern,
    Retval,
)
from harness.values.release import ReleaseRange

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

    def finish(self, *parents: "LoadDraft") -> LoadExpectation:
        """The expectation, with what was not said taken from the nearest parent that says it."""
        said = (self, *parents)
        accepted = next((d.accepted for d in said if d.accepted is not None), True)
        self._check(accepted)
        names = ("messages", *_LINE_LISTS)
        lists = {n: next((tuple(d.lists[n]) for d in said if n in d.lists), ()) for n in names}
        # An errno belongs to the result it was said with.
        result = next((d for d in said if d.accepted is not None or d.errno is not None), self)
        retval = next((d.retval for d in said if d.retval is not None), None)
        return LoadExpectation(
            accepted=accepted,
            errno=None if accepted else result.errno,
            retval=retval if accepted else None,
            **lists,
        )

    def _check(self, accepted: bool) -> None:
        if self.errno is not None and accepted:
            raise ValueError(f"__errno({self.errno}) without __failure of the same load")
        if self.retval is not None and self.accepted is False:
            raise ValueError(f"__retval({self.retval}) of a load that is expected to fail")


@dataclass(slots=True)
class Loads:
    """What was said of both loads, everywhere or on a range of releases."""

    privileged: LoadDraft = field(default_factory=LoadDraft)
    unprivileged: LoadDraft = field(default_factory=LoadDraft)


@dataclass(slots=True)
class Draft:
    """Everything said above one filter so far."""

    jited_arch: str | None = None
    """The last __arch_* seen: what __jited lines after it are about."""

    _base: Loads = field(default_factory=Loads)
    _overlays: list[tuple[ReleaseRange, Loads]] = field(default_factory=list)
    _said: dict[str, Any] = field(default_factory=dict)

    @property
    def privileged(self) -> LoadDraft:
        """What the next annotation of the privileged load is added to."""
        return self._loads.privileged

    @property
    def unprivileged(self) -> LoadDraft:
        return self._loads.unprivileged

    @property
    def _loads(self) -> Loads:
        return self._overlays[-1][1] if self._overlays else self._base

    def start_overlay(self, releases: ReleaseRange) -> None:
        """__kernels: what follows is about these releases only."""
        for other, _ in self._overlays:
            if releases.overlaps(other):
                raise ValueError(f"{releases} overlaps {other}, said before")
        self._overlays.append((releases, Loads()))

    def say(self, name: str, value: object) -> None:
        """A field of the Expectation that can be said once, or again with the same value."""
        self._refuse_overlay()
        if name in self._said and self._said[name] != value:
            raise ValueError(f"contradicts an earlier annotation, which said {self._said[name]!r}")
        self._said[name] = value

    def add(self, name: str, value: object) -> None:
        """One more entry of a field that is a tuple."""
        self._refuse_overlay()
        self._said[name] = (*self._said.get(name, ()), value)

    def update_flags(self, flag: int, *, clear: bool) -> None:
        """The later of set and clear wins, as in the kernel's loader."""
        self._refuse_overlay()
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
        base = self._base
        unprivileged = None
        if base.unprivileged.wanted:
            unprivileged = base.unprivileged.finish(base.privileged)
        privileged = None
        if base.privileged.wanted or unprivileged is None:
            privileged = base.privileged.finish()
        done = replace(
            Expectation(),
            privileged=privileged,
            unprivileged=unprivileged,
            overlays=tuple(
                self._finish_overlay(releases, loads) for releases, loads in self._overlays
            ),
            **self._said,
        )
        _check_effects(done)
        return done

    def _finish_overlay(self, releases: ReleaseRange, loads: Loads) -> Overlay:
        base = self._base
        if not (loads.privileged.wanted or loads.unprivileged.wanted):
            raise ValueError(f"__kernels says nothing of the releases {releases}")
        if loads.unprivileged.wanted and not base.unprivileged.wanted:
            raise ValueError(f"__kernels {releases} is about an unprivileged load that is no test")
        privileged = _finish_on(loads.privileged, base.privileged)
        said = (loads.privileged, base.privileged)
        return Overlay(
            releases, privileged, _finish_on(loads.unprivileged, base.unprivileged, *said)
        )

    def _refuse_overlay(self) -> None:
        if self._overlays:
            raise ValueError("only what a load gives can follow __kernels: put it before")


def _finish_on(load: LoadDraft, *parents: LoadDraft) -> LoadExpectation:
    """Messages and the like go with a result: where it is another one, nothing is taken over."""
    merged = load.finish(*parents)
    same = merged.accepted is parents[0].finish(*parents[1:]).accepted
    return merged if same else load.finish()


def _check_effects(done: Expectation) -> None:
    loads = [load for load in (done.privileged, done.unprivileged) if load is not None]
    older = [overlay.privileged for overlay in done.overlays]
    runs = done.attaches or bool(done.data or done.data_out or done.ctx or done.entries)
    runs = runs or bool(done.counts or done.trace)
    if runs and not any(load.accepted for load in loads):
        raise ValueError("a filter that is refused cannot be run, and leaves nothing to look at")
    if done.events and not done.attaches:
        raise ValueError("__event without __trigger or __read: nothing would make it happen")
    if done.attaches and any(load.retval is not None for load in loads + older):
        raise ValueError("__trigger attaches the filter, and nobody sees the __retval of it then")
    if done.attaches and (done.data or done.data_out or done.ctx):
        raise ValueError("__trigger attaches the filter; __data, __ctx and __data_out are for runs")
