"""Events become inbox rows: once, whatever is delivered twice, and in one transaction with their job."""

# ruff: noqa: S608  (a statement is put together from constants)

from __future__ import annotations

from typing import Literal

from psycopg.errors import ForeignKeyViolation, UniqueViolation
from psycopg.types.json import Jsonb

from adapters.postgres import directory, mentions, replies
from adapters.postgres.database import Database, Transaction
from adapters.postgres.directory import Directory, Ids
from adapters.postgres.enqueue import Enqueue
from core.conversation.jobs import control_job, turn_job
from core.conversation.models import Accepted, InboundEvent, InboxState, Kind
from core.conversation.stores import Verdict

_KNOWN = """
    SELECT inbox.id, inbox.org_id, inbox.conversation_id, inbox.message_id, inbox.state, inbox.kind,
           state = 'ignored' AND EXISTS (
               SELECT FROM conversations WHERE id = conversation_id AND thread = '' AND NOT direct) AS heard
    FROM inbox_identities JOIN inbox ON inbox.id = inbox_id
    WHERE surface = %s AND tenant = %s AND identity = ANY (%s) LIMIT 1 FOR UPDATE OF inbox"""

# ``ahead`` is what happened to a message whose own event comes later: it is seen in the message.
_INSERT = f"""
    WITH ahead AS (
        SELECT kind = 'delete' AS deleted, detail ->> 'text' AS text, occurred_at FROM inbox
        WHERE %(kind)s = 'message' AND conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s
          AND kind IN ('edit', 'delete')
        ORDER BY kind = 'delete' DESC, occurred_at DESC LIMIT 1
    ),
    fate AS (
        SELECT CASE WHEN deleted THEN 'ignored' ELSE %(state)s END AS state, text, occurred_at AS edited_at
        FROM (SELECT) AS this LEFT JOIN ahead ON true
    ),
    message AS (
        INSERT INTO messages
            (org_id, conversation_id, person_id, platform_id, text, files, occurred_at, edited_at)
        SELECT %(org_id)s, %(conversation_id)s, %(person_id)s, %(platform_id)s, coalesce(fate.text, %(text)s),
               %(files)s, %(occurred_at)s, edited_at
        FROM fate
        WHERE %(kind)s = 'message' AND %(state)s <> 'expired' AND NOT EXISTS (SELECT FROM ahead WHERE deleted)
        ON CONFLICT (conversation_id, platform_id) DO UPDATE SET text = excluded.text RETURNING id
    ),
    item AS (
        INSERT INTO inbox
            (org_id, conversation_id, person_id, message_id, kind, state, platform_id, detail, occurred_at, closed_at)
        SELECT %(org_id)s, %(conversation_id)s, %(person_id)s, (SELECT id FROM message), %(kind)s, state,
               %(platform_id)s, %(detail)s, %(occurred_at)s, CASE WHEN state <> 'received' THEN clock_timestamp() END
        FROM fate RETURNING id, state
    ),
    names AS (
        INSERT INTO inbox_identities (surface, tenant, identity, org_id, inbox_id)
        SELECT %(surface)s, %(tenant)s, identity, %(org_id)s, item.id
        FROM item, unnest(%(identities)s::text[]) AS identity
    ),
    {mentions.ASKED},
    {mentions.ANSWERED}
    SELECT id, state FROM item"""

_ADD_NAMES = """
    INSERT INTO inbox_identities (surface, tenant, identity, org_id, inbox_id)
    SELECT %(surface)s, %(tenant)s, identity, %(org_id)s, %(inbox_id)s
    FROM unnest(%(identities)s::text[]) AS identity ON CONFLICT DO NOTHING"""

# Files are joined by id: the mention's copy of a message may carry none.
_JOIN_FILES = """
    UPDATE messages SET files = files || (
        SELECT coalesce(jsonb_agg(file), '[]') FROM jsonb_array_elements(%(files)s) AS file
        WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(files) AS had WHERE had ->> 'id' = file ->> 'id'))
    WHERE id = %(message_id)s"""

_WAKE = "UPDATE inbox SET state = 'received', closed_at = NULL WHERE id = %s"

_MOVE = """
    WITH item AS (UPDATE inbox SET conversation_id = %(conversation_id)s WHERE id = %(id)s)
    UPDATE messages SET conversation_id = %(conversation_id)s WHERE id = %(message_id)s"""

_BOT_TURNS = """
    SELECT count(*) AS turns FROM inbox
    WHERE conversation_id = %s AND person_id = %s AND kind = 'message' AND state <> 'ignored'
      AND received_at > clock_timestamp() - interval '1 hour'"""

