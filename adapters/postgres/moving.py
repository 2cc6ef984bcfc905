"""Moves a direct message that belongs to no workspace into its person's home org, with all that hangs on it."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from adapters.postgres.database import Database, Transaction
from adapters.postgres.directory import lock_person
from adapters.postgres.leaving import leave
from adapters.postgres.membership import at_home

_THERE = "conversation_id = ANY (%(conversations)s)"
_ANSWERS = f"interaction_id IN (SELECT id FROM interactions WHERE {_THERE})"
_ITEMS = f"inbox_id IN (SELECT id FROM inbox WHERE {_THERE} OR person_id = %(person_id)s)"

MOVES = {
    "accounts": "person_id = %(person_id)s",
    "links": "person_id = %(person_id)s",
    "notes": "owner = %(person_id)s",
    "note_sources": "note_id IN (SELECT id FROM notes WHERE owner = %(person_id)s)",
    "memories": f"owner = %(person_id)s OR {_THERE}",
    "consents": "owner = %(person_id)s",
    "refusals": "person_id = %(person_id)s",
    "tasks": "owner = %(person_id)s",
    "task_ties": "owner = %(person_id)s",
    "goals": "owner = %(person_id)s",
    "calendars": "owner = %(person_id)s",
    "calendar_events": "owner = %(person_id)s",
    "focus_blocks": "owner = %(person_id)s",
    "companies": "owner = %(person_id)s",
    "contacts": "owner = %(person_id)s",
    "deals": "owner = %(person_id)s",
    "activities": "owner = %(person_id)s",
    "imports": "owner = %(person_id)s",
    "outreach": "owner = %(person_id)s",
    "direct_places": "person_id = %(person_id)s",
    "brief_times": "person_id = %(person_id)s",
    "briefs": "owner = %(person_id)s",
    "brief_lines": "owner = %(person_id)s",
    "priority_weights": "owner = %(person_id)s",
    "deliveries": "owner = %(person_id)s",
    "mail_addresses": "person_id = %(person_id)s",
    "letters": "person_id = %(person_id)s",
    "api_tokens": "person_id = %(person_id)s",
    "reminders": "owner = %(person_id)s",
    "conversations": "id = ANY (%(conversations)s)",
    "messages": _THERE,
    "reactions": f"message_id IN (SELECT id FROM messages WHERE {_THERE})",
    "inbox_identities": _ITEMS,
    "reply_tokens": _ITEMS,
    "outbox": _THERE,
    "interactions": _THERE,
    "model_calls": _ANSWERS,
    "drawn_on": _ANSWERS,
    "votes": _ANSWERS,
    "signals": _ANSWERS,
    "channel_settings": """(surface, tenant, channel) IN (
        SELECT surface, tenant, channel FROM conversations WHERE id = ANY (%(conversations)s))""",
    "inbox": f"{_THERE} OR person_id = %(person_id)s",
    "people": "id = %(person_id)s",
}
"""What moves, by table. A test fails for a table of orgs that is neither here nor in ``STAYS``."""

STAYS = {
    "organizations": "the orgs themselves",
    "tenants": "the application's direct messages, of which these are a part",
    "installations": "a workspace's own",
    "budgets": "money was spent where it was spent",
    "uploads": "the web chat's own",
    "mentions": "who is spoken to in a channel, where nobody moves from",
    "audit_log": "what was done stays where it was done",
    "brief_changes": "looked at and deleted within a minute",
}

_UNSETTLED = "SELECT id FROM people WHERE unsettled ORDER BY id LIMIT 20"

_FROM_TO = """
    SELECT people.id AS person_id, people.org_id AS origin, accounts.surface, accounts.tenant, accounts.account,
           coalesce((SELECT home.org_id FROM people AS home WHERE home.human = people.human AND home.home),
                    tenants.org_id) AS target
    FROM people JOIN accounts ON accounts.person_id = people.id
    JOIN tenants ON (tenants.surface, tenants.tenant) = (accounts.surface, accounts.tenant)
    WHERE people.id = %s AND people.unsettled"""
_WHO = f"{_FROM_TO} FOR NO KEY UPDATE OF people SKIP LOCKED"
_ACCOUNT = "SELECT surface, tenant, account FROM accounts WHERE person_id = %s"

# Claims, the control lane and senders take these same locks, and find nothing here any more afterwards.
_CONVERSATIONS = """
    SELECT id FROM conversations
    WHERE surface = %(surface)s AND tenant = %(tenant)s AND direct AND id IN (
        SELECT conversation_id FROM inbox WHERE person_id = %(person_id)s
        UNION SELECT conversation_id FROM messages WHERE person_id = %(person_id)s)
    ORDER BY id FOR UPDATE"""
_ROWS = f"SELECT FROM outbox WHERE {_THERE} AND state IN ('ready', 'sending', 'unknown') ORDER BY id FOR UPDATE"
_BUSY = f"""
    SELECT EXISTS (SELECT FROM inbox WHERE {_THERE} AND state = 'claimed')
        OR EXISTS (SELECT FROM outbox WHERE {_THERE} AND lease_until > clock_timestamp()) AS so"""
_SETTLED = "UPDATE people SET unsettled = false WHERE id = %(person_id)s"


class PostgresMoves:
    """Idempotent, as robbie_system; any number of processes may do it.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def move(self) -> int:
        """Move whoever has to and stands still, and say how many that were."""
        async with self._database.system() as tx:
            people = await (await tx.execute(_UNSETTLED)).fetchall()
        return sum([await self._move(row["id"]) for row in people])

    async def _move(self, person_id: int) -> bool:
        """Whether this one has moved. In the middle of a turn or a send, it waits."""
        async with self._database.system() as tx:
            account = await (await tx.execute(_ACCOUNT, (person_id,))).fetchone()
            who = await (await tx.execute(_FROM_TO, (person_id,))).fetchone()
        if account is None or who is None:
            return False
        if who["origin"] != who["target"]:
            await leave(self._database, who["origin"], person_id)
        async with self._database.system() as tx:
            await lock_person(tx, account["surface"], account["tenant"], account["account"])
            who = await (await tx.execute(_WHO, (person_id,))).fetchone()
            if who is None:
                return False
            moves = who["origin"] != who["target"]
            if moves and not await _moved(tx, who):
                return False
            await tx.execute(_SETTLED, who)
        await self._database.run(who["target"], at_home(person_id))
        return bool(moves)


async def _moved(tx: Transaction, who: dict[str, object]) -> bool:
    conversations = [row["id"] for row in await (await tx.execute(_CONVERSATIONS, who)).fetchall()]
    values = {**who, "conversations": conversations}
    await tx.execute(_ROWS, values)
    busy = await (await tx.execute(_BUSY, values)).fetchone()
    if busy is None or busy["so"]:
        return False
    for table, which in MOVES.items():
        await tx.execute(f"UPDATE {table} SET org_id = %(target)s WHERE {which}", values)
    return True
