"""The command that puts the agent on a machine, runs it there, and leaves nothing of it."""

from hashlib import sha256

from harness.remote.facts import posix

# Exit statuses of our own; what they mean is for whoever reads the message, which comes first.
_NO_FOLDER, _ENDED, _DAMAGED = 90, 91, 92


def agent_command(agent: bytes, name: str, patience_s: int) -> str:
    """Reads the agent from its input, checks it, and becomes it for all that matters.

    `name` is the folder's, up to what mktemp adds.

    The folder is private (mktemp, umask) and goes with this command, whatever ends it; once the
    agent runs it is gone already (guest_images/agent/stdio.c). `cat` would read to the end of the
    input, and sftp is not everywhere: dropbear has none. Without a trap, to complain on a
    connection that was cut would end the shell by SIGPIPE, before it has cleared away. The agent
    gives its host up when nothing has come from it for `patience_s`, and says so in the kernel log,
    with the folder.
    """
    digest = sha256(agent).hexdigest()
    return posix(
        "umask 077; "
        f'd=$(mktemp -d "${{TMPDIR:-/tmp}}/{name}.XXXXXX") || exit {_NO_FOLDER}; '
        f"trap 'rm -rf \"$d\"' EXIT; trap 'exit {_ENDED}' HUP INT TERM PIPE; "
        f'head -c {len(agent)} >"$d/agent"; '
        f'h=$(sha256sum <"$d/agent"); '
        f'if [ "${{h%% *}}" != {digest} ]; then '
        f"echo 'bpf-harness: the agent arrived damaged' >&2; exit {_DAMAGED}; fi; "
        f'chmod 700 "$d/agent"; "$d/agent" --stdio "$d" {patience_s}'
    )