# A reaction is on an answer whose id is recorded, or on one that may just be on its way.
_REACTED_TO = """
    SELECT conversation_id FROM outbox
    WHERE surface = %(surface)s AND tenant = %(tenant)s AND channel = %(channel)s AND platform_id = %(platform_id)s
    LIMIT 1"""
_ON_ITS_WAY = """
    SELECT true AS found FROM outbox
    WHERE surface = %(surface)s AND tenant = %(tenant)s AND channel = %(channel)s
      AND state IN ('ready', 'sending', 'unknown') LIMIT 1"""

# A platform that deletes a message need not say which conversation it was in, and one that was only heard is in
# another one than its place says; the message's own identity tells. Discord's threads are channels of their own.
_SAID_IN = """
    SELECT conversation_id FROM inbox_identities JOIN inbox ON inbox.id = inbox_id
    WHERE surface = %(surface)s AND tenant = %(tenant)s AND kind = 'message'
      AND identity IN ('message:' || %(channel)s || ':' || %(platform_id)s,
                       'message:' || %(thread)s || ':' || %(platform_id)s)"""


class PostgresInbox:
    """Implements ``core.conversation.stores.InboxStore`` as robbie_system."""

    def __init__(self, database: Database, enqueue: Enqueue) -> None:
        self._database = database
        self._enqueue = enqueue
        self._directory = Directory()

    async def accept(self, event: InboundEvent, verdict: Verdict) -> Accepted:
        """Store the event and its job, or merge it into the row that has it."""
        while True:
            try:
                return await self._accept(event, verdict)
            except UniqueViolation:
                # Another delivery of the same event was committed in between: now it is found and merged.
                continue
            except ForeignKeyViolation:
                # Whose id is remembered here was forgotten meanwhile: now it is somebody new.
                if not self._directory.unknown(event) and not event.mentions:
                    raise
                event = event.model_copy(update={"mentions": ()})  # it may have been somebody of these

    async def _accept(self, event: InboundEvent, verdict: Verdict) -> Accepted:
        async with self._database.system(in_few_trips=True) as tx:
            merged = await self._merge(tx, event, verdict)
            if merged is not None:
                return merged
            thread = ""
            await mentions.reacted(tx, event)
            if verdict.only_if_known:
                concern = await _concern(tx, event)
                if concern is None or (concern == "heard" and verdict.state is InboxState.EXPIRED):
                    return Accepted(inbox_id=None, state=InboxState.IGNORED)
                if concern == "heard":  # it is kept, and never answered
                    thread = event.place.thread
                    event = event.model_copy(update={"place": directory.heard(event.place)})
                    verdict = Verdict(InboxState.IGNORED)
            ids = await self._directory.ids(tx, event)
            accepted = await self._insert(tx, event, verdict, ids, thread)
        self._directory.remember(event, ids)
        return accepted

    async def _merge(self, tx: Transaction, event: InboundEvent, verdict: Verdict) -> Accepted | None:
        """Join what this delivery adds: its names, its files, and that Robbie is addressed."""
        place = event.place
        found = await (await tx.execute(_KNOWN, (place.surface, place.tenant, list(event.identities)))).fetchone()
        if found is None:
            return None
        values = {**place.model_dump(), "identities": list(event.identities), "org_id": found["org_id"]}
        await tx.execute(_ADD_NAMES, {**values, "inbox_id": found["id"]})
        if event.files:
            await tx.execute(_JOIN_FILES, {"files": _files(event), "message_id": found["message_id"]})
        state = InboxState(found["state"])
        # A bot that has had its turns stays ignored, however often its message is delivered.
        # So does a message that was deleted.
        wakes = event.addressed and verdict.state is InboxState.RECEIVED and verdict.bot_limit is None
        wakes = wakes and found["message_id"] is not None
        if state is InboxState.IGNORED and wakes:
            state = InboxState.RECEIVED
            conversation_id = found["conversation_id"]
            if found["heard"]:  # and it is for Robbie, as this copy of it says
                conversation_id = await directory.conversation(tx, found["org_id"], place)
                await tx.execute(_MOVE, {**found, "conversation_id": conversation_id})
            await tx.execute(_WAKE, (found["id"],))
            await self._enqueue(tx, turn_job(found["org_id"], conversation_id))
        return Accepted(inbox_id=found["id"], state=state, merged=True)

    async def _insert(self, tx: Transaction, event: InboundEvent, verdict: Verdict, ids: Ids, thread: str) -> Accepted:
        """Store it. ``thread``: where it was only heard, which its conversation does not say."""
        conversation_id = await _conversation(tx, event, ids)
        state = verdict.state
        if verdict.bot_limit is not None and state is InboxState.RECEIVED:
            turns = await (await tx.execute(_BOT_TURNS, (conversation_id, ids.person_id))).fetchone()
            if turns is None or turns["turns"] >= verdict.bot_limit:
                state = InboxState.IGNORED
        values: dict[str, object] = {
            **event.place.model_dump(),
            "org_id": ids.org_id,
            "person_id": ids.person_id,
            "conversation_id": conversation_id,
            "platform_id": event.message_id,
            "text": event.text,
            "files": _files(event),
            "occurred_at": event.occurred_at,
            "kind": event.kind,
            "state": state,
            "detail": Jsonb({**_detail(event), **({"thread": thread} if thread else {})}),
            "identities": list(event.identities),
            **mentions.values(event, thread or event.place.thread),
        }
        row = await (await tx.execute(_INSERT, values)).fetchone()
        if row is None:
            raise LookupError("the inbox gave no id back")
        state = InboxState(row["state"])
        await replies.keep(tx, ids.org_id, row["id"], event)
        if state is InboxState.RECEIVED and conversation_id is not None:
            make = turn_job if event.kind is Kind.MESSAGE else control_job
            await self._enqueue(tx, make(ids.org_id, conversation_id))
        return Accepted(inbox_id=row["id"], state=state)


