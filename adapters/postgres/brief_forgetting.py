"""What briefs say of a note goes with it: from what they were made of, from their mails, and from what was sent."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from adapters.postgres.briefs import BRIEF
from adapters.postgres.database import Transaction, look_as
from adapters.postgres.rewriting import take_out
from adapters.postgres.visible import ACCOUNTS
from core.briefs.models import Brief
from core.conversation.composing import safe
from core.people.viewer import Viewer

Json = dict[str, Any]  # Any: as JSON is

# The turns that said briefs: by what handed them over, and those that somebody asked for.
_SAID = """
    SELECT outbox.message_id FROM inbox JOIN outbox ON outbox.inbox_id = inbox.id
    WHERE (starts_with(inbox.platform_id, 'brief:') OR inbox.detail #>> '{command,command}' = 'brief')
      AND outbox.message_id IS NOT NULL"""
_SAID_TO_OTHERS = f"""{_SAID} AND NOT (inbox.person_id = ANY (%(people)s) AND EXISTS (
        SELECT FROM conversations WHERE conversations.id = inbox.conversation_id AND direct))"""
_SAID_TO = f"""{_SAID} AND inbox.person_id IN (
        SELECT same.id FROM people JOIN people AS same ON same.id = people.id OR same.human = people.human
        WHERE people.id = ANY (%(people)s))"""
_TEXTS = "SELECT text FROM messages WHERE id = ANY (%(briefs)s)"
# Whoever may have had briefs, also where none come any more.
_READERS = """
    SELECT person_id FROM direct_places UNION SELECT person_id FROM brief_times WHERE person_id IS NOT NULL"""
_ROOMS = """
    SELECT surface || '/' || tenant || '/' || channel AS room FROM channel_settings WHERE settings ? 'brief'
    UNION SELECT room FROM brief_times WHERE room <> ''"""
_SWITCHED_ON = "SELECT DISTINCT owner FROM briefs WHERE room = %(room)s AND owner IS NOT NULL"

# As JSON writes them.
_FOUND = """
    SELECT id, facts FROM briefs
    WHERE EXISTS (SELECT FROM unnest(%(words)s::text[]) AS word WHERE strpos(facts::text, word) > 0)"""
_MAIL = "UPDATE deliveries SET mail = NULL WHERE brief_id = %(id)s AND mail IS NOT NULL"
_FACTS = "UPDATE briefs SET facts = %(facts)s WHERE id = %(id)s"

# Daily: what can hardly be acted on any more is kept without its words, and a transcript keeps a brief's title.
_OLD_SAID = """
    UPDATE messages SET text = split_part(text, E'\\n', 1) FROM inbox JOIN outbox ON outbox.inbox_id = inbox.id
    WHERE messages.id = outbox.message_id AND starts_with(inbox.platform_id, 'brief:')
      AND inbox.closed_at < clock_timestamp() - %(keep)s"""
_OLD_FACTS = """
    UPDATE briefs SET facts = '{}' WHERE worded AND due_at < clock_timestamp() - %(keep)s"""
_OLD_MAIL = """
    UPDATE deliveries SET mail = NULL
    WHERE written AND state IN ('sent', 'failed') AND created_at < clock_timestamp() - interval '1 day'"""
# What its reader found not relevant, or done, comes in no brief any more, however long ago that was said.
_OLD_LINES = """
    DELETE FROM brief_lines USING briefs WHERE brief_id = briefs.id AND due_at < clock_timestamp() - %(keep)s
      AND act NOT IN ('dismiss', 'done')"""
_OLD_BRIEFS = """
    DELETE FROM briefs WHERE due_at < clock_timestamp() - %(keep)s
      AND NOT EXISTS (SELECT FROM brief_lines WHERE brief_id = briefs.id)"""
# By then everybody was looked at, whatever was noted.
_OLD_MENTIONS = "DELETE FROM mentions WHERE said_at < clock_timestamp() - %(keep)s"
_OLD_CHANGES = "DELETE FROM brief_changes WHERE at < clock_timestamp() - interval '1 day'"


async def said_in_briefs(tx: Transaction) -> list[int]:
    """Robbie's messages in this org that are briefs."""
    return await _messages(tx, _SAID, ())


async def take_out_of_briefs(tx: Transaction, viewer: Viewer, words: Sequence[str]) -> list[str]:
    """Let go of what briefs were made of, where they hold these words, whoever's they are.

    A brief says a note shortened, or in other words: how each said it is returned, the longest first.

    Args:
        tx: as robbie_app, for this viewer; it looks as each reader in turn, and as the viewer again in the end.
        viewer: whose words they are.
        words: as they were written down.
    """
    return await _let_go(tx, viewer, [_in_json(word) for word in words]) if words else []


async def take_back_from_briefs(tx: Transaction, viewer: Viewer, note_id: int) -> None:
    """Let go, in the briefs of others, of a note of the viewer's that is shared no more: no mail tells of it later.

    So does what is kept of those that were sent.
    """
    mine = [row["id"] for row in await (await tx.execute(ACCOUNTS, {"me": viewer.person_id})).fetchall()]
    said = await _let_go(tx, viewer, [f'"note:{note_id}"'], but=mine)
    await take_out(tx, said, {"drew": await _messages(tx, _SAID_TO_OTHERS, mine)})


async def take_message_from_briefs(tx: Transaction, viewer: Viewer, message: DictRow, people: Collection[int]) -> None:
    """Let go, in the briefs of those whom it asks something, of a message of the viewer's; in those sent, too.

    Args:
        tx: as robbie_app, for the viewer in private, as whom it looks again in the end.
        viewer: whose message it is.
        message: its ``message_id`` and its ``platform_id``.
        people: whom it asks.
    """
    readers = [Viewer.owner(viewer.org_id, person) for person in people]
    said = await _let_go_of(tx, viewer, [f'"message:{message["message_id"]}"'], readers)
    briefs = await _messages(tx, _SAID_TO, people)
    # What somebody asked for at another time is kept nowhere else: its line leads to the message.
    for row in await (await tx.execute(_TEXTS, {"briefs": briefs})).fetchall():
        said += [line for line in row["text"].splitlines() if message["platform_id"] in line]
    await take_out(tx, said, {"drew": briefs})


async def _messages(tx: Transaction, which: str, people: Collection[int]) -> list[int]:
    return [row["message_id"] for row in await (await tx.execute(which, {"people": list(people)})).fetchall()]


async def _let_go(tx: Transaction, viewer: Viewer, words: Sequence[str], but: Collection[int] = ()) -> list[str]:
    """What anybody's briefs said of what holds these words. ``but``: whose own briefs are left alone."""
    people = [row["person_id"] for row in await (await tx.execute(_READERS)).fetchall()]
    readers = [Viewer.owner(viewer.org_id, person) for person in people if person not in but]
    return await _let_go_of(tx, viewer, words, (*readers, *await _of_rooms(tx, viewer)))


async def _let_go_of(tx: Transaction, viewer: Viewer, words: Sequence[str], readers: Sequence[Viewer]) -> list[str]:
    """What the briefs of these readers said of what holds these words, as JSON writes them."""
    said: set[str] = set()
    values = {"words": words}
    for reader in readers:
        await look_as(tx, reader)
        for row in await (await tx.execute(_FOUND, values)).fetchall():
            facts, lines = without(row["facts"], words)
            said.update(lines)
            for statement in (_MAIL, _FACTS):
                await tx.execute(statement, {"id": row["id"], "facts": Jsonb(facts)})
    await look_as(tx, viewer)
    return sorted(said, key=len, reverse=True)


def without(facts: Json, words: Sequence[str]) -> tuple[Json, list[str]]:
    """What a brief was made of without the items that hold these words, and what it said of those.

    Where more than items hold them, nothing is left, which is not the same as nothing yet.

    Args:
        facts: as they are kept, with the brief beside them.
        words: as JSON writes them.
    """

    def holds(value: object) -> bool:
        return any(word in json.dumps(value, ensure_ascii=False) for word in words)

    lists = [found for found in facts.values() if isinstance(found, list)]
    items = [one for found in lists for one in found if isinstance(one, dict) and "ref" in one]
    refs = {one["ref"] for one in items if holds(one)}
    brief = Brief.model_validate(facts.get(BRIEF) or {"title": ""})
    said = [line.text.removeprefix("**") for line in brief.lines if line.ref in refs and line.text.strip("* ")]
    parts = [
        part.model_copy(update={"lines": tuple(line for line in part.lines if line.ref not in refs)})
        for part in brief.parts
    ]
    brief = brief.model_copy(update={"parts": tuple(part for part in parts if part.lines or part.text)})
    kept = {
        name: [one for one in found if one not in items or one["ref"] not in refs] if isinstance(found, list) else found
        for name, found in facts.items()
    }
    if BRIEF in kept:
        kept[BRIEF] = brief.model_dump(mode="json")
    return ({} if holds(kept) else kept), [*said, *map(safe, said)]


async def _of_rooms(tx: Transaction, viewer: Viewer) -> list[Viewer]:
    """Whoever switched a channel's brief on, in that channel: its briefs are theirs to change."""
    found = []
    for row in await (await tx.execute(_ROOMS)).fetchall():
        here = Viewer(org_id=viewer.org_id, person_id=viewer.person_id, room=row["room"])
        await look_as(tx, here)
        owners = await (await tx.execute(_SWITCHED_ON, row)).fetchall()
        found += [here.model_copy(update={"person_id": owner["owner"]}) for owner in owners]
    return found


async def purge_briefs(tx: Transaction, keep_words: timedelta, keep: timedelta) -> None:
    """Let go of old briefs' words, and later of all of them, as robbie_system.

    Args:
        tx: before the inbox rows that they hang on go.
        keep_words: what they said; it can hardly be acted on any more.
        keep: that they were, what was done with them, and who was asked something. No day has its brief twice as
            long as this is some days.
    """
    for statement in (_OLD_SAID, _OLD_FACTS, _OLD_MAIL, _OLD_CHANGES):
        await tx.execute(statement, {"keep": keep_words})
    for statement in (_OLD_LINES, _OLD_BRIEFS, _OLD_MENTIONS):
        await tx.execute(statement, {"keep": keep})


def _in_json(word: str) -> str:
    """A text as PostgreSQL writes it within jsonb."""
    return json.dumps(word, ensure_ascii=False)[1:-1]
