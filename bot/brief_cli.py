"""``robbie brief preview``: what somebody's brief says, now or at any other moment. It reads only."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from adapters.postgres.access import Access
from adapters.postgres.brief_readers import find_readers
from adapters.postgres.database import Database
from bot.settings import Settings, load
from core.briefs.commands import fitting
from core.briefs.html import as_html
from core.briefs.models import BriefKind, Reader
from core.briefs.rendering import as_text
from core.briefs.service import Made
from core.health.models import CannotCheck
from core.reminders.moments import moment, zone_of

brief_app = typer.Typer(help="The briefs that people get.", no_args_is_help=True)


class _Form(StrEnum):
    TEXT = "text"
    HTML = "html"
    JSON = "json"


@brief_app.callback()
def _brief() -> None:
    """The briefs that people get."""


@brief_app.command()
def preview(
    person: Annotated[str, typer.Option("--person", metavar="WHO", help="A name, an id, or an account.")],
    at: Annotated[
        str,
        typer.Option("--at", metavar="WHEN", help="Such as 2026-11-22T08:00, on the person's clock; now if left out."),
    ] = "",
    kind: Annotated[
        BriefKind | None, typer.Option("--kind", help="Which of the three; what fits the hour if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Facts and brief as one JSON object.")] = False,
    as_plain: Annotated[bool, typer.Option("--text", help="Plain text, which is what it is otherwise.")] = False,
    as_page: Annotated[bool, typer.Option("--html", help="The mail's HTML.")] = False,
) -> None:
    """Compute a brief again, or ahead. Nothing is stored, sent or replaced, and no model is asked."""
    if as_json + as_plain + as_page > 1:
        raise SystemExit("choose one of --json, --text and --html")
    form = _Form.JSON if as_json else _Form.HTML if as_page else _Form.TEXT
    settings = load()
    try:
        made = asyncio.run(_made(settings, person, at, kind))
    except CannotCheck as error:
        raise SystemExit(f"the database cannot be looked at: {error}. `robbie doctor` says more") from None
    typer.echo(_written(made, form), nl=form is _Form.JSON)


def _written(made: Made, form: _Form) -> str:
    if form is _Form.JSON:
        whole = {"facts": made.facts.model_dump(mode="json"), "brief": made.brief.model_dump(mode="json")}
        return json.dumps(whole, ensure_ascii=False, indent=2)
    if form is _Form.HTML:
        return as_html(made.brief, language=made.facts.reader.language)
    return as_text(made.brief)


async def _made(settings: Settings, person: str, at: str, kind: BriefKind | None) -> Made:
    url = settings.secrets.database_url
    access = Access(url.get_secret_value() if url else None, settings.home / "postgres", lambda _text: None)
    try:
        roles = (await access.open()).roles
        database = Database(roles.app, roles.system, size=2)
        await database.open()
        try:
            return await _previewed(settings, database, person, at, kind)
        finally:
            await database.close()
    finally:
        await access.close()


async def _previewed(settings: Settings, database: Database, person: str, at: str, kind: BriefKind | None) -> Made:
    from bot.commands import brief_service

    reader = await _reader(database, person)
    when = _moment(at, reader.zone)
    service = brief_service(settings, database)
    return await service.preview(reader, kind or fitting(when.astimezone(zone_of(reader.zone)).time()), when)


async def _reader(database: Database, person: str) -> Reader:
    found = await find_readers(database, person)
    if not found:
        raise SystemExit(f"nobody is called “{person[:60]}”: give a name, an id, or an account such as slack/U123")
    if len(found) > 1:
        listed = "; ".join(one.described for one in found)
        raise SystemExit(f"“{person}” may be several; give the id of one: {listed}")
    return found[0].reader


def _moment(at: str, zone: str) -> datetime:
    """When, on the person's clock where no offset says otherwise."""
    if not at:
        return datetime.now(UTC)
    try:
        given = datetime.fromisoformat(at)
    except ValueError:
        raise SystemExit(f"“{at}” is no moment: write it like 2026-11-22T08:00") from None
    if not 1970 <= given.year <= 2999:
        raise SystemExit(f"“{at}” is too far away: 1970 to 2999")
    return given if given.tzinfo else moment(given.date(), given.time(), zone_of(zone))
