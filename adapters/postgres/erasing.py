"""Everything that is kept about a person goes, in the transaction that records the answer which says so."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from psycopg.types.json import Jsonb

from adapters.postgres.brief_forgetting import said_in_briefs, take_back_from_briefs, take_out_of_briefs
from adapters.postgres.database import Transaction, look_as
from adapters.postgres.mentions import take_back_asked
from adapters.postgres.rewriting import LONG, mark, take_out, written
from adapters.postgres.visible import ACCOUNTS
from adapters.postgres.wins import take_back_win
from core.people.viewer import Viewer

REMOVED = "_(Removed at a person's wish.)_"

# Whoever stores something for this person waits here, and then finds nobody any more.
_MINE = f"{ACCOUNTS} ORDER BY id FOR UPDATE"
_ITS = "person_id = ANY (%(mine)s)"

_TOOK_PART = f"""
    SELECT id, direct FROM conversations WHERE id IN (
        SELECT conversation_id FROM messages WHERE {_ITS} UNION SELECT conversation_id FROM inbox WHERE {_ITS}
        UNION SELECT conversation_id FROM interactions WHERE {_ITS})"""
_KEPT = """
    SELECT id, text FROM notes WHERE owner = ANY (%(mine)s)
    UNION ALL SELECT note_id, wording FROM consents WHERE owner = ANY (%(mine)s)
    UNION ALL SELECT id, text FROM tasks WHERE owner = ANY (%(mine)s)
    UNION ALL SELECT id, text FROM reminders WHERE owner = ANY (%(mine)s)
    UNION ALL SELECT id, text FROM activities WHERE owner = ANY (%(mine)s)"""

# In threads with others: Robbie's answers to this person, and those to others that repeat what this person said.
# An answer stands right after its question, also when what else tied them together is purged.
_ANSWERS = f"""
    UPDATE messages AS answer SET text = %(removed)s
    WHERE person_id IS NULL AND conversation_id = ANY (%(shared)s) AND text <> '' AND (
        id IN (SELECT answer_id FROM interactions WHERE {_ITS})
        OR id IN (SELECT outbox.message_id FROM outbox JOIN inbox ON inbox.id = inbox_id WHERE inbox.{_ITS})
        OR EXISTS (
            SELECT FROM messages AS said WHERE said.conversation_id = answer.conversation_id AND said.{_ITS} AND (
                answer.occurred_at = said.occurred_at + interval '1 microsecond'
                OR length(said.text) >= %(least)s AND strpos(lower(answer.text), lower(said.text)) > 0)))"""
# Answers to others that were given something of this person's.
_DRAWN_ON = """
    WITH drawn AS (
        SELECT answer_id FROM drawn_on JOIN memories ON memories.id = memory_id
        JOIN interactions ON interactions.id = interaction_id WHERE memories.owner = ANY (%(mine)s)
    ),
    sent AS (
        UPDATE outbox SET body = %(removed)s, shown = NULL, extras = extras - 'page' - 'files'
        WHERE message_id IN (SELECT answer_id FROM drawn) AND body <> ''
    )
    UPDATE messages SET text = %(removed)s WHERE id IN (SELECT answer_id FROM drawn) AND text <> ''"""
_SENT = f"""
    UPDATE outbox SET body = %(removed)s, shown = NULL, extras = extras - 'page' - 'files' FROM messages AS said
    WHERE outbox.conversation_id = ANY (%(shared)s) AND said.conversation_id = outbox.conversation_id AND said.{_ITS}
      AND length(said.text) >= %(least)s AND strpos(lower(outbox.body), lower(said.text)) > 0"""
_OUTBOX = f"""
    DELETE FROM outbox USING inbox
    WHERE inbox.id = inbox_id AND inbox.{_ITS} AND inbox.id <> %(inbox_id)s
      AND NOT starts_with(inbox.platform_id, 'win:')"""

# What told others of this person's wins is deleted where it stands, and so still has to be known, without its words.
_WINS = "SELECT note_id FROM consents WHERE owner = ANY (%(mine)s) AND what = 'celebrate' AND part = 'owner'"
_TOLD = f"""
    UPDATE outbox SET body = %(removed)s, shown = NULL, extras = extras - 'page' - 'files' - 'buttons' FROM inbox
    WHERE inbox.id = inbox_id AND inbox.{_ITS} AND starts_with(inbox.platform_id, 'win:') AND outbox.body <> ''"""

# A yes to what others wanted to share of this person is taken back.
_AGREED = f"""
    SELECT note_id, owner, audience, what FROM consents
    WHERE {_ITS} AND part = 'subject' AND state = 'yes' AND owner <> ALL (%(mine)s)"""
_UNSHARE = "UPDATE notes SET shared_with = '' WHERE id = %(note_id)s AND shared_with = %(audience)s"

# The rows stay, empty, until they are purged: what a platform delivers again is known by them. A turn that runs for
# one of them finds that it is not its own any more, and nothing of its work is kept.
_INBOX = f"""
    UPDATE inbox SET person_id = NULL, message_id = NULL, detail = '{{}}', cancel = NULL, lease_until = NULL,
        conversation_id = CASE WHEN conversation_id = ANY (%(gone)s) THEN NULL ELSE conversation_id END,
        state = CASE WHEN state IN ('received', 'claimed') THEN 'ignored' ELSE state END,
        closed_at = coalesce(closed_at, clock_timestamp())
    WHERE {_ITS}"""

# Of the conversation in which it was asked for, if nobody else reads it, the answer alone stays.
_HERE = """
    DELETE FROM messages WHERE conversation_id = %(here)s AND id NOT IN (
        SELECT message_id FROM outbox WHERE inbox_id = %(inbox_id)s AND message_id IS NOT NULL)"""
_SETTINGS = """
    DELETE FROM channel_settings USING conversations
    WHERE conversations.id = ANY (%(direct)s) AND (channel_settings.surface, channel_settings.tenant,
        channel_settings.channel) = (conversations.surface, conversations.tenant, conversations.channel)"""
_UPLOADS = f"""
    DELETE FROM uploads USING accounts
    WHERE (uploads.surface, uploads.account) = (accounts.surface, accounts.account) AND {_ITS}"""
# What they kept alone goes. What the team keeps stays, without an owner (their account's row goes, and with it that it
# was theirs): whom the team deals with is not theirs to take. What they wrote about it in words of their own goes: of a
# call, that it was and when stays.
_OWN = tuple(
    f"DELETE FROM {table} WHERE owner = ANY (%(mine)s) AND shared_with = ''"
    for table in ("activities", "deals", "contacts", "companies")
)
_TOUCHES = "UPDATE activities SET text = '' WHERE owner = ANY (%(mine)s) AND text <> ''"
_ABOUT = tuple(
    f"UPDATE {table} SET about = '', before = NULL WHERE owner = ANY (%(mine)s)" for table in ("contacts", "companies")
)
_DEALS = "UPDATE deals SET before = NULL WHERE owner = ANY (%(mine)s)"
_CONVERSATIONS = "DELETE FROM conversations WHERE id = ANY (%(gone)s)"
# Accounts, notes, memories with their vectors, consents, refusals, tasks, reminders, messages, interactions, votes,
# signals and reactions go with their person.
_PEOPLE = "DELETE FROM people WHERE id = ANY (%(mine)s)"

_AUDIT = """
    INSERT INTO audit_log (org_id, actor, action, counts) VALUES (%(org_id)s, %(me)s, 'forget-me', %(counts)s)"""


async def erase(tx: Transaction, viewer: Viewer, inbox_id: int, conversation_id: int) -> None:
    """Erase everything that is kept about the viewer in this org, over all accounts that are joined.

    Args:
        tx: as robbie_app, for this viewer in private; the inbox row is closed in it already.
        viewer: whom to forget.
        inbox_id: what asked for it; its answer is still to be sent.
        conversation_id: where it was asked for.
    """
    mine = [row["id"] for row in await (await tx.execute(_MINE, {"me": viewer.person_id})).fetchall()]
    values: dict[str, object] = {
        "me": viewer.person_id,
        "org_id": viewer.org_id,
        "mine": mine,
        "inbox_id": inbox_id,
        "removed": REMOVED,
        "least": LONG,
    }
    took_part = await (await tx.execute(_TOOK_PART, values)).fetchall()
    direct = [row["id"] for row in took_part if row["direct"]]
    values |= {
        "direct": direct,
        "shared": [row["id"] for row in took_part if not row["direct"]],
        "gone": [id for id in direct if id != conversation_id],
        "here": conversation_id if conversation_id in direct else None,
    }
    await _take_back(tx, viewer, values)
    await take_back_asked(tx, viewer)
    for statement in (_OUTBOX, _TOLD, _SENT, _ANSWERS, _DRAWN_ON):
        await tx.execute(statement, values)
    await _unquote(tx, viewer, values, [row["id"] for row in took_part])
    counts = {"people": len(mine), "conversations": len(took_part)}
    for statement in (*_OWN, _TOUCHES, *_ABOUT, _DEALS, _INBOX, _HERE, _SETTINGS, _UPLOADS, _CONVERSATIONS, _PEOPLE):
        await tx.execute(statement, values)
    await tx.execute(_AUDIT, {**values, "counts": Jsonb(counts)})


async def _take_back(tx: Transaction, viewer: Viewer, values: dict[str, object]) -> None:
    """What others see by this person's consent is theirs to see no more."""
    for row in await (await tx.execute(_AGREED, values)).fetchall():
        await look_as(tx, Viewer.owner(viewer.org_id, row["owner"]))
        await tx.execute(_UNSHARE, row)
        await take_back_from_briefs(tx, Viewer.owner(viewer.org_id, row["owner"]), row["note_id"])
        if row["what"] == "celebrate":
            await take_back_win(tx, row["note_id"])
    await look_as(tx, viewer)
    for row in await (await tx.execute(_WINS, values)).fetchall():
        await take_back_win(tx, row["note_id"])


async def _unquote(tx: Transaction, viewer: Viewer, values: dict[str, object], took_part: list[int]) -> None:
    """Take what this person kept out of what Robbie wrote where they took part, and out of lists for others."""
    kept = await (await tx.execute(_KEPT, values)).fetchall()
    words = [word for word in written([row["text"] for row in kept]) if len(word) >= LONG]
    in_briefs = await take_out_of_briefs(tx, viewer, words)
    marks = sorted({mark(row["id"]) for row in kept})
    where = {"marks": marks, "places": took_part, "drew": await said_in_briefs(tx), "mine": values["mine"]}
    await take_out(tx, [*in_briefs, *words], where)
