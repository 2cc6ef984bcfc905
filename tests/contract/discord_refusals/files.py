"""Files that are refused, and what a form says of them."""

from __future__ import annotations

import io
import json
from typing import Any

from tests.contract.discord_refusals.components import FORM, LONG, NEEDED, SHORT, TEXT_TYPE
from tests.contract.discord_refusals.stage import Case, Json, Stage


async def send(stage: Stage, payload: str, *contents: bytes) -> None:
    """A form in several parts, with files."""
    parts: list[Json] = [{"name": "payload_json", "value": payload, "content_type": "application/json"}]
    for number, content in enumerate(contents):
        name = f"files[{number}]"
        parts.append({"name": name, "value": io.BytesIO(content), "filename": "x.txt", "content_type": "text/plain"})
    await stage("POST", f"{stage.place('general')}/messages", form=parts, files=[])


def about(name: str, where: str, why: str, item: Any) -> Case:
    """What is said of an attachment."""

    async def act(stage: Stage) -> None:
        await send(stage, json.dumps({"attachments": [item]}), b"x")

    return Case(f"attachment {name}", act, where=f"attachments.0.{where}".rstrip("."), why=why)


async def too_large(stage: Stage) -> None:
    await send(stage, "{}", b"x" * (10 * 1024 * 1024 + 1))


async def too_many(stage: Stage) -> None:
    await send(stage, "{}", *[b"x"] * 11)


async def no_json(stage: Stage) -> None:
    await send(stage, "{", b"x")


async def not_allowed(stage: Stage) -> None:
    stage.double.deny("general", "ATTACH_FILES")
    await send(stage, "{}", b"x")


async def no_form(stage: Stage) -> None:
    await stage("POST", f"{stage.place('general')}/messages", data="content=x")


CASES = [
    Case("file over ten megabytes", too_large, 413, 40005),
    Case("files over ten", too_many, 400, 30015),
    Case("file without the permission", not_allowed, 403, 50013),
    Case("form that is no JSON", no_json, 400, 50109),
    Case("form of another content type", no_form, why="CONTENT_TYPE_INVALID"),
    about("of no file", "", "ATTACHMENT_NOT_FOUND", {"id": 1}),
    about("no form", "", FORM, "x"),
    about("without an id", "id", NEEDED, {"filename": "x"}),
    about("id no text", "id", TEXT_TYPE, {"id": []}),
    about("id too long", "id", SHORT, {"id": "1" * 21}),
    about("filename too long", "filename", LONG, {"id": 0, "filename": "x" * 1_025}),
    about("filename no text", "filename", TEXT_TYPE, {"id": 0, "filename": []}),
    about("description too long", "description", LONG, {"id": 0, "description": "x" * 1_025}),
    about("description no text", "description", TEXT_TYPE, {"id": 0, "description": []}),
]
