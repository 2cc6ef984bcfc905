"""Recurring work. That it was done is written in its own transaction, so it happens once, whoever ticks or dies."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from adapters.postgres.brief_forgetting import purge_briefs
from adapters.postgres.database import Database, Transaction
from adapters.postgres.notes import WEIGHED
from core.notes.decay import KEPT_FOR, is_faded
from core.notes.models import Note
from core.work.contacts import RESTORE_DAYS

# Who comes second waits here until the first has ended, and goes on if that one has done nothing.
_ONCE = "INSERT INTO schedules (kind, subject, local_date) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"

_PURGE = """
    DELETE FROM inbox WHERE state IN ('answered', 'ignored', 'expired') AND closed_at < clock_timestamp() - %s"""

# What was sent to its person need not lie here as well.
_FILES = """
    UPDATE outbox SET extras = extras - 'files'
    WHERE state = 'sent' AND extras ? 'files' AND sent_at < clock_timestamp() - interval '1 day'"""

# Who asked to be forgotten in a channel was told so under their account's name.
_READER = """
    UPDATE outbox SET extras = extras - 'only_for' FROM inbox
    WHERE inbox.id = inbox_id AND inbox.person_id IS NULL AND outbox.state = 'sent' AND extras ? 'only_for'"""

# What was deleted can be brought back for a month. A file that nobody said yes to was looked at a day ago.
_CRM = (
    *(
        f"DELETE FROM {table} WHERE gone_at < clock_timestamp() - %(keep)s"  # noqa: S608  (put together from constants)
        for table in ("deals", "contacts", "companies")
    ),
    "DELETE FROM imports WHERE created_at < clock_timestamp() - interval '1 day'",
)

# A token is shown once. What was sent needs it no more.
_TOKENS = """
    UPDATE outbox SET body = regexp_replace(body, 'robbie_[A-Za-z0-9_-]{43}', '(shown once)', 'g'),
        shown = regexp_replace(shown, 'robbie_[A-Za-z0-9_-]{43}', '(shown once)', 'g')
    WHERE state = 'sent' AND body ~ 'robbie_[A-Za-z0-9_-]{43}'"""

# What may have faded; what it weighs is reckoned in one place (core/notes/decay.py).
_MAY_FADE = """
    found_by <> 'hand' AND NOT pinned AND shared_with = '' AND edited_at IS NULL AND said_at < %(before)s
    AND coalesce(due_at, said_at) < %(before)s AND coalesce(used_at, said_at) < %(before)s
    AND NOT EXISTS (SELECT FROM consents WHERE note_id = notes.id AND state IN ('waiting', 'yes'))"""
_OLD = f"""
    SELECT {WEIGHED} FROM notes WHERE {_MAY_FADE} AND id > %(after)s
    ORDER BY id LIMIT %(limit)s"""  # noqa: S608  (put together from constants)
# What its owner pinned, shared or changed since it was read stays.
_FADED = f"DELETE FROM notes WHERE id = ANY (%(faded)s) AND {_MAY_FADE}"  # noqa: S608
_BATCH = 1_000


class PostgresSchedules:
    """What ticks do, as robbie_system; any number of processes may tick.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def now(self) -> datetime:
        """The time by the database's clock: one machine whose own is wrong skips nobody's briefs."""
        async with self._database.system() as tx:
            row = await (await tx.execute("SELECT clock_timestamp() AS at")).fetchone()
        found: datetime = row["at"] if row else datetime.now(UTC)
        return found.astimezone(UTC)

    async def purge(self, day: date, keep: timedelta, keep_briefs: timedelta) -> int | None:
        """Delete closed inbox rows (with their sent outbox rows) and uploads that are older than ``keep``, once a day.

        Files that went out are deleted after a day; briefs without their words, when they are older than
        ``keep_briefs``.

        Returns how many rows there were; None when this day's are gone already.
        """
        async with self._database.system() as tx:
            if not await first(tx, "purge", "inbox", day):
                return None
            await purge_briefs(tx, keep, keep_briefs)
            gone = await tx.execute(_PURGE, (keep,))
            await tx.execute(_FILES)
            await tx.execute(_TOKENS)
            await tx.execute(_READER)
            await tx.execute("DELETE FROM uploads WHERE created_at < clock_timestamp() - %s", (keep,))
            for statement in _CRM:
                await tx.execute(statement, {"keep": timedelta(days=RESTORE_DAYS)})
            await tx.execute("DELETE FROM schedules WHERE ran_at < now() - %s", (keep,))
        return gone.rowcount

    async def fade(self, now: datetime) -> int | None:
        """Delete notes that Robbie found by itself and that have faded, once a day.

        Returns how many there were; None when this day's are gone already.
        """
        gone, after = 0, 0
        async with self._database.system() as tx:
            if not await first(tx, "fade", "notes", now.date()):
                return None
            while True:
                values = {"before": now - KEPT_FOR, "after": after, "limit": _BATCH}
                rows = await (await tx.execute(_OLD, values)).fetchall()
                faded = [row["id"] for row in rows if is_faded(Note.model_validate(row), now)]
                if faded:
                    gone += (await tx.execute(_FADED, {**values, "faded": faded})).rowcount
                if len(rows) < _BATCH:
                    return gone
                after = rows[-1]["id"]


async def first(tx: Transaction, kind: str, subject: str, day: date) -> bool:
    """Whether this occurrence is still to be done; it counts as done when the transaction is committed."""
    return (await tx.execute(_ONCE, (kind, subject, day))).rowcount == 1
