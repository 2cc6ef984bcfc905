"""A database of its own for measuring recall at scale: loaded as fast as it goes, indexed afterwards."""

from __future__ import annotations

import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import upgrade
from adapters.postgres.roles import RoleUrls, bootstrap
from bot.evals.recall_world import Chunk, World
from core.memory.ports import DIMENSIONS

MODEL = "made up"

Say = Callable[[str], None]
_Connection = psycopg.Connection[TupleRow]

# The server that Robbie brings, as it is for everybody; these shorten the load only.
_FOR_LOADING = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "8GB"}
_BUILD_MEMORY = "2GB"
_COPY = (
    b"COPY memories (org_id, owner, kind, room, shared_with, text, said_at, embedding, embedded_by) "
    b"FROM STDIN (FORMAT binary)"
)
_HEAD, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), struct.pack("!h", -1)
SAID = datetime(2026, 1, 1, tzinfo=UTC)
_SAID = struct.pack("!q", (SAID - datetime(2000, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))
_SHOWN = ("shared_buffers", "work_mem", "server_version")
_SETTINGS = "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY (%s)"
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = 'memories' AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY indexname"""


@dataclass
class Ground:
    """Where it is measured.

    Attributes:
        admin: the superuser's URL.
        roles: of the loaded database.
        org: the one org.
        people: the owners' ids, by size.
        first: the first note's id; the others follow in the order of the world.
        load_seconds: by what took them; empty for a ground that was kept.
        settings: of the server and the indexes.
    """

    admin: str
    roles: RoleUrls
    org: int = 0
    people: list[int] = field(default_factory=list)
    first: int = 0
    load_seconds: dict[str, float] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)


@contextmanager
def ground(world: World, keep: Path | None, say: Say) -> Iterator[Ground]:
    """A loaded database, which is removed afterwards.

    Args:
        world: what is loaded.
        keep: a folder to make it in and to leave it in; one that was left there is used as it is.
        say: told how far it is.
    """
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        with _served(world, keep, say) as made:
            yield made
        return
    with tempfile.TemporaryDirectory(prefix="robbie-recall-") as folder, _served(world, Path(folder), say) as made:
        yield made


@contextmanager
def _served(world: World, folder: Path, say: Say) -> Iterator[Ground]:
    with EmbeddedPostgres(folder / "postgres", settings=_FOR_LOADING) as server:
        name = f"scale_{world.notes}"
        with psycopg.connect(server.url(), autocommit=True) as connection:
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        made = Ground(server.url(database=name), bootstrap(server.url(database=name)))
        upgrade(made.roles.owner)
        with psycopg.connect(made.admin, autocommit=True) as connection:
            loaded = connection.execute("SELECT id FROM organizations").fetchone()
            if loaded is None:
                _load(connection, made, world, say)
            _read(connection, made)
        yield made


def _load(connection: _Connection, made: Ground, world: World, say: Say) -> None:
    """Rows without indexes first: each of these is built several times as fast as it grows."""
    indexes = connection.execute(_INDEXES).fetchall()
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    connection.execute("SET session_replication_role = replica")  # the keys are right
    connection.execute("INSERT INTO organizations (name) VALUES ('one')")
    connection.execute(
        """INSERT INTO people (org_id, name)
           SELECT id, 'owner ' || number FROM organizations, generate_series(1, %s) AS number""",
        [world.owners],
    )
    _read(connection, made)
    with _timed(made, "rows"), connection.cursor().copy(_COPY) as copy:
        copy.write(_HEAD)
        done = 0
        for chunk in world.chunks():
            copy.write(_rows(made, chunk))
            done += len(chunk.text)
            if done % 100_000 == 0:
                say(f"{done:,} of {world.notes:,} notes")
        copy.write(_END)
    connection.execute(sql.SQL("SET maintenance_work_mem = {}").format(_BUILD_MEMORY))
    connection.execute("SET max_parallel_maintenance_workers = 1")  # and the leader: two cores
    for name, definition in indexes:
        say(f"building {name}")
        with _timed(made, name):
            connection.execute(definition.encode())
    with _timed(made, "vacuum"):
        connection.execute("VACUUM (ANALYZE) memories")
        connection.execute("VACUUM (ANALYZE) people")
        connection.execute("CHECKPOINT")


def _rows(made: Ground, chunk: Chunk) -> bytes:
    """In PostgreSQL's binary format; a halfvec is its length, two bytes of nothing, and its numbers."""
    vectors = chunk.vectors.astype(">f2")
    head = struct.pack("!hh", DIMENSIONS, 0)
    org, model = _int(made.org), _field(MODEL.encode())
    return b"".join(
        struct.pack("!h", 9)
        + org
        + _int(made.people[owner])
        + _field(b"note")
        + _field(room_name(room).encode())
        + _field(b"*" if shared else b"")
        + _field(text.encode())
        + _field(_SAID)
        + _field(head + vector.tobytes())
        + model
        for owner, room, shared, text, vector in zip(
            chunk.owner.tolist(), chunk.room.tolist(), chunk.shared.tolist(), chunk.text, vectors, strict=True
        )
    )


def room_name(room: int) -> str:
    """As ``Place.room`` is; empty for none."""
    return f"slack/T1/C{room}" if room else ""


def _field(value: bytes) -> bytes:
    return struct.pack("!i", len(value)) + value


def _int(value: int) -> bytes:
    return struct.pack("!iq", 8, value)


def _read(connection: _Connection, made: Ground) -> None:
    """Who is there, and with what settings they are looked for."""
    ((made.org,),) = connection.execute("SELECT id FROM organizations").fetchall()
    made.people = [number for (number,) in connection.execute("SELECT id FROM people ORDER BY id")]
    ((made.first,),) = connection.execute("SELECT coalesce(min(id), 0) FROM memories").fetchall()
    made.settings = {
        **dict(connection.execute(_SETTINGS, [list(_SHOWN)]).fetchall()),
        **dict(connection.execute(_INDEXES).fetchall()),
    }


@contextmanager
def _timed(made: Ground, what: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    made.load_seconds[what] = round(time.monotonic() - start, 1)
