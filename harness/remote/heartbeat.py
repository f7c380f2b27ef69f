"""What tells an agent that its host is there, when there is nothing to say.

A connection that is cut in silence, by a filter or by the network, is seen by neither end of it.
"""

import threading

from harness.channels.ssh_channel import SshChannel
from harness.formats.wire import BEAT
from harness.values.errors import ChannelError


class Heartbeat:
    """A beat every `every_s` seconds, until it is closed or the channel ends."""

    def __init__(self, channel: SshChannel, every_s: float) -> None:
        self._channel = channel
        self._every_s = every_s
        self._closed = threading.Event()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def _beat(self) -> None:
        while not self._closed.wait(self._every_s):
            try:
                self._channel.send_aside(BEAT)
            except ChannelError:
                return

    def close(self) -> None:
        """No beat is begun any more; one that is under way is not waited for."""
        self._closed.set()
