"""What is refused for where it is to happen: channels, threads, forums, histories, people and guilds."""

from __future__ import annotations

from typing import Any

from discord.http import Route

from tests.contract.discord_refusals.components import CHOICE, LIST, LONG, NEEDED
from tests.contract.discord_refusals.stage import Act, Case, Stage


def posting(name: str, channel: str, status: int, code: int, **form: Any) -> Case:
    return Case(f"post {name}", lambda stage: stage.post(channel, **{"content": "x"} | form), status, code)


def without(permission: str, name: str, act: Act, status: int = 403, code: int = 50013) -> Case:
    """What the app may not do in ``general`` without a permission."""

    async def forbidden(stage: Stage) -> None:
        await stage.double.say("Ben", "general", "x")
        stage.double.deny("general", permission)
        await act(stage)

    return Case(f"{name} without {permission}", forbidden, status, code)


async def theirs(stage: Stage, channel: str = "general") -> str:
    """The address of a message of somebody else."""
    said = await stage.double.say("Ana", channel, "x")
    return f"/channels/{said.channel_id}/messages/{said.id}"


async def thread(stage: Stage, **state: Any) -> str:
    """The address of a thread of somebody else."""
    said = await stage.double.say("Ana", "general", "x")
    opened = await stage.double.open_thread("Ana", "general", "t", said.id)
    for name, value in state.items():
        setattr(stage.double.channel(opened), name, value)
    return f"/channels/{opened}"


async def edit_theirs(stage: Stage) -> None:
    await stage("PATCH", await theirs(stage), {"content": "y"})


async def edit_what_is_gone(stage: Stage) -> None:
    path = await stage.said()
    await stage("DELETE", path)
    await stage("PATCH", path, {"content": "y"})


async def edit_in_an_archive(stage: Stage) -> None:
    place = await thread(stage)
    made = await stage("POST", f"{place}/messages", {"content": "x"})
    stage.double.channel(made["channel_id"]).archived = True
    await stage("PATCH", f"{place}/messages/{made['id']}", {"content": "y"})


async def delete_theirs(stage: Stage) -> None:
    await stage("DELETE", await theirs(stage))


async def delete_theirs_in_private(stage: Stage) -> None:
    await stage("DELETE", await theirs(stage, "Ana"))


async def to_who_refuses(stage: Stage) -> None:
    stage.double.world.users[stage.double.user_id("Ben")].refuses_dms = True
    await stage.post("Ben", content="x")


async def to_a_stranger(stage: Stage) -> None:
    place = stage.place("Ben")
    del stage.double.world.members[stage.double.user_id("Ben")]
    await stage("POST", f"{place}/messages", {"content": "x"})


async def into_a_locked_thread(stage: Stage) -> None:
    await stage("POST", f"{await thread(stage, locked=True)}/messages", {"content": "x"})


async def reply_to_a_note(stage: Stage) -> None:
    await stage.double.open_thread("Ana", "general", "t")
    (note,) = stage.double.messages("general")
    await stage.post(content="x", message_reference={"message_id": note.id})


async def reply_without_history(stage: Stage) -> None:
    await stage.post(content="x", message_reference={"message_id": "1"})


async def read_one(stage: Stage) -> None:
    await stage("GET", f"{stage.place('general')}/messages/1")


async def get_nowhere(stage: Stage) -> None:
    await stage("GET", "/channels/1")


def history(name: str, query: str, where: str, why: str) -> Case:
    return Case(f"history {name}", lambda stage: stage("GET", f"{stage.place('general')}/messages?{query}"),
                where=where, why=why)  # fmt: skip


async def react(stage: Stage, emoji: str = "%F0%9F%91%8D", path: str = "") -> None:
    await stage("PUT", f"{path or await theirs(stage)}/reactions/{emoji}/@me")


async def react_no_emoji(stage: Stage) -> None:
    await react(stage, "thumbsup")


async def react_in_an_archive(stage: Stage) -> None:
    place = await thread(stage)
    made = await stage("POST", f"{place}/messages", {"content": "x"})
    stage.double.channel(made["channel_id"]).archived = True
    await react(stage, path=f"{place}/messages/{made['id']}")


async def react_with_too_many(stage: Stage) -> None:
    path = await theirs(stage)
    for number in range(21):
        await react(stage, f"e{number:02}:{number}", path)


async def unreact_for_another(stage: Stage) -> None:
    await stage("DELETE", f"{await theirs(stage)}/reactions/%F0%9F%91%8D/{stage.double.user_id('Ana')}")


def opening(name: str, where: str, why: str, /, **form: Any) -> Case:
    """A thread that is refused for its form."""

    async def act(stage: Stage) -> None:
        await stage("POST", f"{await theirs(stage)}/threads", form)

    return Case(f"thread {name}", act, where=where, why=why)


async def second_thread(stage: Stage) -> None:
    path = await theirs(stage)
    for _ in range(2):
        await stage("POST", f"{path}/threads", {"name": "t"})


async def thread_on_a_note(stage: Stage) -> None:
    await stage.double.open_thread("Ana", "general", "t")
    (note,) = stage.double.messages("general")
    await stage("POST", f"{stage.place('general')}/messages/{note.id}/threads", {"name": "t"})


async def thread_in_private(stage: Stage) -> None:
    await stage("POST", f"{await theirs(stage, 'Ana')}/threads", {"name": "t"})


