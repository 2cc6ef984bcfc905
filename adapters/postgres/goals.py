"""Goals: each its owner's, made once of what asked for it."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from adapters.postgres.database import Database
from adapters.postgres.visible import MINE
from core.conversation.models import Asker
from core.people.viewer import Viewer
from core.work.models import Goal, GoalChanges

_COLUMNS = """id, text, importance, due_on, progress, done_at, dropped_at,
    (SELECT count(*) FROM tasks WHERE goal_id = goals.id AND tasks.dropped_at IS NULL) AS tasks,
    (SELECT count(*) FROM tasks WHERE goal_id = goals.id AND tasks.dropped_at IS NULL
       AND tasks.done_at IS NOT NULL) AS tasks_done"""
_ADD = """
    INSERT INTO goals (org_id, owner, origin, text, due_on, importance)
    VALUES (%(org_id)s, %(owner)s, %(origin)s, %(text)s, %(due_on)s, %(importance)s) ON CONFLICT DO NOTHING"""
_BY_ORIGIN = f"SELECT {_COLUMNS} FROM goals WHERE origin = %(origin)s AND {MINE}"
_LISTED = f"""
    SELECT {_COLUMNS} FROM goals WHERE {MINE} AND done_at IS NULL AND dropped_at IS NULL
    ORDER BY due_on NULLS LAST, importance DESC, id LIMIT %(limit)s"""
_ONE = f"SELECT {_COLUMNS} FROM goals WHERE id = %(id)s AND {MINE}"
_LOCK = f"{_ONE} FOR UPDATE OF goals"


class PostgresGoals:
    """Implements ``core.work.models.Goals`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, asker: Asker, text: str, due_on: date | None, *, origin: int, importance: int = 3) -> Goal:
        """Keep a goal, once for each origin."""
        values = {**_whose(asker), "origin": origin, "text": text, "due_on": due_on, "importance": importance}
        _, rows = await self._database.run(asker.org_id, (_ADD, values), (_BY_ORIGIN, values), viewer=_owner(asker))
        return Goal(**rows[0])

    async def listed(self, asker: Asker, limit: int) -> Sequence[Goal]:
        """What is still to be reached."""
        values = {**_whose(asker), "limit": limit}
        (rows,) = await self._database.run(asker.org_id, (_LISTED, values), viewer=_owner(asker))
        return [Goal(**row) for row in rows]

    async def change(self, asker: Asker, goal_id: int, changes: GoalChanges) -> tuple[Goal, Goal] | None:
        """Change one: as it was, and as it is."""
        values = {**_whose(asker), "id": goal_id}
        new = changes.model_dump(exclude_unset=True)
        async with self._database.app(asker.org_id, _owner(asker)) as tx:
            before = await (await tx.execute(_LOCK, values)).fetchone()
            if before is None:
                return None
            if new:
                columns = ", ".join(f"{name} = %({name})s" for name in new)  # the model's field names, nobody's input
                await tx.execute(f"UPDATE goals SET {columns} WHERE id = %(id)s AND {MINE}", {**values, **new})
            after = await (await tx.execute(_ONE, values)).fetchone()
        return (Goal(**before), Goal(**after)) if after else None


def _whose(asker: Asker) -> dict[str, object]:
    return {"org_id": asker.org_id, "owner": asker.person_id, "me": asker.person_id}


def _owner(asker: Asker) -> Viewer:
    return Viewer.owner(asker.org_id, asker.person_id)
