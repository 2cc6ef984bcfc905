"""What somebody shared is not taken along when their direct messages move into another org: others read there."""

# ruff: noqa: S608  (the statements are put together from constants)

from __future__ import annotations

from adapters.postgres.brief_forgetting import take_back_from_briefs
from adapters.postgres.database import Database
from adapters.postgres.wins import take_back_win
from core.people.viewer import Viewer

# Whoever changes both locks the note before the questions about it.
_NOTES = """
    SELECT id FROM notes WHERE owner = %(me)s AND (shared_with <> '' OR EXISTS (
        SELECT FROM consents WHERE note_id = notes.id AND state IN ('waiting', 'yes')))
    ORDER BY id FOR UPDATE"""
_CONSENTS = """
    UPDATE consents SET state = CASE state WHEN 'yes' THEN 'revoked' ELSE 'expired' END,
        settled_at = clock_timestamp()
    WHERE owner = %(me)s AND state IN ('waiting', 'yes')"""
_UNSHARE = tuple(
    f"UPDATE {table} SET shared_with = '' WHERE owner = %(me)s AND shared_with <> ''"
    for table in ("notes", "tasks", "companies", "contacts", "deals", "activities")
)
_NO_MEMBER = "UPDATE accounts SET is_member = false, refreshed_at = NULL WHERE person_id = %(me)s"


async def leave(database: Database, org_id: int, person_id: int) -> None:
    """Share nothing of a person's any more, in a transaction of its own; done twice, it is as done once.

    Args:
        database: the pools.
        org_id: the org that is left.
        person_id: of the account that is left with; what the same human shares with another one stays.
    """
    viewer, values = Viewer.owner(org_id, person_id), {"me": person_id}
    async with database.app(org_id, viewer) as tx:
        for row in await (await tx.execute(_NOTES, values)).fetchall():
            await take_back_win(tx, row["id"])
            await take_back_from_briefs(tx, viewer, row["id"])
        for statement in (_CONSENTS, *_UNSHARE, _NO_MEMBER):
            await tx.execute(statement, values)
