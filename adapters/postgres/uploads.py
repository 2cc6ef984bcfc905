"""Files of the web chat, from their upload until a turn has read them, and a while longer for pictures."""

from __future__ import annotations

from adapters.postgres.database import Database
from core.conversation.models import FileRef, Place, Problem
from core.conversation.ports import Unreadable

# A second submit of the same message brings the same files.
_PUT = """
    INSERT INTO uploads (org_id, id, surface, channel, account, content)
    SELECT %(org_id)s, %(id)s, %(surface)s, %(channel)s, %(account)s, %(content)s
    WHERE (SELECT coalesce(sum(size), 0) FROM uploads) + %(size)s <= %(room)s
    ON CONFLICT DO NOTHING RETURNING id"""
_THERE = "SELECT id FROM uploads WHERE id = %(id)s"

_GET = """
    SELECT size, CASE WHEN size <= %(limit)s THEN content END AS content FROM uploads
    WHERE id = %(id)s AND surface = %(surface)s AND channel = %(channel)s"""


class PostgresUploads:
    """Implements ``core.conversation.ports.Uploads`` as robbie_app.

    Args:
        database: the pools.
        org_id: the org of the local surfaces.
        room: the most bytes that all of its files together may take.
    """

    def __init__(self, database: Database, org_id: int, *, room: int) -> None:
        self._database = database
        self._org_id = org_id
        self._room = room

    async def put(self, place: Place, account: str, id_: str, content: bytes) -> bool:
        """Keep a file; False where there is no room for it."""
        values: dict[str, object] = {
            **place.model_dump(),
            "org_id": self._org_id,
            "id": id_,
            "account": account,
            "size": len(content),
            "content": content,
            "room": self._room,
        }
        made, there = await self._database.run(self._org_id, (_PUT, values), (_THERE, values))
        return bool(made or there)


async def fetch_upload(database: Database, place: Place, file: FileRef, limit: int) -> bytes:
    """A file of a local conversation, as robbie_system, which shows those too. Raises Unreadable."""
    async with database.system() as tx:
        found = await (await tx.execute(_GET, {**place.model_dump(), "id": file.id, "limit": limit})).fetchone()
    if found is None:
        raise Unreadable(Problem.GONE)
    if found["content"] is None:
        raise Unreadable(Problem.TOO_LARGE, found["size"])
    return bytes(found["content"])
