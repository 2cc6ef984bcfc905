"""What the terms of the formulas weigh for each person: set by hand, or learnt from what they do."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from adapters.postgres.database import Database
from adapters.postgres.schedules import first
from adapters.postgres.visible import MINE
from core.briefs.formulas import Formula
from core.briefs.outreach import OUTREACH
from core.briefs.ports import Weights
from core.briefs.priorities import PRIORITIES
from core.briefs.weights import REMEMBERED, Acted, Evidence, Kept, learn
from core.people.viewer import Viewer

KEPT = f"""
    SELECT chosen, evidence, outreach_chosen, outreach_evidence, since FROM priority_weights WHERE {MINE}
    ORDER BY updated_at DESC LIMIT 1"""
"""What is kept of the person ``me``, for whoever reads more in the same trip."""
_PREFIXES: Mapping[Formula, str] = {PRIORITIES: "", OUTREACH: "outreach_"}
"""With what the names of a formula's columns begin."""
# A human's accounts have one row, that of the account which wrote first.
_OWNER = f"coalesce((SELECT owner FROM priority_weights WHERE {MINE} ORDER BY updated_at DESC LIMIT 1), %(me)s)"
_CHOOSE = """
    INSERT INTO priority_weights (org_id, owner, {of}chosen) VALUES (%(org_id)s, {owner}, %(chosen)s)
    ON CONFLICT (owner) DO UPDATE SET {of}chosen = priority_weights.{of}chosen || excluded.{of}chosen,
        updated_at = now()"""
_RESET = f"""
    INSERT INTO priority_weights (org_id, owner, since) VALUES (%(org_id)s, {_OWNER}, %(now)s)
    ON CONFLICT (owner) DO UPDATE SET chosen = '{{}}', learnt = '{{}}', evidence = '{{}}', outreach_chosen = '{{}}',
        outreach_learnt = '{{}}', outreach_evidence = '{{}}', since = excluded.since, updated_at = now()"""
# What was set back meanwhile stays set back.
_LEARNT = """
    INSERT INTO priority_weights (org_id, owner, {of}learnt, {of}evidence, since)
    VALUES (%(org_id)s, {owner}, %(learnt)s, %(evidence)s, %(since)s)
    ON CONFLICT (owner) DO UPDATE SET {of}learnt = excluded.{of}learnt, {of}evidence = excluded.{of}evidence,
        updated_at = now()
    WHERE priority_weights.since IS NOT DISTINCT FROM excluded.since"""
# Of outreach, what was done with the entries of the queue: whoever acts on a line of a brief acts on its entry.
_ACTS: Mapping[Formula, str] = {
    PRIORITIES: f"""
        SELECT ref AS subject, terms, act, acted_at, (SELECT due_at FROM briefs WHERE briefs.id = brief_id) AS shown_at
        FROM brief_lines
        WHERE {MINE} AND section IN ('priorities', 'tomorrow') AND terms <> '{{}}' AND act <> ''
          AND acted_at > greatest(%(oldest)s, %(since)s::timestamptz)
        ORDER BY acted_at, id""",
    OUTREACH: f"""
        SELECT contact_id::text AS subject, it.terms, it.act, it.at AS acted_at, NULL AS shown_at
        FROM outreach, jsonb_to_recordset(acts) AS it (act text, terms jsonb, at timestamptz)
        WHERE {MINE} AND it.terms <> '{{}}' AND it.at > greatest(%(oldest)s, %(since)s::timestamptz)
        ORDER BY it.at, id""",
}
_WHO = """
    SELECT org_id, owner FROM brief_lines WHERE acted_at > %(after)s
    UNION SELECT org_id, owner FROM outreach WHERE settled_at > %(after)s ORDER BY owner"""
_LATELY = timedelta(days=2)


class PostgresWeights:
    """Implements ``core.briefs.ports.WeightStore`` as robbie_app; who acted lately is asked as robbie_system.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def weights(self, org_id: int, person_id: int, formula: Formula) -> Weights:
        """This person's; the defaults where nothing was set or learnt."""
        return (await self.kept(org_id, person_id, formula)).weights(formula)

    async def kept(self, org_id: int, person_id: int, formula: Formula) -> Kept:
        """What was set by hand, and what was learnt."""
        viewer = Viewer.owner(org_id, person_id)
        (rows,) = await self._database.run(org_id, (KEPT, {"me": person_id}), viewer=viewer)
        return kept_of(rows, formula)

    async def choose(self, org_id: int, person_id: int, formula: Formula, name: str, weight: float) -> None:
        """Set one by hand."""
        await self._write(org_id, person_id, _of(formula, _CHOOSE), chosen=Jsonb({name: weight}))

    async def reset(self, org_id: int, person_id: int, now: datetime) -> None:
        """All formulas back to the defaults; only what is done from now on is learnt from."""
        await self._write(org_id, person_id, _RESET, now=now)

    async def learn(self, now: datetime) -> int | None:
        """Learn of everybody who did something with a line lately, once a day.

        Who could not be finished, since the process died, is learnt of when they have done something again.

        Returns of how many; None when this day's was done already.
        """
        async with self._database.system() as tx:
            if not await first(tx, "learn", "weights", now.date()):
                return None
            who = await (await tx.execute(_WHO, {"after": now - _LATELY})).fetchall()
        for row in who:
            for formula in _ACTS:
                await self.learn_of(row["org_id"], row["owner"], formula, now)
        return len(who)

    async def acts(
        self, org_id: int, person_id: int, formula: Formula, since: datetime | None, now: datetime
    ) -> Sequence[Acted]:
        """What a person did with what a formula put in order, in the order of the acts, as far as it is remembered."""
        values = {"me": person_id, "oldest": now - REMEMBERED, "since": since}
        viewer = Viewer.owner(org_id, person_id)
        (rows,) = await self._database.run(org_id, (_ACTS[formula], values), viewer=viewer)
        return [Acted(**row) for row in rows]

    async def learn_of(self, org_id: int, person_id: int, formula: Formula, now: datetime) -> Evidence:
        """Learn of one person; nothing is counted twice."""
        kept = await self.kept(org_id, person_id, formula)
        acts = await self.acts(org_id, person_id, formula, kept.since, now)
        found = await asyncio.to_thread(learn, formula, kept.evidence, acts, kept.chosen)
        if found != kept.evidence:
            evidence, learnt = Jsonb(found.model_dump(mode="json")), Jsonb(dict(found.learnt))
            statement = _of(formula, _LEARNT)
            await self._write(org_id, person_id, statement, evidence=evidence, learnt=learnt, since=kept.since)
        return found

    async def _write(self, org_id: int, person_id: int, statement: str, **values: object) -> None:
        values = {"org_id": org_id, "me": person_id, **values}
        await self._database.run(org_id, (statement, values), viewer=Viewer.owner(org_id, person_id))


def kept_of(rows: Sequence[DictRow], formula: Formula) -> Kept:
    """What ``KEPT`` found, of one formula."""
    if not rows:
        return Kept()
    (row,), prefix = rows, _PREFIXES[formula]
    return Kept(chosen=row[f"{prefix}chosen"], evidence=row[f"{prefix}evidence"], since=row["since"])


def _of(formula: Formula, statement: str) -> str:
    """The statement on a formula's columns."""
    return statement.format(of=_PREFIXES[formula], owner=_OWNER)
