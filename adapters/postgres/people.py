"""What people and channels have chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psycopg.types.json import Jsonb

from adapters.postgres.database import Database, Statement
from core.conversation.models import Place
from core.conversation.stores import Claim, Finish
from core.people.models import PersonSettings
from core.people.stores import Known

_KNOWN = """
    SELECT people.org_id, people.id, people.name, people.zone, people.settings, accounts.is_member
    FROM accounts JOIN people ON people.id = accounts.person_id
    WHERE accounts.surface = %s AND accounts.tenant = %s AND accounts.account = %s"""

_CHOOSE = """
    UPDATE people SET settings = settings || %(changes)s
    WHERE id = %(person_id)s OR human = (SELECT human FROM people WHERE id = %(person_id)s)"""
_CHOOSE_ONCE = "UPDATE people SET settings = settings || %(changes)s WHERE id = %(person_id)s"

_CHOOSE_FOR_CHANNEL = """
    INSERT INTO channel_settings (org_id, surface, tenant, channel, settings)
    VALUES (%(org_id)s, %(surface)s, %(tenant)s, %(channel)s, %(changes)s)
    ON CONFLICT (surface, tenant, channel) DO UPDATE SET settings = channel_settings.settings || excluded.settings"""

# Whose voice only one answer has: it has been given.
_SPENT = """
    UPDATE people SET settings = settings - 'once'
    WHERE id = %(person_id)s AND settings -> 'once' = %(once)s AND EXISTS (
        SELECT FROM inbox WHERE id = %(inbox_id)s AND fence = %(fence)s AND state = 'answered')"""


class PostgresPeople:
    """Implements ``core.people.stores.PeopleStore``. Accounts are looked up over all orgs, as robbie_system.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, surface: str, tenant: str, account: str) -> Known | None:
        """Whose account it is."""
        async with self._database.system() as tx:
            row = await (await tx.execute(_KNOWN, (surface, tenant, account))).fetchone()
        if row is None:
            return None
        settings = PersonSettings.model_validate(row["settings"])
        return Known(row["org_id"], row["id"], row["name"], row["zone"], settings, row["is_member"])

    async def choose(self, person_id: int, changes: Mapping[str, object]) -> None:
        """Keep what a person has chosen."""
        async with self._database.system() as tx:
            await tx.execute(_CHOOSE, {"person_id": person_id, "changes": Jsonb(dict(changes))})

    async def choose_once(self, person_id: int, mentor: str, mood: str) -> None:
        """Keep whose voice the next answer has."""
        once = {"once": {"mentor": mentor, "mood": mood}}
        async with self._database.system() as tx:
            await tx.execute(_CHOOSE_ONCE, {"person_id": person_id, "changes": Jsonb(once)})

    async def choose_for_channel(self, org_id: int, place: Place, changes: Mapping[str, object]) -> None:
        """Keep what is chosen for a channel."""
        values = {**place.model_dump(), "org_id": org_id, "changes": Jsonb(dict(changes))}
        await self._database.run(org_id, (_CHOOSE_FOR_CHANNEL, values))


def spent(claim: Claim, finish: Finish) -> Iterator[Statement]:
    """What ends, in the transaction that closes a turn, a voice that was chosen for one answer."""
    once = claim.person.once
    if once is not None and finish.answer is not None:
        values = {"person_id": claim.asker.person_id, "inbox_id": claim.inbox_id, "fence": claim.fence}
        yield _SPENT, {**values, "once": Jsonb(once.model_dump())}
