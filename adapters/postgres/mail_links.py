"""What a mail's link needs to know of its person and its line, and questions that are answered in the chat."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from psycopg.types.json import Jsonb

from adapters.postgres.database import Database
from adapters.postgres.visible import ACCOUNTS, MINE
from core.briefs.models import Act
from core.conversation.models import Asker
from core.people.viewer import Viewer
from core.registry import Invocation

_ASKER = """
    SELECT people.org_id, people.id AS person_id, accounts.account, people.name,
           coalesce(nullif(people.zone, ''), 'UTC') AS zone, accounts.is_member AS member
    FROM people JOIN accounts ON accounts.person_id = people.id WHERE people.id = %(me)s
    ORDER BY accounts.is_member DESC LIMIT 1"""

_ACTED = f"""
    SELECT act FROM brief_lines WHERE brief_id = %(brief_id)s AND number = %(number)s AND {MINE}
      AND acted_at IS NOT NULL"""

# Where they wrote to Robbie alone last.
_DIRECT = f"""
    SELECT conversations.id, conversations.org_id, messages.person_id FROM messages
    JOIN conversations ON conversations.id = messages.conversation_id
    WHERE messages.person_id = ANY (ARRAY({ACCOUNTS})) AND direct AND conversations.org_id = %(org_id)s
    ORDER BY messages.id DESC LIMIT 1"""
_HAND_OVER = """
    INSERT INTO inbox (org_id, conversation_id, person_id, kind, state, platform_id, detail, occurred_at)
    SELECT %(org_id)s, %(id)s, %(person_id)s, 'message', 'received', %(name)s, %(detail)s, clock_timestamp()
    WHERE NOT EXISTS (SELECT FROM inbox WHERE conversation_id = %(id)s AND platform_id = %(name)s
                      AND state IN ('received', 'claimed'))"""
# Until it is carried out nothing says that it was asked: who presses twice waits here, and then asks nothing more.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('mail link ' || %(name)s, 0))"


class PostgresMailLinks:
    """Implements ``core.mail.ports.LinkStore``.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def asker(self, person_id: int) -> Asker | None:
        """The person, as whom something is done."""
        async with self._database.system() as tx:
            row = await (await tx.execute(_ASKER, {"me": person_id})).fetchone()
        return Asker(**row) if row else None

    async def acted(self, asker: Asker, brief_id: int, number: int) -> Act | None:
        """What was done with a line last."""
        values = {"brief_id": brief_id, "number": number, "me": asker.person_id}
        viewer = Viewer.owner(asker.org_id, asker.person_id)
        (rows,) = await self._database.run(asker.org_id, (_ACTED, values), viewer=viewer)
        return Act(rows[0]["act"]) if rows and rows[0]["act"] else None

    async def by_chat(self, asker: Asker, command: Invocation, name: str) -> bool:
        """Have a command carried out where they write to Robbie alone; the sweep finds that it has no job yet."""
        async with self._database.system() as tx:
            where = await (await tx.execute(_DIRECT, {"me": asker.person_id, "org_id": asker.org_id})).fetchone()
            if where is None:
                return False
            await tx.execute(_ALONE, {"name": name})
            await tx.execute(_HAND_OVER, {**where, "name": name, "detail": Jsonb({"command": command.model_dump()})})
        return True
