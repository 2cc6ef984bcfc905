"""Whom a message in a channel speaks to by name, and that they have answered, as it comes in."""

# ruff: noqa: S608  (the statements are put together from constants)

from __future__ import annotations

from collections.abc import Sequence

from adapters.postgres.brief_forgetting import take_message_from_briefs
from adapters.postgres.database import Transaction
from adapters.postgres.visible import ACCOUNTS
from core.conversation.models import InboundEvent, Kind
from core.people.viewer import Viewer

_AUTHOR = "ARRAY(SELECT id FROM people WHERE id = {who} OR human = (SELECT human FROM people WHERE id = {who}))"

# Parts of the statement that stores a message (adapters/postgres/inbox.py), which names it ``message``. Only those are
# kept who can read there: they have spoken there of late, or they are members and so can everybody who is one.
ASKED = f"""
    said AS (
        SELECT id, %(occurred_at)s::timestamptz AS at FROM message
        UNION ALL
        SELECT id, occurred_at FROM messages
        WHERE %(kind)s = 'edit' AND conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s
    ),
    asked AS (
        SELECT person_id, spoken FROM accounts, LATERAL (
            SELECT EXISTS (
                SELECT FROM messages JOIN conversations ON conversations.id = conversation_id
                WHERE messages.person_id = accounts.person_id
                  AND occurred_at > %(occurred_at)s::timestamptz - interval '30 days'
                  AND (surface, tenant, channel) = (%(surface)s, %(tenant)s, %(channel)s)) AS spoken) AS there
        WHERE surface = %(surface)s AND tenant = %(tenant)s AND account = ANY (%(mentions)s::text[])
          AND org_id = %(org_id)s AND NOT is_bot AND (spoken OR %(public)s AND is_member)
          AND person_id <> ALL ({_AUTHOR.format(who="%(person_id)s")})
          AND NOT EXISTS (SELECT FROM conversations WHERE id = %(conversation_id)s AND off_record)
    ),
    not_asked AS (
        DELETE FROM mentions WHERE %(kind)s = 'edit' AND message_id IN (SELECT id FROM said)
          AND owner <> ALL (ARRAY(SELECT person_id FROM asked))
    ),
    mentioned AS (
        INSERT INTO mentions (message_id, owner, org_id, said_by, room, thread, public, said_at)
        SELECT said.id, asked.person_id, %(org_id)s, %(person_id)s, %(room)s, %(said_in)s, NOT spoken, said.at
        FROM said, asked ON CONFLICT (message_id, owner) DO NOTHING
    )"""

# In the same thread, as a reply to it, or soon after it in the same channel.
ANSWERED = f"""
    answered AS (
        UPDATE mentions SET answered_at = %(occurred_at)s
        WHERE %(kind)s = 'message' AND owner = ANY ({_AUTHOR.format(who="%(person_id)s")}) AND answered_at IS NULL
          AND said_at < %(occurred_at)s AND room = %(room)s
          AND (thread = %(said_in)s OR said_at > %(occurred_at)s::timestamptz - interval '2 hours'
               OR %(replies_to)s <> '' AND EXISTS (
                    SELECT FROM messages WHERE id = message_id AND platform_id = %(replies_to)s))
    )"""

_REACTED = f"""
    UPDATE mentions SET answered_at = %(occurred_at)s
    FROM inbox_identities JOIN inbox ON inbox.id = inbox_id, accounts
    WHERE inbox_identities.surface = %(surface)s AND inbox_identities.tenant = %(tenant)s
      AND identity = ANY (%(identities)s) AND inbox.message_id = mentions.message_id
      AND accounts.surface = %(surface)s AND accounts.tenant = %(tenant)s AND account = %(account)s
      AND owner = ANY ({_AUTHOR.format(who="accounts.person_id")})
      AND answered_at IS NULL AND said_at <= %(occurred_at)s"""

_OWN = f"""
    SELECT message_id, platform_id, array_agg(owner) AS owners FROM mentions JOIN messages ON messages.id = message_id
    WHERE said_by = ANY (ARRAY({ACCOUNTS})) AND (%(messages)s::bigint[] IS NULL OR message_id = ANY (%(messages)s))
    GROUP BY message_id, platform_id"""


def values(event: InboundEvent, said_in: str) -> dict[str, object]:
    """What the parts of the statement are given. Who speaks to Robbie, and of another, asks that one nothing.

    Args:
        event: a message, or something that happens to one.
        said_in: the thread, also where it is kept as only heard.
    """
    to_robbie = event.addressed and not event.speaks_to_other
    return {
        "room": event.place.room,
        "said_in": said_in,
        "mentions": [] if to_robbie or event.author.is_bot or event.place.direct else list(event.mentions),
        "public": event.public,
        "replies_to": event.replies_to,
    }


async def reacted(tx: Transaction, event: InboundEvent) -> None:
    """A reaction of whom a message speaks to answers it, as robbie_system."""
    if event.kind is not Kind.REACTION or event.removed or event.place.direct:
        return
    place = event.place  # Discord's threads are channels of their own
    identities = [f"message:{channel}:{event.message_id}" for channel in (place.channel, place.thread)]
    given = {"identities": identities, "account": event.author.account, "occurred_at": event.occurred_at}
    await tx.execute(_REACTED, {**place.model_dump(), **given})


async def take_back_asked(tx: Transaction, author: Viewer, messages: Sequence[int] | None = None) -> None:
    """Let go of what briefs of others quote of an author's messages.

    Args:
        tx: as robbie_app, for the author in private, as whom it looks again in the end.
        author: who said them.
        messages: which; None for all.
    """
    rows = await (await tx.execute(_OWN, {"me": author.person_id, "messages": messages})).fetchall()
    for row in rows:
        await take_message_from_briefs(tx, author, row, row["owners"])