async def thread_of_no_kind(stage: Stage) -> None:
    await stage("POST", f"{stage.place('general')}/threads", {"name": "t", "type": 1})


async def archive_theirs(stage: Stage) -> None:
    place = await thread(stage)
    stage.double.deny("general", "MANAGE_THREADS")
    await stage("PATCH", place, {"archived": True})


async def join_a_channel(stage: Stage) -> None:
    await stage("PUT", f"{stage.place('general')}/thread-members/@me")


def forum(name: str, code: int, where: str = "", why: str = "", status: int = 400, **form: Any) -> Case:
    async def act(stage: Stage) -> None:
        stage.double.set_tags("questions", "how-to", required=True)
        await stage("POST", f"{stage.place('questions')}/threads", {"name": "t", "message": {"content": "x"}} | form)

    return Case(f"forum post {name}", act, status, code, where, why)


def asking(path: str) -> Act:
    return lambda stage: stage("GET", path)


async def members(stage: Stage) -> None:
    await stage("GET", f"/guilds/{stage.double.guild_id}/members?limit=5")


async def member(stage: Stage) -> None:
    await stage("GET", f"/guilds/{stage.double.guild_id}/members/1")


def private(name: str, recipient: str, status: int, code: int) -> Case:
    async def act(stage: Stage) -> None:
        who = stage.double.user_id(recipient) if recipient else "1"
        await stage("POST", "/users/@me/channels", {"recipient_id": who})

    return Case(f"direct message with {name}", act, status, code)


async def with_a_wrong_token(stage: Stage) -> None:
    stage.double.gateway.token = "another"
    await stage("GET", "/users/@me")


async def of_an_old_version(stage: Stage) -> None:
    Route.BASE = Route.BASE.replace("v10", "v6")
    await stage("GET", "/users/@me")


CASES = [
    Case("call with a wrong token", with_a_wrong_token, 401, 0),
    Case("call of an old version", of_an_old_version, 400, 50041),
    Case("call to an unknown channel", get_nowhere, 404, 10003),
    posting("where the app sees nothing", "hidden", 403, 50001),
    posting("where the app may not write", "readonly", 403, 50013),
    posting("into a forum", "questions", 400, 50008),
    Case("post to somebody who refuses", to_who_refuses, 403, 50007),
    Case("post to somebody without a guild in common", to_a_stranger, 403, 50007),
    Case("post into a locked thread", into_a_locked_thread, 400, 160005),
    Case("edit of another's message", edit_theirs, 403, 50005),
    Case("edit of what is gone", edit_what_is_gone, 404, 10008),
    Case("edit in an archived thread", edit_in_an_archive, 400, 50083),
    Case("delete of another's in private", delete_theirs_in_private, 403, 50003),
    without("EMBED_LINKS", "an embed alone", lambda stage: stage.post(embeds=[{"title": "x"}])),
    without("MANAGE_MESSAGES", "delete of another's", delete_theirs),
    Case("reply to what is not there", reply_without_history, where="message_reference", why="REPLIES_UNKNOWN_MESSAGE"),
    Case("reply to a note of Discord's", reply_to_a_note,
         where="message_reference", why="REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE"),
    without("READ_MESSAGE_HISTORY", "reply", reply_without_history, 403, 160002),
    without("READ_MESSAGE_HISTORY", "reading", read_one, 403, 50001),
    posting("that forwards, which the double cannot", "general", 501, 0, message_reference={"type": 1}),
    history("of too many", "limit=101", "limit", "NUMBER_TYPE_MAX"),
    history("of both sides", "before=1&after=2", "", "MUTUALLY_EXCLUSIVE"),
    history("of no id", "before=x", "before", "NUMBER_TYPE_COERCE"),
    Case("reaction that is no emoji", react_no_emoji, 400, 10014),
    Case("reaction in an archived thread", react_in_an_archive, 400, 50083),
    Case("reaction of a 21st kind", react_with_too_many, 400, 30010),
    without("ADD_REACTIONS", "reaction", react),
    Case("another's reaction taken back", unreact_for_another, 403, 50013),
    opening("without a name", "name", NEEDED),
    opening("name too long", "name", LONG, name="x" * 101),
    opening("of seven minutes", "auto_archive_duration", CHOICE, name="t", auto_archive_duration=7),
    Case("thread twice", second_thread, 400, 160004),
    Case("thread on a note of Discord's", thread_on_a_note, 400, 50068),
    Case("thread in private", thread_in_private, 400, 50024),
    Case("thread of no kind", thread_of_no_kind, where="type", why=CHOICE),
    Case("thread of another archived", archive_theirs, 403, 50013),
    Case("thread that is a channel", join_a_channel, 400, 50024),
    forum("without a message", 50035, "message", NEEDED, message=None),
    forum("without a tag", 40067),
    forum("with an unknown tag", 10087, status=404, applied_tags=["1"]),
    forum("with six tags", 50035, "applied_tags", LONG, applied_tags=[str(n) for n in range(6)]),
    forum("with tags of no list", 50035, "applied_tags", LIST, applied_tags="1"),
    Case("unknown person", asking("/users/1"), 404, 10013),
    Case("unknown guild", asking("/guilds/1"), 404, 10004),
    Case("unknown member", member, 404, 10007),
    Case("members without the intent", members, 403, 50001),
    private("nobody", "", 400, 50033),
    private("another app", "Other bot", 403, 50007),
]  # fmt: skip
