"""The first question to an agent: who it is, and which kernel it runs on."""

import secrets

from harness.channels.client import AgentClient
from harness.formats.wire import VERSION
from harness.values.deadline import Deadline
from harness.values.errors import ProtocolError
from harness.vm.running import Identity


def say_hello(
    client: AgentClient, build: str, deadline: Deadline, *, holder: str, remedy: str
) -> Identity:
    """Raises ProtocolError if another agent than that build answers.

    `holder` is who has it, with a verb ("the image holds"); the `remedy` is for that case.
    """
    nonce = secrets.token_bytes(16)
    reply = client.call("hello", deadline, version=VERSION, nonce=nonce)
    if reply.data("nonce") != nonce:
        raise ProtocolError("the agent answered hello with another nonce than it was given")
    if (answered := reply.text("agent")) != build:
        raise ProtocolError(f"{holder} agent {answered}, not {build}", remedy=remedy)
    return Identity(
        release=reply.text("release"),
        uname_version=reply.text("uname_version"),
        machine=reply.text("machine"),
        boot_id=reply.text("boot_id"),
        cpus=reply.integer("cpus"),
        page_size=reply.integer("page_size"),
        stext=reply.integer("stext"),
        spin_ns=reply.integer("spin_ns"),
        nonce=nonce.hex(),
    )
