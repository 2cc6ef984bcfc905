"""What people did with briefs and what answers cost: counts and sums over all orgs, without a word of anybody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.postgres.database import Database
from adapters.postgres.demo import SURFACE as DEMO
from core.briefs.value import PersonDay, Spent

_ORGS = f"""
    SELECT id FROM organizations
    WHERE %s = EXISTS (SELECT FROM tenants WHERE org_id = organizations.id AND surface = '{DEMO}') ORDER BY id"""  # noqa: S608
_DAYS = """
    SELECT briefs.owner AS person, local_date::text AS day, count(DISTINCT briefs.id) AS briefs,
           coalesce(jsonb_agg(section || '/' || act) FILTER (WHERE act <> ''), '[]') AS acts
    FROM briefs LEFT JOIN brief_lines ON brief_id = briefs.id
    WHERE briefs.state = 'delivered' AND briefs.owner IS NOT NULL AND due_at > %s AND due_at <= %s
      AND briefs.org_id = ANY (%s)
    GROUP BY briefs.owner, local_date"""
_SPENT = """
    SELECT coalesce(person_id, 0) AS person, sum(cost_usd) AS cost_usd, sum(input_tokens) AS input_tokens,
           sum(output_tokens) AS output_tokens
    FROM interactions WHERE created_at > %s AND created_at <= %s AND level BETWEEN 1 AND 4 GROUP BY person_id"""
_COST = "SELECT coalesce(sum(spent_usd), 0) AS cost FROM budgets WHERE day >= %s AND day <= %s"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done and spent."""

    days: Sequence[PersonDay]
    spent: Sequence[Spent]
    cost_usd: float


async def done(
    database: Database, since: datetime, until: datetime, usd: tuple[float, float], *, demo: bool = False
) -> Done:
    """Count.

    Args:
        database: the pools.
        since: from when on.
        until: until when.
        usd: the price of a million tokens at level 1, in and out.
        demo: whether it is counted in demos, instead of where people are.
    """
    async with database.system() as tx:
        orgs = [row["id"] for row in await (await tx.execute(_ORGS, (demo,))).fetchall()]
        rows = await (await tx.execute(_DAYS, (since, until, orgs))).fetchall()
    days = [PersonDay(row["person"], row["day"], row["briefs"], _counted(row["acts"])) for row in rows]
    spent, cost = list[Spent](), 0.0
    for org in orgs:
        found, sums = await database.run(org, (_SPENT, (since, until)), (_COST, (since.date(), until.date())))
        spent += [_spent(row, usd) for row in found]
        cost += float(sums[0]["cost"])
    return Done(days, spent, cost)


def _counted(acts: Sequence[str]) -> Mapping[str, int]:
    return {act: acts.count(act) for act in set(acts)}


def _spent(row: Mapping[str, float], usd: tuple[float, float]) -> Spent:
    at_level_1 = (row["input_tokens"] * usd[0] + row["output_tokens"] * usd[1]) / 1e6
    return Spent(int(row["person"]), float(row["cost_usd"]), float(at_level_1))
