"""What becomes of what was made of a message when it is edited or deleted, in the same moment."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg.rows import DictRow

from adapters.postgres.brief_forgetting import take_back_from_briefs
from adapters.postgres.database import Transaction, look_as
from adapters.postgres.mentions import take_back_asked
from adapters.postgres.rewriting import take_out, written
from adapters.postgres.wins import take_back_win
from core.people.viewer import Viewer

_MESSAGE = """
    SELECT id, org_id, person_id, conversation_id, text FROM messages
    WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s AND person_id IS NOT NULL"""

# Found in this message and in no other. What a person pinned stays.
_OF_IT = """
    SELECT notes.id, shared_with <> '' AS shared FROM notes JOIN note_sources ON note_id = notes.id
    WHERE message_id = %(message_id)s AND found_by <> 'hand' AND NOT pinned AND NOT EXISTS (
        SELECT FROM note_sources AS other WHERE other.note_id = notes.id AND other.message_id <> %(message_id)s)"""
_UNTOUCHED = f"{_OF_IT} AND shared_with = '' AND edited_at IS NULL"

# Answers to others that were given it.
_DREW = """
    SELECT answer_id FROM drawn_on JOIN memories ON memories.id = memory_id
    JOIN interactions ON interactions.id = interaction_id
    WHERE memories.message_id = %(message_id)s AND answer_id IS NOT NULL"""

_HOLD_AGAIN = "UPDATE notes SET valid_to = NULL, superseded_by = NULL WHERE superseded_by = ANY (%(notes)s)"
_GONE = "DELETE FROM notes WHERE id = ANY (%(notes)s)"


async def deleted(tx: Transaction, row: Mapping[str, object]) -> None:
    """Delete the notes of a message that its author deletes, shared ones too: this takes it back.

    No brief quotes the message any more, and what is kept of Robbie's answers does not repeat it.
    """
    message = await _withdraw(tx, row, _OF_IT)
    if message is not None:
        drew = await (await tx.execute(_DREW, {"message_id": message["id"]})).fetchall()
        where = {"places": [message["conversation_id"]], "drew": [one["answer_id"] for one in drew]}
        await take_out(tx, written([message["text"]]), where)


async def edited(tx: Transaction, row: Mapping[str, object]) -> None:
    """Delete the notes of what a message said before, unless a person has changed or shared them.

    No brief quotes what it said any more.
    The message waits to be looked through again (by a trigger): what it still says becomes a note again.
    """
    await _withdraw(tx, row, _UNTOUCHED)


async def _withdraw(tx: Transaction, row: Mapping[str, object], which: str) -> DictRow | None:
    """What was made of a message goes; the message is returned, if it is anybody's."""
    message = await (await tx.execute(_MESSAGE, row)).fetchone()
    if message is None:
        return None
    owner = Viewer.owner(message["org_id"], message["person_id"])
    await look_as(tx, owner)
    await take_back_asked(tx, owner, [message["id"]])
    found = await (await tx.execute(which, {"message_id": message["id"]})).fetchall()
    if found:
        notes = {"notes": [one["id"] for one in found]}
        for one in found:
            await take_back_win(tx, one["id"])
            if one["shared"]:
                await take_back_from_briefs(tx, owner, one["id"])
        await tx.execute(_HOLD_AGAIN, notes)
        await tx.execute(_GONE, notes)
    return message
