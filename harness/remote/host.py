"""The way to a machine: a connection that is kept, and made anew when the machine comes back."""

import threading

from harness.channels.ssh_session import SshSession
from harness.remote.facts import Facts, posix, read_facts
from harness.values.deadline import Deadline
from harness.values.errors import TargetError, UnreachableError
from harness.values.ssh_address import Credentials, SshAddress

# For one attempt, and between two.
_ATTEMPT_S = 60.0
_PAUSE_S = 1.0

_ASK_S = 30.0

_MAX_LOG = 64 * 1024


class RemoteHost:
    """Connects to one machine; safe to use from several threads."""

    def __init__(self, address: SshAddress, credentials: Credentials, wait_s: float) -> None:
        """`wait_s`: how long the machine may take to come back after it was lost."""
        self.address = address
        self._credentials = credentials
        self.wait_s = wait_s
        self._lock = threading.Lock()
        self._session: SshSession | None = None
        self._given_up = threading.Event()
        self._gone: TargetError | None = None

    def connect(self, deadline: Deadline) -> SshSession:
        """The open connection, or a new one; one attempt."""
        with self._lock:
            if self._session is not None and self._session.is_open:
                return self._session
            self._session = None
            session = SshSession.connect(
                self.address, self._credentials, deadline.sooner(_ATTEMPT_S)
            )
            self._session = session
            return session

    def look(self) -> Facts:
        """What the machine is now, over a connection that works; raises TargetError."""
        deadline = Deadline.after(_ASK_S)
        return read_facts(self.connect(deadline), self.address, deadline)

    def kernel_said(self, word: str) -> bool:
        """Whether it stands in the kernel log, as far as that goes back; raises TargetError."""
        deadline = Deadline.after(_ASK_S)
        session = self.connect(deadline)
        return session.run(posix(f"dmesg | grep -F {word}"), deadline, _MAX_LOG).status == 0

    def drop(self) -> None:
        """Close the connection, which may be half dead; the next one is new."""
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.close()

    def wait(self) -> Facts:
        """Until the machine answers, which it may do after a reboot; raises TargetError if not.

        One that did not come back once is asked only once each time.
        """
        deadline = Deadline.after(0.0 if self._gone else self.wait_s)
        while True:
            try:
                facts = self.look()
            except UnreachableError as error:
                self.drop()
                if deadline.expired:
                    raise self._lost(error) from error
                if self._given_up.wait(_PAUSE_S):
                    raise TargetError("the run is being ended") from error
            else:
                self._gone = None
                return facts

    def _lost(self, error: UnreachableError) -> TargetError:
        if self._gone is None:
            self._gone = TargetError(
                f"{self.address} did not come back within {self.wait_s:.0f} s: {error.message}",
                remedy="reset it by hand; sysctl kernel.panic=10 makes a kernel reboot by itself",
            )
        return self._gone

    def give_up(self) -> None:
        """Wait no more, and end what is under way: its user sees its channel close."""
        self._given_up.set()
        self.drop()

    def close(self) -> None:
        self.give_up()
