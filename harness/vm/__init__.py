"""One running QEMU: its process, monitor, console and the client of the agent inside."""
