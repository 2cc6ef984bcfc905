"""``robbie import``: contacts, companies and deals of a file, looked at first."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console

from adapters.documents.vcards import VobjectCards
from adapters.postgres.database import Database
from adapters.postgres.importing import PostgresImports
from adapters.postgres.roles import RoleUrls
from adapters.postgres.somebody import Somebody, somebody
from bot.house import house
from bot.progress import on_stderr
from bot.settings import load
from core.work.drafts import Draft, Plan
from core.work.importing import read, told
from core.work.reading import MOST_BYTES, Rows, Unimportable, Wrong

_TOLD = 50


def import_file(file: Path, person: str, *, dry_run: bool, private: bool, as_json: bool) -> None:
    """Import a file for a person, or say what that would do. Exits with 1 where lines are wrong."""
    data = _content(file)
    try:
        rows, made, wrong = read(data, VobjectCards())
    except Unimportable as error:
        raise SystemExit(f"{file.name}: {error}") from None
    with house(load(), on_stderr) as (_, roles):
        plan = asyncio.run(_imported(roles, person, (rows, made, wrong), dry_run=dry_run, private=private))
    _say(rows, plan, dry_run=dry_run, as_json=as_json)
    if plan.wrong:
        raise typer.Exit(1)


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise SystemExit(f"{file} is too large: up to {MOST_BYTES // 1_000_000} MB are imported. Split it.")
        return file.read_bytes()
    except OSError as error:
        raise SystemExit(f"{file} cannot be read: {error.strerror}") from None


async def _imported(
    roles: RoleUrls, person: str, found: tuple[Rows, list[Draft], list[Wrong]], *, dry_run: bool, private: bool
) -> Plan:
    rows, made, wrong = found
    database = Database(roles.app, roles.system, size=2)
    await database.open()
    try:
        viewer = _one(await somebody(database, person), person).viewer
        imports = PostgresImports(database)
        if dry_run:
            return await imports.look(viewer, rows.kind, made, wrong)
        return (await imports.carry_out(viewer, rows.kind, made, wrong, shared=not private)).plan
    finally:
        await database.close()


def _one(people: Sequence[Somebody], person: str) -> Somebody:
    if len(people) == 1:
        return people[0]
    if not people:
        known = (
            f"nobody is called “{person[:60]}”: give a name, an id, or an account such as slack/U123"
            if person
            else "Robbie knows nobody yet: write to it once"
        )
        raise SystemExit(known)
    shown = "; ".join(f"{one.id} ({one.name or 'no name'}, {one.org})" for one in people[:10])
    raise SystemExit(f"Whose are they? Say --person with a number: {shown}")


def _say(rows: Rows, plan: Plan, *, dry_run: bool, as_json: bool) -> None:
    if not as_json:
        head = "Nothing is changed; this is what an import would do." if dry_run else "Imported."
        Console(highlight=False).print(f"{head}\n{told(rows, plan, done=not dry_run, most=_TOLD)}", markup=False)
        return
    said = {
        "kind": rows.kind,
        "dry_run": dry_run,
        "new": [{"line": one.line, "name": one.name} for one in plan.new],
        "changed": [
            {"line": one.draft.line, "name": one.draft.name, "fields": sorted(one.fields)} for one in plan.changed
        ],
        "unchanged": len(plan.unchanged),
        "wrong": [{"line": one.line, "what": one.what, "fix": one.fix} for one in plan.wrong],
        "companies": list(plan.companies),
        "columns_left_out": list(rows.unknown),
    }
    typer.echo(json.dumps(said, ensure_ascii=False))
