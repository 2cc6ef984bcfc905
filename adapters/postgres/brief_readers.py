"""Whose brief is looked at: a person by name, id or account, over all orgs."""

from __future__ import annotations

from psycopg.rows import DictRow

from adapters.postgres.database import Database
from core.briefs.models import Reader
from core.people.models import PersonSettings
from core.values import Frozen

_FOUND = """
    SELECT people.id, people.org_id, people.human, people.name, people.zone, people.settings,
           coalesce(bool_or(is_member), false) AS member,
           coalesce(array_agg(surface || '/' || account) FILTER (WHERE account IS NOT NULL), '{}') AS accounts,
           CASE WHEN people.id::text = %(who)s OR bool_or(%(who)s IN (account, surface || '/' || account)) THEN 0
                WHEN lower(people.name) = lower(%(who)s) THEN 1 ELSE 2 END AS rank
    FROM people LEFT JOIN accounts ON accounts.person_id = people.id
    GROUP BY people.id
    HAVING people.id::text = %(who)s OR bool_or(%(who)s IN (account, surface || '/' || account))
        OR starts_with(lower(people.name), lower(%(who)s)) AND %(who)s <> ''
    ORDER BY rank, people.id LIMIT 50"""


class Found(Frozen):
    """Somebody who may be meant."""

    reader: Reader
    accounts: tuple[str, ...]

    @property
    def described(self) -> str:
        """Who it is, so that one can be told from another."""
        return f"{self.reader.person_id}: {self.reader.name or 'no name'} ({', '.join(self.accounts) or 'no account'})"


async def find_readers(database: Database, who: str) -> list[Found]:
    """Who may be meant, the same human once; an id or account before a whole name, before how a name begins."""
    async with database.system() as tx:
        rows = await (await tx.execute(_FOUND, {"who": who.strip()})).fetchall()
    best = [row for row in rows if row["rank"] == rows[0]["rank"]]
    humans = {(row["org_id"], row["human"] or row["id"]): row for row in reversed(best)}
    return [_found(row) for row in reversed(humans.values())]


def _found(row: DictRow) -> Found:
    chosen = PersonSettings.model_validate(row["settings"])
    reader = Reader(
        org_id=row["org_id"],
        person_id=row["id"],
        name=row["name"],
        zone=row["zone"] or "UTC",
        member=row["member"],
        language=chosen.language,
        silent=chosen.briefs.silent,
    )
    return Found(reader=reader, accounts=tuple(row["accounts"]))
