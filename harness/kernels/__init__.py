"""From what the user calls a kernel to files that can be booted."""
