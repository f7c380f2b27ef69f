"""Values that every layer shares: no I/O, no knowledge of QEMU, ELF or pytest."""
