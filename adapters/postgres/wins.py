"""The posts that tell of wins: named by their notes, so that they can be taken back with them."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from adapters.postgres import again
from adapters.postgres.database import Transaction
from core.conversation.models import Place

_WHERE = """
    SELECT conversations.id FROM consents JOIN conversations
      ON surface = split_part(audience, '/', 1) AND tenant = split_part(audience, '/', 2)
     AND channel = split_part(audience, '/', 3) AND thread = ''
    WHERE note_id = %s AND what = 'celebrate' AND part = 'owner'"""

# Nobody has seen what waits to be sent, so it is not posted first; what would have deleted its post goes with it.
_UNSENT = f"DELETE FROM outbox WHERE inbox_id IN ({again.ASKED}) AND state = 'ready' AND phase <> 'gone'"
_NOT_TOLD = """
    UPDATE consents SET state = 'revoked', settled_at = clock_timestamp()
    WHERE note_id = %s AND what = 'celebrate' AND part = 'owner' AND state = 'yes' AND audience <> %s"""

_CLOSE_WINS = """
    UPDATE channel_settings SET settings = settings - 'wins'
    WHERE surface = %(surface)s AND tenant = %(tenant)s AND settings ? 'wins'"""
_OPEN_WINS = """
    INSERT INTO channel_settings (org_id, surface, tenant, channel, settings)
    VALUES (%(org_id)s, %(surface)s, %(tenant)s, %(channel)s, '{"wins": true}')
    ON CONFLICT (surface, tenant, channel) DO UPDATE SET settings = channel_settings.settings || excluded.settings"""


def win_post(note_id: int) -> str:
    """What the inbox row is called that tells of a win."""
    return f"win:{note_id}"


async def take_back_win(tx: Transaction, note_id: int) -> None:
    """Delete the post that told of a note, if there is one; it is not made where that is still to be done."""
    for row in await (await tx.execute(_WHERE, (note_id,))).fetchall():
        post = {"conversation_id": row["id"], "platform_id": win_post(note_id)}
        await again.take_back(tx, post)
        await tx.execute(_UNSENT, post)


async def leave_wins(tx: Transaction, note_id: int, audience: str) -> None:
    """A note that is shared with others than those who are told of its win is told of there no more."""
    if (await tx.execute(_NOT_TOLD, (note_id, audience))).rowcount:
        await take_back_win(tx, note_id)


async def open_wins(tx: Transaction, org_id: int, place: Place, *, on: bool) -> None:
    """Make a channel the one where wins are told, in the place of any other of its workspace; or none."""
    values = {**place.model_dump(), "org_id": org_id}
    await tx.execute(_CLOSE_WINS, values)
    if on:
        await tx.execute(_OPEN_WINS, values)
