"""Machines that are not ours to boot: reached over SSH, watched, left as they were found."""
