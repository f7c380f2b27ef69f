"""Bytes in, values out: formats that others defined and the wire protocol. No I/O."""
