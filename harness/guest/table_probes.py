"""Finding out in a guest which tables its kernel can make, and what user space can do with them."""

from harness.formats.btf_bytes import byte_types
from harness.guest.descriptors import DescriptorKind
from harness.guest.guest import Guest
from harness.guest.tables import Table
from harness.values.arch import ByteOrder
from harness.values.errors import RefusedError
from harness.values.feature import OperationProbe, TableProbe
from harness.values.table_row import Operation
from harness.values.table_spec import TableSpec

# enum bpf_map_type
_ARRAY = 2


class TableProber:
    """Makes tables in one guest, in whatever mode it is."""

    def __init__(self, guest: Guest, order: ByteOrder) -> None:
        self._guest = guest
        self._order = order

    def has(self, probe: TableProbe | OperationProbe) -> bool:
        """Whether the table can be made, and the operation is served."""
        try:
            table = self.create(probe if isinstance(probe, TableProbe) else probe.table)
        except RefusedError:
            return False
        try:
            return isinstance(probe, TableProbe) or self._serves(table, probe)
        except RefusedError:
            return False
        finally:
            table.close()

    def create(self, probe: TableProbe) -> Table:
        """Raises TableError."""
        pattern = TableSpec("pattern", _ARRAY, 4, 4, 1) if probe.of_tables else None
        types = byte_types(probe.value_size, self._order) if probe.with_types else b""
        spec = TableSpec(
            "probe",
            probe.type,
            probe.key_size,
            probe.value_size,
            probe.entries,
            probe.flags,
            extra=probe.extra,
            types=types,
            inner=pattern,
        )
        table = Table.create(self._guest.connection, spec)
        if probe.frozen:
            table.freeze()
        return table

    def _serves(self, table: Table, probe: OperationProbe) -> bool:
        if probe.owner:
            owner = self._guest.descriptor(DescriptorKind(probe.owner))
            table.add(owner, bytes(table.value_size))
            owner.close()
            return True
        key, value = bytes(probe.table.key_size), bytes(table.value_size)
        table.add(key, value)
        match probe.operation:
            case Operation.UPDATE:
                table.add(key, bytes(probe.table.value_size), probe.flags)
                return True
            case Operation.TAKE:
                return table.take(key) is not None
            case Operation.LOOKUP_BATCH:
                table.add_batch([(key, value)])
                return True
            case operation:
                raise ValueError(f"nobody knows how to probe for {operation}")
