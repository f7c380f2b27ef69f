"""What QEMU is told: pure functions from values to an argument vector."""
