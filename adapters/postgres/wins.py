"""The posts that tell of wins: named by their notes, so that they can be taken back with them."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from adapters.postgres import again
from adapters.postgres.database import Transaction

_WHERE = """
    SELECT conversations.id FROM consents JOIN conversations
      ON surface = split_part(audience, '/', 1) AND tenant = split_part(audience, '/', 2)
     AND channel = split_part(audience, '/', 3) AND thread = ''
    WHERE note_id = %s AND what = 'celebrate' AND part = 'owner'"""

# Nobody has seen what waits to be sent, so it is not posted first; what would have deleted its post goes with it.
_UNSENT = f"DELETE FROM outbox WHERE inbox_id IN ({again.ASKED}) AND state = 'ready' AND phase <> 'gone'"


def win_post(note_id: int) -> str:
    """What the inbox row is called that tells of a win."""
    return f"win:{note_id}"


async def take_back_win(tx: Transaction, note_id: int) -> None:
    """Delete the post that told of a note, if there is one; it is not made where that is still to be done."""
    for row in await (await tx.execute(_WHERE, (note_id,))).fetchall():
        post = {"conversation_id": row["id"], "platform_id": win_post(note_id)}
        await again.take_back(tx, post)
        await tx.execute(_UNSENT, post)
