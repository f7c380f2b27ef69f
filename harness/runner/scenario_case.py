"""The cases of the kind that is a Python scenario."""

import importlib.util
import linecache
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.guest.guest import Guest
from harness.runner.cases import Seen
from harness.scenario import Bench, Compile, ScenarioSpec
from harness.values.arch import Arch
from harness.values.case import CaseId
from harness.values.errors import CaseError, HarnessError, RefusedError
from harness.values.mode import Mode
from harness.values.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class ScenarioCase:
    """One function of a scenario file."""

    id: CaseId
    spec: ScenarioSpec
    source: Path
    arch: Arch
    compile: Compile

    @property
    def modes(self) -> tuple[Mode, ...]:
        return self.spec.modes

    @property
    def needs(self) -> tuple[str, ...]:
        return self.spec.needs

    def at_once(self, guest: Guest) -> bool:
        """A scenario goes by what it has seen."""
        return False

    def start(self, guest: Guest, mode: Mode) -> Callable[[], Seen]:
        """For the protocol's sake."""
        return lambda: self.run(guest, mode)

    def run(self, guest: Guest, mode: Mode) -> Seen:
        """Call the function; an assertion or a refused operation is a failure.

        Any other exception but those of our own tree is an error in the scenario itself.
        """
        guest.connection.forget()
        verdict = self._verdict(guest, mode)
        return Seen(verdict, touched=guest.connection.touched())

    def _verdict(self, guest: Guest, mode: Mode) -> Verdict:
        bench = Bench(guest, self.arch, mode, self.source.parent, self.compile)
        try:
            self.spec.function(bench)
        except AssertionError as error:
            return _failed(error, self.source)
        except RefusedError as error:
            return Verdict(Outcome.FAILED, error.message.partition("\n")[0])
        except HarnessError:
            raise
        except (Exception, SystemExit) as error:
            where = _line_in(error, self.source)
            raise CaseError(f"{self.id}: {type(error).__name__}: {error} ({where})") from error
        return Verdict(Outcome.PASSED, "as expected")


def _failed(error: AssertionError, source: Path) -> Verdict:
    where = _line_in(error, source)
    lines = str(error).splitlines() or ["assertion failed"]
    return Verdict(Outcome.FAILED, f"{lines[0]} ({where})", tuple(lines[1:]))


def _line_in(error: BaseException, source: Path) -> str:
    """`storm.py:12: assert x == y`: the innermost line of the scenario's own file."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename) == source
    ]
    if not frames:
        return source.name
    number = frames[-1].lineno or 0
    return f"{source.name}:{number}: {linecache.getline(str(source), number).strip()}"


def read_scenarios(source: Path) -> tuple[ScenarioSpec, ...]:
    """The scenarios of a Python file, in its order; raises CaseError if it cannot be imported."""
    name = f"bpf_harness_scenario_{source.stem}_{abs(hash(source))}"
    spec = importlib.util.spec_from_file_location(name, source)
    if spec is None or spec.loader is None:
        raise CaseError(f"{source} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        where = _line_in(error, source)
        raise CaseError(f"{source}: {type(error).__name__}: {error} ({where})") from error
    found = tuple(value for value in vars(module).values() if isinstance(value, ScenarioSpec))
    if not found:
        raise CaseError(
            f"{source} holds no scenario", remedy="decorate a function with @scenario()"
        )
    return found
