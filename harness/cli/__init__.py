"""The commands of bpf-harness: arguments in, exit code out."""
