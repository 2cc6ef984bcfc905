"""Messages of people become memories, in batches and in one transaction each: what is marked is not lost."""

from __future__ import annotations

from psycopg.rows import DictRow

from adapters.postgres.database import Database
from core.conversation.models import Place
from core.memory.saying import Memorable, Said, memorable

_BATCH = 200

# A message that somebody edits or deletes in this moment is left for the next time; so are those of a person who is
# being forgotten, before any of them is locked: that transaction has the person first and wants the messages then.
_WAITING = """
    SELECT messages.id, messages.text, surface, tenant, channel, thread, direct, off_record,
           EXISTS (SELECT FROM inbox WHERE message_id = messages.id AND detail ? 'command') AS command,
           EXISTS (SELECT FROM accounts WHERE accounts.person_id = messages.person_id AND is_bot) AS by_bot
    FROM messages JOIN conversations ON conversations.id = conversation_id JOIN people ON people.id = person_id
    WHERE to_remember ORDER BY messages.id LIMIT %(limit)s
    FOR KEY SHARE OF people SKIP LOCKED FOR NO KEY UPDATE OF messages SKIP LOCKED"""

_REMEMBER = """
    INSERT INTO memories (org_id, owner, people, conversation_id, message_id, kind, room, speaker, text, said_at)
    SELECT messages.org_id, person_id, ARRAY[person_id], conversation_id, messages.id, 'message', room, name, kept.text,
           occurred_at
    FROM unnest(%(ids)s::bigint[], %(rooms)s::text[], %(texts)s::text[]) WITH ORDINALITY AS kept (id, room, text, place)
    JOIN messages ON messages.id = kept.id JOIN people ON people.id = person_id
    ORDER BY kept.place"""

_LOOKED_AT = "UPDATE messages SET to_remember = false WHERE id = ANY (%(ids)s)"

# What an answer was given counts for the note that it is of, once.
_USED = """
    WITH used AS (
        UPDATE drawn_on SET counted = true WHERE (interaction_id, memory_id) IN (
            SELECT interaction_id, memory_id FROM drawn_on WHERE NOT counted LIMIT 500 FOR UPDATE SKIP LOCKED)
        RETURNING memory_id
    ),
    times AS (SELECT note_id, count(*) AS times FROM used JOIN memories ON id = memory_id GROUP BY note_id)
    UPDATE notes SET uses = uses + times, used_at = clock_timestamp() FROM times WHERE id = note_id"""


class PostgresSayings:
    """Implements ``core.memory.saying.Sayings`` as robbie_system.

    Args:
        database: the pools.
        kept: what is remembered of a message.
    """

    def __init__(self, database: Database, kept: Memorable = memorable) -> None:
        self._database = database
        self._kept = kept

    async def remember(self) -> int:
        """Make memories of the oldest messages that wait."""
        async with self._database.system() as tx:
            rows = await (await tx.execute(_WAITING, {"limit": _BATCH})).fetchall()
            if not rows:
                return 0
            said = [(row["id"], _said(row)) for row in rows]
            kept = [(id, one.place.room, text) for id, one in said if (text := self._kept(one))]
            if kept:
                ids, rooms, texts = map(list, zip(*kept, strict=True))
                await tx.execute(_REMEMBER, {"ids": ids, "rooms": rooms, "texts": texts})
            await tx.execute(_LOOKED_AT, {"ids": [id for id, _ in said]})
        return len(rows)

    async def count_uses(self) -> None:
        """Count with each note the answers that were given it."""
        async with self._database.system() as tx:
            await tx.execute(_USED)


def _said(row: DictRow) -> Said:
    return Said(
        place=Place(**{name: row[name] for name in Place.model_fields}),
        text=row["text"],
        command=row["command"],
        by_bot=row["by_bot"],
        off_record=row["off_record"],
    )
