"""A person by name, number or account, as somebody names them on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.postgres.database import Database
from core.people.viewer import Viewer

_PEOPLE = """
    SELECT people.id, people.org_id, people.name, organizations.name AS org,
           array_agg(DISTINCT accounts.account) AS accounts, bool_or(accounts.is_member) AS member,
           CASE WHEN people.id::text = %(who)s OR bool_or(%(who)s IN (account, surface || '/' || account)) THEN 0
                WHEN lower(people.name) = lower(%(who)s) AND %(who)s <> '' THEN 1 ELSE 2 END AS rank
    FROM people JOIN organizations ON organizations.id = people.org_id
    JOIN accounts ON accounts.person_id = people.id AND NOT accounts.is_bot
    GROUP BY people.id, people.org_id, people.name, organizations.name
    HAVING people.id::text = %(who)s OR bool_or(%(who)s IN (account, surface || '/' || account))
        OR starts_with(lower(people.name), lower(%(who)s))
    ORDER BY rank, people.id LIMIT 11"""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person, as the command line shows and takes them."""

    id: int
    org_id: int
    name: str
    org: str
    member: bool

    @property
    def viewer(self) -> Viewer:
        """The person in private."""
        return Viewer(org_id=self.org_id, person_id=self.id, private=True, org_wide=self.member)


async def somebody(database: Database, who: str) -> Sequence[Somebody]:
    """The people that may be meant, at most eleven; without a name, everybody.

    An id or account comes before a whole name, and that before how a name begins.
    """
    async with database.system() as tx:
        rows = await (await tx.execute(_PEOPLE, {"who": who.strip()})).fetchall()
    return [
        Somebody(row["id"], row["org_id"], row["name"], row["org"], bool(row["member"]))
        for row in rows
        if row["rank"] == rows[0]["rank"]
    ]
