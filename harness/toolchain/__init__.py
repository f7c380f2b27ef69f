"""From C sources to binaries for a target, with one clang and unpacked target packages."""
