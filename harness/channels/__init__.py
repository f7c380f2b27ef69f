"""Byte streams to the agent, and the client that speaks the wire protocol over one."""
