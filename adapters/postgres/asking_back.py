"""What Robbie asked back about: the words that it was not sure of, and a yes or no that is typed and not pressed."""

from __future__ import annotations

from adapters.postgres.database import Database
from core.conversation.stores import Claim
from core.registry import Invocation

_ASKED = """
    SELECT messages.text FROM inbox JOIN messages ON messages.id = inbox.message_id
    WHERE inbox.id = %(inbox_id)s AND inbox.conversation_id = %(conversation_id)s
      AND inbox.person_id = %(person_id)s AND NOT EXISTS (
        SELECT FROM inbox AS settled
        WHERE settled.conversation_id = %(conversation_id)s AND settled.person_id = %(person_id)s
          AND settled.state = 'answered' AND settled.detail #>> '{command,command}' IN ('yes', 'no')
          AND settled.detail #>> '{command,arguments,of}' = inbox.id::text)"""

# Only what Robbie said last is meant. Kept with the row, it counts as that button wherever it is looked for later, and
# when the turn begins anew.
_MEANT = """
    WITH last AS (
        SELECT extras -> 'buttons' AS buttons FROM outbox
        WHERE conversation_id = %(conversation_id)s AND phase <> 'gone' ORDER BY id DESC LIMIT 1
    )
    UPDATE inbox SET detail = detail || jsonb_build_object('command', button -> 'invocation')
    FROM last, jsonb_array_elements(last.buttons) AS button
    WHERE inbox.id = %(inbox_id)s AND fence = %(fence)s AND inbox.state = 'claimed'
      AND button #>> '{invocation,command}' = %(word)s AND button #>> '{invocation,arguments,of}' IN (
        SELECT id::text FROM inbox AS asked
        WHERE asked.conversation_id = %(conversation_id)s AND asked.person_id = inbox.person_id)
    RETURNING button -> 'invocation' AS invocation"""


async def asked(database: Database, claim: Claim, inbox_id: int) -> str | None:
    """What the claim's asker wrote, if nobody has settled it yet."""
    values = {"inbox_id": inbox_id, "conversation_id": claim.conversation_id, "person_id": claim.asker.person_id}
    (rows,) = await database.run(claim.asker.org_id, (_ASKED, values))
    return rows[0]["text"] if rows else None


async def meant(database: Database, claim: Claim, word: str) -> Invocation | None:
    """The button of that word under what Robbie said last, if it asked the claim's asker back."""
    values = {
        "inbox_id": claim.inbox_id,
        "fence": claim.fence,
        "conversation_id": claim.conversation_id,
        "word": word,
    }
    (rows,) = await database.run(claim.asker.org_id, (_MEANT, values))
    return Invocation.model_validate(rows[0]["invocation"]) if rows else None
