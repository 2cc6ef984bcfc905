"""Which accounts were not asked after for a day though others see by them, or something is sent to them unasked."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.postgres import membership
from adapters.postgres.database import Database
from core.conversation.models import Profile
from core.people.knowing import Unseen

# All accounts of a human: what is sent to one may be what another is shown. Direct messages that are in no workspace
# see what the account at home sees, which may not have written for long, or not be there any more.
_UNSEEN = """
    WITH reached AS (
        SELECT person_id FROM mail_addresses WHERE verified_at IS NOT NULL AND stopped_at IS NULL
        UNION SELECT person_id FROM api_tokens WHERE until IS NULL OR until > now()
        UNION SELECT person_id FROM accounts WHERE starts_with(tenant, 'dm-') AND is_member
    ),
    them AS (
        SELECT person_id AS id FROM reached
        UNION SELECT people.id FROM reached JOIN people AS one ON one.id = person_id
        JOIN people ON people.human = one.human
    )
    SELECT accounts.org_id, person_id, surface, tenant, account FROM accounts JOIN them ON them.id = person_id
    WHERE surface = ANY (%s) AND NOT is_bot
      AND (refreshed_at IS NULL OR refreshed_at < now() - interval '1 day')
    ORDER BY refreshed_at NULLS FIRST LIMIT 50"""


class PostgresAcquaintances:
    """Implements ``core.people.knowing.Acquaintances``: finds across orgs as robbie_system, keeps as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unseen(self, surfaces: Sequence[str]) -> Sequence[Unseen]:
        """Some of them, the longest unseen first."""
        async with self._database.system() as tx:
            rows = await (await tx.execute(_UNSEEN, (list(surfaces),))).fetchall()
        return [Unseen(**row) for row in rows]

    async def seen(self, who: Unseen, profile: Profile) -> None:
        """Keep what its platform says of an account."""
        await self._database.run(who.org_id, *membership.seen(who.person_id, who.surface, who.tenant, profile))
