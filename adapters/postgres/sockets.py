"""Where the server's Unix socket lies."""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

from adapters.postgres.binaries import EmbeddedPostgresError

PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"
LONGEST_NAME = 100
# Not tempfile.gettempdir(): processes with different TMPDIR must find the same socket.
SHORT_ROOT = Path("/tmp")  # noqa: S108


def socket_directory(home: Path) -> Path:
    """``run`` in the home, or a short name for it where a socket's name would be too long (or hold libpq's comma)."""
    inside = home / "run"
    if len(os.fsencode(inside / SOCKET)) < LONGEST_NAME and "," not in str(inside):
        return inside
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return SHORT_ROOT / f"robbie-pg-{digest}"


def make_private(directory: Path, identity: str) -> None:
    """Make a folder that only its owner may enter, owned by who runs the server."""
    directory.mkdir(mode=0o700, exist_ok=True)
    kind, *numbers = identity.split(":")
    us = os.geteuid()
    owner, group = map(int, numbers) if kind == "user" else (us, os.getegid())
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (us, owner):
        raise EmbeddedPostgresError(f"{directory} belongs to somebody else. Remove it, then try again.")
    os.chmod(directory, 0o700)
    if found.st_uid != owner:
        os.chown(directory, owner, group)


def remove_sockets(directory: Path) -> None:
    """Remove the socket that a killed server left, and its lock file."""
    for name in (SOCKET, f"{SOCKET}.lock"):
        (directory / name).unlink(missing_ok=True)


def remove_directory(directory: Path, home: Path) -> None:
    """Leave nothing outside the home when the server has ended."""
    if not directory.is_relative_to(home.resolve()):
        with suppress(OSError):
            directory.rmdir()
