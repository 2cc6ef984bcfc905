"""The cluster: PostgreSQL's data folder, made whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from adapters.postgres import identity, processes
from adapters.postgres.binaries import EmbeddedPostgresError, major_version, program

OPTIONS = (
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)
HBA = "# Whoever may open the socket is trusted.\nlocal all all trust\n"


def make(data: Path, who: str, lock: int, *, durable: bool) -> None:
    """Make a cluster aside, and move it into place when it is whole.

    Args:
        data: where it shall be.
        who: the identity that owns it.
        lock: the descriptor of the server's lock, so that nobody else begins while an orphaned initdb still runs.
        durable: wait until it is on the disk.
    """
    # A folder removed under a running server: that one would take the new server's socket with it when it ends.
    processes.kill_leftovers(data)
    fresh = data.with_name("data.new")
    shutil.rmtree(fresh, ignore_errors=True)
    command = [str(program("initdb")), f"--pgdata={fresh}", *OPTIONS, *([] if durable else ["--no-sync"])]
    result = identity.run(who, command, keep=[lock])
    if result.returncode != 0:
        raise EmbeddedPostgresError(f"PostgreSQL could not make its data folder {fresh}:\n{result.stdout.strip()}")
    (fresh / "pg_hba.conf").write_text(HBA)
    fresh.rename(data)
    parent = os.open(data.parent, os.O_RDONLY)
    os.fsync(parent)
    os.close(parent)


def check(data: Path) -> None:
    """Refuse a folder that our version cannot read, and one with a server on it that somebody else started."""
    ours = major_version()
    try:
        theirs = (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise EmbeddedPostgresError(
            f"{data} is not a PostgreSQL data folder. Move it away, and a new one is made."
        ) from None
    if theirs != str(ours):
        raise EmbeddedPostgresError(
            f"{data} was made by PostgreSQL {theirs}, and this is PostgreSQL {ours}, which cannot read it. "
            f"Dump it with PostgreSQL {theirs} (pg_dumpall), move {data} away and restore the dump; "
            f"or set DATABASE_URL to a server of version {theirs}."
        )
    if pid := processes.postmaster(data):
        raise EmbeddedPostgresError(
            f"A PostgreSQL that Robbie did not start (process {pid}) runs on {data}. Stop it, then try again."
        )
