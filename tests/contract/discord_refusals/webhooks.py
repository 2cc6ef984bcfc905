"""Webhooks that are refused, and what they may not write."""

from __future__ import annotations

from typing import Any

from tests.contract.discord_refusals.components import LONG, NEEDED
from tests.contract.discord_refusals.stage import Act, Case, Json, Stage

CONTAINS = "USERNAME_INVALID_CONTAINS"


async def hook(stage: Stage, channel: str = "general") -> str:
    """The address of a new webhook, with its token."""
    made = await stage("POST", f"{stage.place(channel)}/webhooks", {"name": "Robbie"})
    return f"/webhooks/{made['id']}/{made['token']}"


def creating(name: str, status: int, code: int, /, channel: str = "general", **form: Any) -> Case:
    where, why = str(form.pop("where", "")), str(form.pop("why", ""))

    async def act(stage: Stage) -> None:
        await stage("POST", f"{stage.place(channel)}/webhooks", {"name": "Robbie"} | form)

    return Case(f"webhook {name}", act, status, code, where, why)


def writing(name: str, where: str, why: str, code: int = 50035, channel: str = "general", **form: Any) -> Case:
    async def act(stage: Stage) -> None:
        await stage("POST", await hook(stage, channel), {"content": "x"} | form)

    return Case(f"webhook writing {name}", act, 400, code, where, why)


async def too_many(stage: Stage) -> None:
    for _ in range(16):
        await hook(stage)


async def not_allowed(stage: Stage) -> None:
    stage.double.deny("general", "MANAGE_WEBHOOKS")
    await hook(stage)


async def unknown(stage: Stage) -> None:
    await stage("POST", "/webhooks/1/x", {"content": "x"})


async def wrong_token(stage: Stage) -> None:
    await stage("POST", (await hook(stage)) + "x", {"content": "x"})


async def voiceless(stage: Stage) -> None:
    path = await hook(stage)
    stage.double.channel("general").type = 4
    await stage("POST", path, {"content": "x"})


async def elsewhere(stage: Stage) -> None:
    await stage("POST", f"{await hook(stage)}?thread_id={stage.double.channel('random').id}", {"content": "x"})


async def written(stage: Stage) -> Json:
    path = await hook(stage)
    made: Json = await stage("POST", f"{path}?wait=true", {"content": "x", "username": "Einstein"})
    return made


async def edited_by_the_app(stage: Stage) -> None:
    made = await written(stage)
    await stage("PATCH", f"/channels/{made['channel_id']}/messages/{made['id']}", {"content": "y"})


async def edited_by_another(stage: Stage) -> None:
    made = await written(stage)
    await stage("PATCH", f"{await hook(stage)}/messages/{made['id']}", {"content": "y"})


async def edited_outside_of_its_thread(stage: Stage) -> None:
    said = await stage.double.say("Ana", "general", "x")
    thread = await stage.double.open_thread("Ana", "general", "t", said.id)
    path = await hook(stage)
    made = await stage("POST", f"{path}?wait=true&thread_id={thread}", {"content": "x"})
    await stage("PATCH", f"{path}/messages/{made['id']}", {"content": "y"})


async def edited_after_it_is_gone(stage: Stage) -> None:
    path = await hook(stage)
    made = await stage("POST", f"{path}?wait=true", {"content": "x"})
    await stage("DELETE", f"{path}/messages/{made['id']}")
    await stage("PATCH", f"{path}/messages/{made['id']}", {"content": "y"})


async def empty_edit(stage: Stage) -> None:
    path = await hook(stage)
    made = await stage("POST", f"{path}?wait=true", {"content": "x"})
    await stage("PATCH", f"{path}/messages/{made['id']}", {"content": ""})


async def without_a_tag(stage: Stage) -> None:
    stage.double.set_tags("questions", "how-to", required=True)
    await stage("POST", await hook(stage, "questions"), {"content": "x", "thread_name": "t"})


_ACTS: list[tuple[str, Act, int, int]] = [
    ("a 16th", too_many, 400, 30007),
    ("without the permission", not_allowed, 403, 50013),
    ("that is not there", unknown, 404, 10015),
    ("with a wrong token", wrong_token, 401, 50027),
    ("of a channel without text", voiceless, 400, 50008),
    ("writing into another channel", elsewhere, 404, 10003),
    ("message edited by the app", edited_by_the_app, 403, 50005),
    ("message edited by another webhook", edited_by_another, 404, 10008),
    ("message edited outside of its thread", edited_outside_of_its_thread, 404, 10008),
    ("message edited after it is gone", edited_after_it_is_gone, 404, 10008),
    ("message edited to nothing", empty_edit, 400, 50006),
    ("post without a tag", without_a_tag, 400, 40067),
]
CASES = [
    *[Case(f"webhook {name}", act, status, code) for name, act, status, code in _ACTS],
    creating("in private", 400, 50024, channel="Ana"),
    creating("without a name", 400, 50035, name="", where="name", why=NEEDED),
    creating("name too long", 400, 50035, name="x" * 81, where="name", why=LONG),
    creating("called discord", 400, 50035, name="My Discord hook", where="name", why=CONTAINS),
    creating("called clyde", 400, 50035, name="clyde", where="name", why=CONTAINS),
    writing("as discord", "username", CONTAINS, username="Discord"),
    writing("under too long a name", "username", LONG, username="x" * 81),
    writing("with a picture of no address", "avatar_url", "URL_TYPE_INVALID_URL", avatar_url="face.png"),
    writing("with a picture on a disk", "avatar_url", "URL_TYPE_INVALID_SCHEME", avatar_url="file:///face.png"),
    writing("too much", "content", LONG, content="x" * 2_001),
    writing("nothing", "", "", code=50006, content=""),
    writing("a thread into a channel", "", "", code=220003, thread_name="t"),
    writing("into a forum without a thread", "", "", code=220001, channel="questions"),
    writing("too long a thread name", "thread_name", LONG, channel="questions", thread_name="x" * 101),
]
