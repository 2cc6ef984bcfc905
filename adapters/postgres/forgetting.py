"""Forgetting one note: the note with all that hangs on it, and its words wherever Robbie wrote them down."""

from __future__ import annotations

from psycopg.types.json import Jsonb

from adapters.postgres.brief_forgetting import said_in_briefs, take_out_of_briefs
from adapters.postgres.database import Transaction
from adapters.postgres.refusals import refuse
from adapters.postgres.rewriting import LONG, mark, take_out, written
from adapters.postgres.visible import ACCOUNTS
from adapters.postgres.wins import take_back_win
from core.people.viewer import Viewer

# Commands that show a note, by another number than its own.
_SHOWING = ("ask-consent", "show-consent", "consent", "edit-consent", "consent-outcome", "tell-win", "share", "unshare")
_FAMILY = ("note", "notes", "show-note", "edit-note", "pin-note", "forget-note")

_NOTE = """
    SELECT notes.id, owner, text, origin,
           ARRAY(SELECT id::text FROM consents WHERE note_id = notes.id) AS questions,
           ARRAY(SELECT wording FROM consents WHERE note_id = notes.id) AS wordings
    FROM notes WHERE id = %(id)s AND owner = ANY (%(mine)s) FOR UPDATE"""

# What asked for the note, or changed it, with the messages that said so; a yes to what was asked back leads to them.
_ASKED = """
    WITH asked AS (
        SELECT id, detail FROM inbox WHERE person_id = ANY (%(mine)s) AND (id = %(origin)s
            OR detail #>> '{command,command}' = ANY (%(family)s) AND detail #>> '{command,arguments,id}' = %(number)s
            OR detail #>> '{command,command}' = 'edit-consent'
               AND detail #>> '{command,arguments,id}' = ANY (%(questions)s))
    ),
    meant AS (
        SELECT id FROM asked
        UNION SELECT (detail #>> '{command,arguments,of}')::bigint FROM asked
        WHERE detail #>> '{command,command}' = 'yes'
    )
    SELECT inbox.id, conversation_id, platform_id, message_id, detail #>> '{command,arguments,text}' AS text
    FROM inbox JOIN meant USING (id) WHERE person_id = ANY (%(mine)s)"""
_UNASKED = """
    UPDATE inbox SET detail = (detail #- '{command,arguments,text}'::text[]) - 'text'
    WHERE id = ANY (%(asked)s) OR kind = 'edit' AND EXISTS (
        SELECT FROM inbox AS item WHERE item.id = ANY (%(asked)s)
          AND (item.conversation_id, item.platform_id) = (inbox.conversation_id, inbox.platform_id))"""

# Where its owner speaks with Robbie, and where somebody was asked about it.
_PLACES = """
    SELECT id, direct FROM conversations WHERE id IN (
        SELECT conversation_id FROM messages WHERE person_id = ANY (%(mine)s)
        UNION SELECT conversation_id FROM consents WHERE note_id = %(id)s)"""
# Others' answers that were given it. What else Robbie said to others is theirs, whatever words it shares with a note.
_DREW = """
    SELECT answer_id FROM drawn_on JOIN memories ON memories.id = memory_id
    JOIN interactions ON interactions.id = interaction_id WHERE note_id = %(id)s AND answer_id IS NOT NULL"""

# What it was found in is part of a conversation and stays there; it is not recalled any more, nor when it is edited.
_FOUND_IN = "SELECT message_id FROM note_sources WHERE note_id = %(id)s"
_NOT_RECALLED = "DELETE FROM memories WHERE message_id = ANY (%(said)s) AND owner = ANY (%(mine)s)"
_NOT_TO_RECALL = """
    UPDATE messages SET noticing = 'never', to_remember = false WHERE id = ANY (%(said)s) AND noticing <> 'never'"""

_GONE = "DELETE FROM notes WHERE id = %(id)s"
_AUDIT = "INSERT INTO audit_log (org_id, actor, action, counts) VALUES (%s, %s, %s, %s)"


async def forget_note(tx: Transaction, viewer: Viewer, note_id: int) -> bool:
    """Forget one of the viewer's own notes for good; False where there is none of that id.

    Nothing of it stays: its memory with the vector, its sources and consents go with it; where Robbie's messages, what
    waits to be sent, or what asked for it hold its words, these are taken out; it is not proposed again.

    Args:
        tx: as robbie_app, for this viewer.
        viewer: the owner, in private.
        note_id: the note.
    """
    mine = [row["id"] for row in await (await tx.execute(ACCOUNTS, {"me": viewer.person_id})).fetchall()]
    values: dict[str, object] = {"id": note_id, "mine": mine, "family": list(_FAMILY), "number": str(note_id)}
    values["showing"] = [*_FAMILY, *_SHOWING]
    note = await (await tx.execute(_NOTE, values)).fetchone()
    if note is None:
        return False
    await refuse(tx, viewer.org_id, note["owner"], note["text"])
    await take_back_win(tx, note_id)
    came_of = {"origin": note["origin"], "questions": note["questions"]}
    asked = await (await tx.execute(_ASKED, {**values, **came_of})).fetchall()
    found_in = [row["message_id"] for row in await (await tx.execute(_FOUND_IN, values)).fetchall()]
    words = written([note["text"], *note["wordings"], *(row["text"] or "" for row in asked)])
    values |= {
        "asked": [row["id"] for row in asked],
        "said": [*found_in, *(row["message_id"] for row in asked if row["message_id"])],
        "marks": [mark(note_id)],
    }
    places = await (await tx.execute(_PLACES, values)).fetchall()
    drew = await (await tx.execute(_DREW, values)).fetchall()
    values |= {"places": [row["id"] for row in places], "direct": [row["id"] for row in places if row["direct"]]}
    values["drew"] = [*(row["answer_id"] for row in drew), *await said_in_briefs(tx)]
    in_briefs = await take_out_of_briefs(tx, viewer, [word for word in words if len(word) >= LONG])
    where = {**values, "said": [row["message_id"] for row in asked if row["message_id"]]}
    rewritten = await take_out(tx, [*in_briefs, *words], where)
    for statement in (_UNASKED, _NOT_RECALLED, _NOT_TO_RECALL, _GONE):
        await tx.execute(statement, values)
    await tx.execute(_AUDIT, (viewer.org_id, viewer.person_id, "forget-note", Jsonb({"rewritten": rewritten})))
    return True
