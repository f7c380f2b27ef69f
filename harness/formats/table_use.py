"""Which tables of an object its filters can reach: those that its code is relocated to."""

from collections import defaultdict

from harness.formats.elf import Elf, Function, Symbol

_SUBPROGRAMS = ".text"
_TABLES = ".maps"


class TableUse:
    """Answers for one object."""

    def __init__(self, elf: Elf) -> None:
        self._names = {section.index: section.name for section in elf.sections}
        self._tables = [s for s in elf.symbols if self._section(s) == _TABLES and s.name]
        self._places: dict[str, list[tuple[int, int, Symbol]]] = defaultdict(list)
        for one in elf.relocations:
            name = self._names.get(one.section, "")
            self._places[name].append((one.section, one.offset, one.symbol))
        self._inner = self._inner_tables()
        self._of_subprograms = self._reached([s for _, _, s in self._places[_SUBPROGRAMS]])

    def of(self, function: Function) -> frozenset[str]:
        """Names of the tables that a filter can reach, and of sections that become tables.

        One that calls any function is taken to reach what all functions of the object do.
        """
        end = function.offset + function.size
        symbols = [
            symbol
            for section, offset, symbol in self._places[self._names[function.section]]
            if section == function.section and function.offset <= offset < end
        ]
        found = self._reached(symbols)
        if any(self._section(symbol) == _SUBPROGRAMS for symbol in symbols):
            found |= self._of_subprograms
        return frozenset(found)

    def _section(self, symbol: Symbol) -> str | None:
        return None if symbol.section is None else self._names.get(symbol.section)

    def _reached(self, symbols: list[Symbol]) -> set[str]:
        found: set[str] = set()
        for symbol in symbols:
            section = self._section(symbol)
            name = symbol.name if section == _TABLES else section
            if name is not None and name != _SUBPROGRAMS:
                found |= {name} | self._inner.get(name, set())
        return found

    def _inner_tables(self) -> dict[str, set[str]]:
        """For each table of tables those that its definition puts into slots."""
        inner: dict[str, set[str]] = {}
        for _, offset, symbol in self._places[_TABLES]:
            for outer in self._tables:
                if outer.offset <= offset < outer.offset + outer.size:
                    inner.setdefault(outer.name, set()).add(symbol.name)
        return inner
