"""Tasks: each its owner's, made once of what asked for it."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg.errors import ForeignKeyViolation

from adapters.postgres.database import Database, Transaction
from adapters.postgres.notes import COLUMNS as NOTE
from adapters.postgres.visible import MINE
from core.conversation.models import Asker
from core.notes.models import Note
from core.people.viewer import Viewer
from core.work.models import Cycle, Due, Missing, Task, TaskChanges, Which

_OWN = """id, text, due_at, done_at, note_id, importance, effort_minutes, energy, waiting, promised, blocked,
    snoozed_until, dropped_at, goal_id, deal_id, contact_id"""
# Only what is still to be done holds up another.
_COLUMNS = f"""{_OWN}, ARRAY(
    SELECT after_id FROM task_ties JOIN tasks AS first ON first.id = after_id
    WHERE task_id = tasks.id AND first.done_at IS NULL AND first.dropped_at IS NULL ORDER BY after_id) AS after"""

_ADD = """
    INSERT INTO tasks (org_id, owner, conversation_id, note_id, origin, text, due_at)
    VALUES (%(org_id)s, %(owner)s, %(conversation_id)s, %(note_id)s, %(origin)s, %(text)s, %(due_at)s)
    ON CONFLICT DO NOTHING RETURNING id"""
_BY_ORIGIN = f"SELECT {_COLUMNS} FROM tasks WHERE origin = %(origin)s AND {MINE}"
_BY_NOTE = f"SELECT {_COLUMNS} FROM tasks WHERE note_id = %(note_id)s AND {MINE}"
_NOTE = f"SELECT {NOTE} FROM notes WHERE id = %(note_id)s AND {MINE} FOR SHARE"
_ONE = f"SELECT {_COLUMNS} FROM tasks WHERE id = %(id)s AND {MINE}"
_LOCK = f"SELECT FROM tasks WHERE id = %(id)s AND {MINE} FOR UPDATE"

_OPEN = "done_at IS NULL AND dropped_at IS NULL"
_AWAKE = "(snoozed_until IS NULL OR snoozed_until <= %(now)s)"
_HELD_UP = "EXISTS (SELECT FROM task_ties JOIN tasks AS first ON first.id = after_id WHERE task_id = tasks.id"
_WHICH = {
    Which.OPEN: f"{_OPEN} AND {_AWAKE}",
    Which.TODAY: f"{_OPEN} AND {_AWAKE} AND due_at < %(until)s",
    Which.WAITING: f"""{_OPEN} AND (waiting <> '' OR blocked <> '' OR {_HELD_UP}
                       AND first.done_at IS NULL AND first.dropped_at IS NULL))""",
    Which.SNOOZED: f"{_OPEN} AND snoozed_until > %(now)s",
    Which.DONE: "done_at IS NOT NULL",
}
_LISTED = {
    which: f"""SELECT {_COLUMNS} FROM tasks WHERE {MINE} AND {condition}
               ORDER BY {"done_at DESC" if which is Which.DONE else "due_at NULLS LAST, importance DESC NULLS LAST"}, id
               LIMIT %(limit)s"""
    for which, condition in _WHICH.items()
}

_FINISH = f"""
    UPDATE tasks SET done_at = CASE WHEN %(yes)s THEN coalesce(done_at, clock_timestamp()) END
    WHERE id = %(id)s AND {MINE}"""
_DROP = f"""
    UPDATE tasks SET dropped_at = CASE WHEN %(yes)s THEN coalesce(dropped_at, clock_timestamp()) END
    WHERE id = %(id)s AND {MINE}"""

# What a task is tied to has to be one's own, or what one may see; the foreign key alone sees past the policies.
_SEEN = {
    "goal": "SELECT FROM goals WHERE id = %(goal_id)s AND owner = ANY (%(mine)s)",
    "deal": "SELECT FROM deals WHERE id = %(deal_id)s AND gone_at IS NULL",
    "contact": "SELECT FROM contacts WHERE id = %(contact_id)s AND gone_at IS NULL",
}
_ACCOUNTS = "SELECT id FROM people WHERE id = %(me)s OR human = (SELECT human FROM people WHERE id = %(me)s)"

_UNTIE = "DELETE FROM task_ties WHERE task_id = %(id)s"
_TIE = f"""
    INSERT INTO task_ties (org_id, owner, task_id, after_id)
    SELECT org_id, owner, %(id)s, id FROM tasks WHERE id = ANY (%(after)s) AND {MINE}"""
_CYCLE = """
    WITH RECURSIVE before (id) AS (
        SELECT after_id FROM task_ties WHERE task_id = %(id)s
        UNION SELECT after_id FROM task_ties JOIN before ON task_id = before.id
    )
    SELECT FROM before WHERE id = %(id)s"""


class PostgresTasks:
    """Implements ``core.work.models.Tasks`` as robbie_app.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        asker: Asker,
        text: str,
        due_at: datetime | None,
        *,
        origin: int,
        conversation_id: int | None,
        more: TaskChanges | None = None,
        after: Sequence[int] = (),
    ) -> Task:
        """Keep a task, once for each origin."""
        values: dict[str, object] = {
            **_whose(asker),
            "conversation_id": conversation_id,
            "note_id": None,
            "origin": origin,
            "text": text,
            "due_at": due_at,
        }
        async with self._database.app(asker.org_id, _owner(asker)) as tx:
            made = await (await tx.execute(_ADD, values)).fetchone()
            if made is not None:
                values["id"] = made["id"]
                await _set(tx, values, more or TaskChanges.model_construct())
                await _tie(tx, values, after)
            row = await (await tx.execute(_BY_ORIGIN, values)).fetchone()
        if row is None:
            raise RuntimeError("a task was not kept")
        return _task(row)

    async def add_of_note(self, asker: Asker, note_id: int, due: Due, conversation_id: int) -> Task | None:
        """Make a task of a note, once for each note."""
        values: dict[str, object] = {**_whose(asker), "conversation_id": conversation_id, "note_id": note_id}
        async with self._database.app(asker.org_id, _owner(asker)) as tx:
            found = await (await tx.execute(_NOTE, values)).fetchone()
            if found is None:
                return None
            note = Note.model_validate(found)
            await tx.execute(_ADD, {**values, "origin": None, "text": note.text, "due_at": due(note)})
            row = await (await tx.execute(_BY_NOTE, values)).fetchone()
        return _task(row) if row else None

    async def one(self, asker: Asker, task_id: int) -> Task | None:
        """One of the asker's."""
        values = {**_whose(asker), "id": task_id}
        (rows,) = await self._database.run(asker.org_id, (_ONE, values), viewer=_owner(asker))
        return _task(rows[0]) if rows else None

    async def listed(self, asker: Asker, which: Which, now: datetime, until: datetime, limit: int) -> Sequence[Task]:
        """Some of the asker's."""
        values = {**_whose(asker), "now": now, "until": until, "limit": limit}
        (rows,) = await self._database.run(asker.org_id, (_LISTED[which], values), viewer=_owner(asker))
        return [_task(row) for row in rows]

    async def finish(self, asker: Asker, task_id: int, *, done: bool) -> Task | None:
        """Mark one as done, or as not done after all."""
        return await self._mark(asker, task_id, _FINISH, yes=done)

    async def drop(self, asker: Asker, task_id: int, *, dropped: bool) -> Task | None:
        """Mark one as not to be done, or as to be done after all."""
        return await self._mark(asker, task_id, _DROP, yes=dropped)

    async def _mark(self, asker: Asker, task_id: int, statement: str, *, yes: bool) -> Task | None:
        values = {**_whose(asker), "id": task_id, "yes": yes}
        _, rows = await self._database.run(asker.org_id, (statement, values), (_ONE, values), viewer=_owner(asker))
        return _task(rows[0]) if rows else None

    async def change(self, asker: Asker, task_id: int, changes: TaskChanges) -> tuple[Task, Task] | None:
        """Change one: as it was, and as it is."""
        values: dict[str, object] = {**_whose(asker), "id": task_id}
        async with self._database.app(asker.org_id, _owner(asker)) as tx:
            before = await _locked(tx, values)
            if before is None:
                return None
            await _set(tx, values, changes)
            return before, await _read(tx, values)

    async def tie(self, asker: Asker, task_id: int, after: Sequence[int]) -> tuple[Task, Task] | None:
        """Say which tasks have to be done before one."""
        values: dict[str, object] = {**_whose(asker), "id": task_id}
        async with self._database.app(asker.org_id, _owner(asker)) as tx:
            before = await _locked(tx, values)
            if before is None:
                return None
            await tx.execute(_UNTIE, values)
            await _tie(tx, values, after)
            return before, await _read(tx, values)


