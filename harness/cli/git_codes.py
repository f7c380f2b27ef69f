"""What exit codes mean to `git bisect run`."""

STEP = "bisect-step"
CANNOT_TELL = 125


def git_exit_code(code: int) -> int:
    """What git may see of an exit code: any other than 0, 1 and 125 it would take for a verdict."""
    return code if code in (0, 1) else CANNOT_TELL
