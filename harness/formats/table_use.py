"""Which tables of an object its filters can reach: those that its code is relocated to."""

from collections.abc import Iterable, Sequence

from harness.formats.elf import Elf, Function, Relocation, Symbol

_SUBPROGRAMS = ".text"
_TABLES = ".maps"


class TableUse:
    """Answers for one object with these tables, those that are made of sections among them."""

    def __init__(self, elf: Elf, tables: Sequence[str]) -> None:
        self._tables = tables
        self._names = {section.index: section.name for section in elf.sections}
        self._places = {
            section.index: elf.relocations(section.index)
            for section in elf.sections
            if section.executable or section.name == _TABLES
        }
        self._inner = self._inner_tables(elf)
        self._of_subprograms = self._reached(self._places_in(elf, _SUBPROGRAMS))

    def of(self, function: Function) -> tuple[str, ...]:
        """Names of the tables that a filter can reach, in the object's order.

        One that calls any function is taken to reach what all functions of the object do.
        """
        end = function.offset + function.size
        places = [
            place
            for place in self._places.get(function.section, ())
            if function.offset <= place.offset < end
        ]
        found = self._reached(places)
        if any(self._section(place.symbol) == _SUBPROGRAMS for place in places):
            found |= self._of_subprograms
        return tuple(name for name in self._tables if name in found)

    def _places_in(self, elf: Elf, name: str) -> tuple[Relocation, ...]:
        section = elf.section(name)
        return () if section is None else self._places.get(section.index, ())

    def _section(self, symbol: Symbol) -> str | None:
        return None if symbol.section is None else self._names.get(symbol.section)

    def _reached(self, places: Iterable[Relocation]) -> set[str]:
        found: set[str] = set()
        for place in places:
            section = self._section(place.symbol)
            name = place.symbol.name if section == _TABLES else section
            if name is not None and name != _SUBPROGRAMS:
                found |= {name} | self._inner.get(name, set())
        return found

    def _inner_tables(self, elf: Elf) -> dict[str, set[str]]:
        """For each table of tables those that its definition puts into slots."""
        tables = [one for one in elf.symbols if self._section(one) == _TABLES and one.name]
        inner: dict[str, set[str]] = {}
        for place in self._places_in(elf, _TABLES):
            for outer in tables:
                if outer.offset <= place.offset < outer.offset + outer.size:
                    inner.setdefault(outer.name, set()).add(place.symbol.name)
        return inner