async def _locked(tx: Transaction, values: dict[str, object]) -> Task | None:
    if await (await tx.execute(_LOCK, values)).fetchone() is None:
        return None
    return await _read(tx, values)


async def _read(tx: Transaction, values: dict[str, object]) -> Task:
    row = await (await tx.execute(_ONE, values)).fetchone()
    if row is None:
        raise RuntimeError("a task that is locked is not there")
    return _task(row)


async def _set(tx: Transaction, values: dict[str, object], changes: TaskChanges) -> None:
    """Write what is given. Raises Missing."""
    new = changes.model_dump(exclude_unset=True)
    if not new:
        return
    mine = [row["id"] for row in await (await tx.execute(_ACCOUNTS, values)).fetchall()]
    for what, query in _SEEN.items():
        if new.get(f"{what}_id") is not None:
            found = await (await tx.execute(query, {**new, "mine": mine})).fetchone()
            if found is None:
                raise Missing(what)
    columns = ", ".join(f"{name} = %({name})s" for name in new)  # the model's field names, nobody's input
    if new.get("snoozed_until") is not None:
        columns += ", snoozes = snoozes + 1"
    try:
        await tx.execute(f"UPDATE tasks SET {columns} WHERE id = %(id)s AND {MINE}", {**values, **new})
    except ForeignKeyViolation as error:  # it went in this very moment
        raise Missing("goal") from error


async def _tie(tx: Transaction, values: dict[str, object], after: Sequence[int]) -> None:
    """Tie it to tasks that come before. Raises Missing and Cycle."""
    if not after:
        return
    made = await tx.execute(_TIE, {**values, "after": list(after)})
    if made.rowcount != len(set(after)):
        raise Missing("task")
    if await (await tx.execute(_CYCLE, values)).fetchone() is not None:
        raise Cycle


def _task(row: dict[str, object]) -> Task:
    return Task(**{**row, "after": tuple(row["after"])})  # type: ignore[arg-type]


def _whose(asker: Asker) -> dict[str, object]:
    return {"org_id": asker.org_id, "owner": asker.person_id, "me": asker.person_id}


def _owner(asker: Asker) -> Viewer:
    return Viewer(org_id=asker.org_id, person_id=asker.person_id, private=True, org_wide=asker.member)