def _is_on_answer(event: InboundEvent) -> bool:
    """Whether it is about a message of ours, which says where it belongs."""
    return event.kind is Kind.REACTION or (event.kind in (Kind.VOTE, Kind.AGAIN) and bool(event.message_id))


async def _shown_in(tx: Transaction, event: InboundEvent, platform_id: str) -> int | None:
    """The conversation that shows a message of ours."""
    values = {**event.place.model_dump(), "platform_id": platform_id}
    found = await (await tx.execute(_REACTED_TO, values)).fetchone()
    return found["conversation_id"] if found else None


async def _concern(tx: Transaction, event: InboundEvent) -> Literal["ours", "heard"] | None:
    """Whether an event belongs to a conversation of ours, or is only heard in a channel that is listened to."""
    if not _is_on_answer(event):
        there = await directory.presence(tx, event.place, event.occurred_at)
        if there.takes_part:
            return "ours"
        if event.kind in (Kind.EDIT, Kind.DELETE):
            return "ours" if await _said_in(tx, event) is not None else None
        return "heard" if there.listens and event.kind is Kind.MESSAGE and not event.author.is_bot else None
    values = {**event.place.model_dump(), "platform_id": event.message_id}
    for query in (_REACTED_TO, _ON_ITS_WAY):
        if await (await tx.execute(query, values)).fetchone():
            return "ours"
    return None


async def _conversation(tx: Transaction, event: InboundEvent, ids: Ids) -> int | None:
    if event.about and (pressed := await _shown_in(tx, event, event.about)) is not None:
        return pressed
    if event.kind in (Kind.EDIT, Kind.DELETE) and (said_in := await _said_in(tx, event)) is not None:
        return said_in
    if not _is_on_answer(event):
        return await directory.conversation(tx, ids.org_id, event.place)
    return await _shown_in(tx, event, event.message_id)


async def _said_in(tx: Transaction, event: InboundEvent) -> int | None:
    values = {**event.place.model_dump(), "platform_id": event.message_id}
    found = await (await tx.execute(_SAID_IN, values)).fetchone()
    return found["conversation_id"] if found else None


def _files(event: InboundEvent) -> Jsonb:
    return Jsonb([file.model_dump() for file in event.files])


def _detail(event: InboundEvent) -> dict[str, object]:
    match event.kind:
        case Kind.MESSAGE if event.command is not None:
            return {"command": event.command.model_dump(), "about": event.about}
        case Kind.MESSAGE if event.beside:
            return {"beside": event.beside}
        case Kind.EDIT:
            return {"text": event.text}
        case Kind.REACTION:
            return {"name": event.reaction, "removed": event.removed, **_channel(event)}
        case Kind.VOTE if event.command is not None:
            return {"vote": dict(event.command.arguments), **_channel(event)}
        case _:
            return {}


def _channel(event: InboundEvent) -> dict[str, object]:
    """Where it waits for its message, should that not be recorded yet."""
    return event.place.model_dump(include={"surface", "tenant", "channel"})
