"""The one tree of errors, and the exit code that each branch ends a process with.

    HarnessError
    ├── UsageError                 the user's input: exit code 2
    │   ├── UnknownNameError       an architecture, kernel, mode, event or filter nobody knows
    │   │   └── NoPackageError     a kernel that the archive does not have for this architecture
    │   ├── CompileError           C that clang refuses; carries clang's own message
    │   ├── ObjectError            an object file that is not one, or not one of ours
    │   ├── AnnotationError        malformed or contradictory expectations above a program
    │   ├── CaseError              a case file that cannot be collected
    │   └── KernelError            an image, package or configuration that cannot be booted
    │       └── BuildError         a source tree that cannot be configured or compiled
    └── InfrastructureError        our side of the fence: exit code 3, outcome BROKEN
        ├── MissingToolError       a program or package this machine lacks; carries the remedy
        ├── DownloadError          the archive did not deliver what its signed lists promise
        ├── ReportError            the report directory cannot be written
        ├── BootError              QEMU or the guest did not come up
        ├── TargetError            a machine that is not ours to boot cannot be used
        │   └── UnreachableError   nothing answers there as SSH does; that may change
        └── GuestError             a guest that was up
            ├── ChannelError       the byte stream ended
            │   ├── SilenceError   nothing came before the deadline
            │   └── ProtocolError  the bytes are not the wire protocol
            ├── AgentError         the agent could not serve a request; carries errno
            └── RefusedError       the kernel refused what had to succeed; carries errno

A refusal by the verifier is a result, never an error. RefusedError is for calls that promise to
succeed (attach, table add); a trial in which it is raised has FAILED, it is not BROKEN.
"""


class HarnessError(Exception):
    """Root of all errors; the message says what was tried, what came back and the remedy.

    >>> str(HarnessError("no kernel", remedy="give --kernel"))
    'no kernel\\n  remedy: give --kernel'
    """

    exit_code = 3

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        if self.remedy is None:
            return self.message
        return f"{self.message}\n  remedy: {self.remedy}"


class UsageError(HarnessError):
    """The command line, a case or a file the user named is wrong."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is in no table; the message lists the names that are."""


class NoPackageError(UnknownNameError):
    """The archive has no such kernel for the architecture; it may have it for others."""

    def __init__(self, message: str, exist: tuple[str, ...], *, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.exist = exist
        """What there is instead: series, or releases of the series that was named."""


class CompileError(UsageError):
    """clang refused a source file; the message is clang's own, with the line."""


class ObjectError(UsageError):
    """The object file is not ELF, truncated, for another machine, or holds no programs."""


class AnnotationError(UsageError):
    """The expectation above a program cannot be read, or contradicts itself."""


class CaseError(UsageError):
    """A path, selection or scenario from which no case can be made."""


class KernelError(UsageError):
    """What the user named as a kernel cannot be booted by us."""


class BuildError(KernelError):
    """The user's kernel source tree cannot be configured or compiled; carries make's own words."""


class InfrastructureError(HarnessError):
    """This machine or our own tools failed; never the kernel under test."""

    exit_code = 3


class MissingToolError(InfrastructureError):
    """A program, library or permission that this machine lacks."""


class DownloadError(InfrastructureError):
    """A package could not be fetched, or is not what the signed lists promise."""


class GoneError(DownloadError):
    """The lists name a package that the mirror does not have (any more)."""


class ReportError(InfrastructureError):
    """The report directory cannot be written, for example because the disk is full."""


class BootError(InfrastructureError):
    """QEMU did not start, or the guest did not become ready before its deadline."""


class TargetError(InfrastructureError):
    """A machine that is not ours to boot lets nobody in, or is not fit to run cases."""


class UnreachableError(TargetError):
    """Nothing answers there as SSH does; that may change."""


class KilledError(BootError):
    """QEMU was killed or stopped from outside while its guest started."""


class GuestError(InfrastructureError):
    """A running guest stopped serving us."""


class ChannelError(GuestError):
    """The byte stream to the agent ended."""


class SilenceError(ChannelError):
    """The stream is open, but nothing came, or nothing was taken, before the deadline."""


class ProtocolError(ChannelError):
    """The guest sent bytes that are not the wire protocol; nothing after them counts."""


class AgentError(GuestError):
    """The agent is alive but could not serve one request; carries its errno."""

    def __init__(self, message: str, errno: int, *, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.errno = errno


class RefusedError(GuestError):
    """The kernel refused an operation that the caller said must succeed; carries its errno."""

    def __init__(self, message: str, errno: int, *, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.errno = errno
