"""As whom PostgreSQL runs: it refuses root, and a user who has no name."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.postgres import unrooted
from adapters.postgres.binaries import EmbeddedPostgresError, program

SHIM = Path(unrooted.__file__).resolve()
KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def choose(home: Path) -> str:
    """The first identity, in the words of ``unrooted``, under which PostgreSQL runs and reaches the home.

    Hands the home over to a user when PostgreSQL must become that user.
    """
    reasons = []
    for identity in _candidates(home):
        problem = _problem(identity, home)
        if problem is None:
            return identity
        reasons.append(problem)
    raise EmbeddedPostgresError(
        "PostgreSQL refuses to run as root or as a user without a name, and no other identity works here:\n  "
        + "\n  ".join(reasons)
        + f"\nRun Robbie as an ordinary user, or put it and {home} where every user may read (not under /root), "
        "or set DATABASE_URL to a PostgreSQL server with pgvector."
    )


def run(
    identity: str,
    command: Sequence[str],
    *,
    detach: bool = False,
    output: int = subprocess.PIPE,
    keep: Sequence[int] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a program under an identity, without our environment: it holds secrets, and PG* variables misguide.

    Args:
        identity: see ``unrooted``.
        command: the program's absolute path and its arguments.
        detach: return at once and let the program outlive us.
        output: a file descriptor for what it prints.
        keep: file descriptors that the program inherits.
    """
    shim = [sys.executable, "-IS", str(SHIM), *(["--detach"] if detach else []), identity]
    return subprocess.run(  # noqa: S603
        [*shim, *command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=keep,
        env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def hand_over(home: Path, identity: str) -> None:
    """Make the home and what is in it the property of a ``user:UID:GID``; links are not followed."""
    uid, gid = map(int, identity.split(":")[1:])
    if home.stat().st_uid == uid:
        return
    for folder, folders, files in os.walk(home):
        for name in (*folders, *files):
            os.lchown(os.path.join(folder, name), uid, gid)
    os.chown(home, uid, gid)


def _candidates(home: Path) -> Iterator[str]:
    """Identities to try, the least intrusive first."""
    uid = os.geteuid()
    owner = home.stat()
    if uid != 0 and _has_name(uid):
        yield "same"
        return
    if uid == 0 and owner.st_uid != 0:
        yield f"user:{owner.st_uid}:{owner.st_gid}"
        return
    named = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    if named:
        yield f"namespace:{named[0].pw_uid}:{named[0].pw_gid}"
    if uid == 0:
        around = home.parent.stat()
        if around.st_uid != 0:
            yield f"user:{around.st_uid}:{around.st_gid}"
        yield from [f"user:{entry.pw_uid}:{entry.pw_gid}" for entry in named if entry.pw_name == "nobody"]


def _has_name(uid: int) -> bool:
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False


def _problem(identity: str, home: Path) -> str | None:
    """Why an identity does not work, or None when it does, and the home is then its own."""
    if identity == "same":
        return None
    version = run(identity, [str(program("postgres")), "--version"])
    if version.returncode != 0:
        return f"{identity}: {version.stdout.strip()}"
    before = home.stat()
    if identity.startswith("user:"):
        hand_over(home, identity)
    if run(identity, ["/bin/sh", "-c", 'cd "$0" && test -w .', str(home)]).returncode != 0:
        hand_over(home, f"user:{before.st_uid}:{before.st_gid}")
        return f"{identity}: cannot reach {home}"
    return None
