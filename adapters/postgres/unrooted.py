"""Run a program as somebody who is not root, as PostgreSQL demands, and optionally let it outlive its parent.

Run by path, without the rest of the package: ``python -IS unrooted.py [--detach] IDENTITY PROGRAM [ARGUMENT...]``,
where IDENTITY is one of

- ``same``: as the caller;
- ``namespace:UID:GID``: in a user namespace that shows the caller as UID. Outside of it nothing changes: what it
  writes belongs to the caller, and it reaches what the caller owns;
- ``user:UID:GID``: as that user.
"""

from __future__ import annotations

import ctypes
import os
import sys

CLONE_NEWUSER = 0x10000000


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _enter_namespace(uid: int, gid: int) -> None:
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "unshare"):
        raise OSError("this system has no user namespaces")
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespace refused")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1")
    _write("/proc/self/gid_map", f"{gid} {outer_gid} 1")


def _become_user(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _assume(identity: str) -> None:
    kind, _, numbers = identity.partition(":")
    if kind == "same":
        return
    uid, gid = map(int, numbers.split(":"))
    {"namespace": _enter_namespace, "user": _become_user}[kind](uid, gid)


def _detach() -> None:
    """Go on in a child that no signal for the caller's terminal or process group reaches."""
    if os.fork():
        os._exit(0)
    os.setsid()


def main(arguments: list[str]) -> None:
    """Become, detach, execute; returns only by an error."""
    detach = arguments[0] == "--detach"
    identity, *command = arguments[detach:]
    os.umask(0o077)
    os.chdir("/")
    _assume(identity)
    if detach:
        _detach()
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        sys.exit(f"{' '.join(sys.argv[1:4])}: {error}")
