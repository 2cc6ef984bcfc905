"""What is left out of Robbie's memory, and which channels are listened to."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from psycopg.rows import DictRow

from adapters.postgres import directory
from adapters.postgres.database import Database
from adapters.postgres.forgetting import forget_note
from adapters.postgres.mentions import take_back_asked
from adapters.postgres.refusals import refuse
from core.conversation.models import Asker, Place
from core.memory.saying import Said, memorable
from core.people.viewer import Viewer

_LAST = 20
_IN_ONE_GO = timedelta(minutes=2)

_RECORD = "UPDATE conversations SET off_record = %(off)s WHERE id = %(conversation_id)s AND org_id = %(org_id)s"
# In a channel that is listened to, what was said in the thread before is kept with the channel.
_SAID_IN = """
    SELECT id FROM messages WHERE conversation_id = %(conversation_id)s AND person_id IS NOT NULL
    UNION ALL
    SELECT inbox.message_id FROM inbox JOIN conversations AS heard ON heard.id = inbox.conversation_id
      JOIN conversations AS here USING (surface, tenant, channel)
    WHERE here.id = %(conversation_id)s AND heard.thread = '' AND here.thread <> ''
      AND inbox.detail ->> 'thread' = here.thread AND inbox.message_id IS NOT NULL"""
_SAID_OFF = f"UPDATE messages SET noticing = 'never', to_remember = false WHERE id IN ({_SAID_IN})"
_NOT_RECALLED = f"DELETE FROM memories WHERE message_id IN ({_SAID_IN})"

_IS_OFF = "SELECT off_record FROM conversations WHERE id = %(conversation_id)s"

# In a channel that is listened to, what was said there before stands in a conversation of its own.
_WORDS = f"""
    SELECT messages.id, messages.text, messages.occurred_at,
           EXISTS (SELECT FROM inbox WHERE message_id = messages.id AND detail ? 'command') AS command
    FROM messages
    WHERE person_id = ANY (ARRAY(SELECT id FROM people
            WHERE id = %(me)s OR human = (SELECT human FROM people WHERE id = %(me)s)))
      AND conversation_id = ANY (%(conversations)s)
      AND occurred_at <= (SELECT occurred_at FROM inbox WHERE id = %(inbox_id)s)
      AND id IS DISTINCT FROM (SELECT message_id FROM inbox WHERE id = %(inbox_id)s)
    ORDER BY occurred_at DESC, id DESC LIMIT {_LAST}"""
_HEARD_IN = """
    SELECT id FROM conversations
    WHERE surface = %(surface)s AND tenant = %(tenant)s AND channel = %(channel)s AND thread = '' AND NOT direct"""
_PASSED_OVER = """
    UPDATE messages SET noticing = 'never', to_remember = false WHERE id = ANY (%(messages)s)"""
_FORGOTTEN = "DELETE FROM memories WHERE message_id = ANY (%(messages)s)"
_FOUND = """
    SELECT DISTINCT notes.id FROM notes JOIN note_sources ON note_id = notes.id
    WHERE message_id = ANY (%(messages)s) ORDER BY notes.id"""

_CHANNEL = "WHERE (surface, tenant, channel) = (%(surface)s, %(tenant)s, %(channel)s)"
_LISTENS = f"SELECT listens FROM channel_settings {_CHANNEL}"
_LISTEN = """
    INSERT INTO channel_settings (org_id, surface, tenant, channel, listens)
    VALUES (%(org_id)s, %(surface)s, %(tenant)s, %(channel)s, %(on)s)
    ON CONFLICT (surface, tenant, channel) DO UPDATE SET listens = excluded.listens"""
_UNHEARD = f"""
    UPDATE messages SET noticing = 'never', to_remember = false
    WHERE conversation_id IN ({_HEARD_IN}) AND (noticing = 'waiting' OR to_remember)"""

# Said by Robbie as the answer to a command of its own, in the channel itself; the sweep finds that it has no job yet.
_TELL = """
    INSERT INTO inbox (org_id, conversation_id, person_id, kind, state, platform_id, detail, occurred_at)
    SELECT %(org_id)s, %(conversation_id)s, %(person_id)s, 'message', 'received', 'listening:' || %(origin)s::bigint,
           jsonb_build_object('command', jsonb_build_object(
               'command', 'listening', 'arguments', jsonb_build_object('state', %(state)s::text))), clock_timestamp()
    WHERE NOT EXISTS (
        SELECT FROM inbox WHERE conversation_id = %(conversation_id)s
          AND platform_id = 'listening:' || %(origin)s::bigint)"""


class PostgresRecords:
    """Implements ``core.notes.records.Records``.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def off_record(self, asker: Asker, conversation_id: int, *, off: bool) -> None:
        """As robbie_system: what is taken out of the index is everybody's who spoke."""
        values = {"conversation_id": conversation_id, "org_id": asker.org_id, "off": off}
        async with self._database.system() as tx:
            changed = await tx.execute(_RECORD, values)
            if off and changed.rowcount:
                await tx.execute(_SAID_OFF, values)
                await tx.execute(_NOT_RECALLED, values)

    async def is_off_record(self, asker: Asker, conversation_id: int) -> bool:
        """Whether a conversation is off the record."""
        (rows,) = await self._database.run(asker.org_id, (_IS_OFF, {"conversation_id": conversation_id}))
        return bool(rows and rows[0]["off_record"])

    async def pass_over(self, asker: Asker, place: Place, conversation_id: int, inbox_id: int) -> tuple[int, int]:
        """Forget what came of the asker's last words, in one transaction."""
        owner = Viewer.owner(asker.org_id, asker.person_id)
        async with self._database.app(asker.org_id, owner) as tx:
            heard = await (await tx.execute(_HEARD_IN, place.model_dump())).fetchall()
            places = [conversation_id, *(row["id"] for row in heard)]
            values = {"me": asker.person_id, "conversations": places, "inbox_id": inbox_id}
            words = await (await tx.execute(_WORDS, values)).fetchall()
            last = _last(place, words)
            messages = {"messages": [row["id"] for row in last]}
            await tx.execute(_PASSED_OVER, messages)
            await tx.execute(_FORGOTTEN, messages)
            found = await (await tx.execute(_FOUND, messages)).fetchall()
            await take_back_asked(tx, owner, messages["messages"])
            gone = [await forget_note(tx, owner, row["id"]) for row in found]
            for row in last:
                await refuse(tx, asker.org_id, asker.person_id, row["text"])
        return len(last), sum(gone)

    async def listens(self, asker: Asker, place: Place) -> bool:
        """Whether a channel is listened to."""
        (rows,) = await self._database.run(asker.org_id, (_LISTENS, place.model_dump()))
        return bool(rows and rows[0]["listens"])

    async def listen(self, asker: Asker, place: Place, *, on: bool, origin: int) -> None:
        """Tell the channel before it is listened to, and after it is not any more."""
        values = {**place.model_dump(), "org_id": asker.org_id, "on": on}
        if on:
            await self._tell(asker, place, on=on, origin=origin)
        await self._database.run(asker.org_id, (_LISTEN, values), *(() if on else ((_UNHEARD, values),)))
        if not on:
            await self._tell(asker, place, on=on, origin=origin)

    async def _tell(self, asker: Asker, place: Place, *, on: bool, origin: int) -> None:
        values = {
            "org_id": asker.org_id,
            "person_id": asker.person_id,
            "origin": origin,
            "state": "on" if on else "off",
        }
        async with self._database.system() as tx:
            conversation = await directory.conversation(tx, asker.org_id, directory.heard(place))
            await tx.execute(_TELL, {**values, "conversation_id": conversation})


def _last(place: Place, words: Sequence[DictRow]) -> Sequence[DictRow]:
    """What was said last, with what was said in one go with it; the latest first."""
    last: list[DictRow] = []
    for row in words:
        if last and last[-1]["occurred_at"] - row["occurred_at"] > _IN_ONE_GO:
            break
        if memorable(Said(place=place, text=row["text"], command=row["command"])):
            last.append(row)
    return last
