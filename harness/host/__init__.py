"""This machine: its cache folder, its packages, its apt. Knows nothing of kernels or guests."""
