"""Application commands that are refused."""

from __future__ import annotations

from typing import Any

from tests.contract.discord_refusals.components import (
    CHOICE,
    FORM,
    HIGH,
    LIST,
    LONG,
    LOW,
    NEEDED,
    NUMBER,
    SHORT,
    TEXT_TYPE,
    YES,
)
from tests.contract.discord_refusals.stage import Case, Json, Stage

NAME, NESTED = "APPLICATION_COMMAND_INVALID_NAME", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"
TAKEN = "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"
FIELD, RANGE = "APPLICATION_COMMAND_OPTIONS_FIELD_INVALID", "APPLICATION_COMMAND_OPTIONS_RANGE_INVALID"


def app(stage: Stage, guild: bool = False) -> str:
    where = f"/guilds/{stage.double.guild_id}" if guild else ""
    return f"/applications/{stage.double.bot_user}{where}/commands"


def command(**fields: Any) -> Json:
    return {"name": "x", "description": "x"} | fields


def option(**fields: Any) -> Json:
    return {"type": 3, "name": "o", "description": "x"} | fields


def sub(*options: Any, kind: int = 1, **fields: Any) -> Json:
    return option(type=kind, options=list(options), **fields)


def made(name: str, where: str, why: str, /, guild: bool = False, **fields: Any) -> Case:
    """A command that is refused when it is written with others."""

    async def act(stage: Stage) -> None:
        await stage("PUT", app(stage, guild), [command(**fields)])

    return Case(f"command {name}", act, where=f"0.{where}".rstrip("."), why=why)


def optioned(name: str, where: str, why: str, *options: Any) -> Case:
    return made(f"options {name}", f"options.{where}".rstrip("."), why, options=list(options))


async def upsert(stage: Stage) -> None:
    await stage("POST", app(stage), command(name="Big"))


async def no_list(stage: Stage) -> None:
    await stage("PUT", app(stage), command())


async def no_form(stage: Stage) -> None:
    await stage("PUT", app(stage), ["x"])


async def same_name(stage: Stage) -> None:
    await stage("PUT", app(stage), [command(), command()])


def too_many(kind: int, most: int) -> Case:
    async def act(stage: Stage) -> None:
        described = {"description": "x" if kind == 1 else ""}
        await stage("PUT", app(stage), [command(name=f"c{n}", type=kind) | described for n in range(most + 1)])

    return Case(f"{most + 1} commands of type {kind}", act, code=30032)


async def too_many_a_day(stage: Stage) -> None:
    stage.double.commands.creates_a_day = 5
    for number in range(6):
        await stage("POST", app(stage), command(name=f"c{number}"))


async def another_app(stage: Stage) -> None:
    await stage("GET", "/applications/1/commands")


async def another_guild(stage: Stage) -> None:
    await stage("GET", f"/applications/{stage.double.bot_user}/guilds/1/commands")


async def unknown_command(stage: Stage) -> None:
    await stage("DELETE", f"{app(stage)}/1")


CASES = [
    Case("commands no list", no_list, why="LIST_TYPE_CONVERT"),
    Case("command no form", no_form, where="0", why=FORM),
    Case("command upserted with a wrong name", upsert, where="name", why=NAME),
    Case("command twice", same_name, where="1", why="APPLICATION_COMMANDS_DUPLICATE_NAME"),
    too_many(1, 100),
    too_many(2, 15),
    too_many(3, 15),
    Case("commands too many a day", too_many_a_day, 429, 30034),
    Case("commands of another app", another_app, 403, 20012),
    Case("commands of another guild", another_guild, 403, 50001),
    Case("command that is not there", unknown_command, 404, 10063),
    made("without a name", "name", NEEDED, name=""),
    made("name no text", "name", TEXT_TYPE, name=["x"]),
    made("name too long", "name", SHORT, name="x" * 33),
    made("name in capitals", "name", NAME, name="Ask"),
    made("name with a space", "name", NAME, name="ask me"),
    made("without a description", "description", NEEDED, description=""),
    made("description too long", "description", LONG, description="x" * 101),
    made("description no text", "description", TEXT_TYPE, description=["x"]),
    made("type unknown", "type", CHOICE, type=5),
    made("type no number", "type", NUMBER, type="1"),
    made("nsfw no yes or no", "nsfw", YES, nsfw="no"),
    made("menu with a description", "description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID", type=3),
    made("menu with options", "options", "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_INVALID",
         type=2, description="", options=[option()]),
    made("names in other languages no form", "name_localizations", FORM, name_localizations=["x"]),
    made("descriptions in other languages no form", "description_localizations", FORM,
         description_localizations=["x"]),
    made("localized for no language", "name_localizations.xx", CHOICE, name_localizations={"xx": "x"}),
    made("localized name in capitals", "name_localizations.de", NAME, name_localizations={"de": "Fragen"}),
    made("localized description too long", "description_localizations.de", SHORT,
         description_localizations={"de": "x" * 101}),
    made("permissions no bits", "default_member_permissions", NUMBER, default_member_permissions="all"),
    made("contexts no list", "contexts", LIST, contexts={"0": 0}),
    made("contexts too many", "contexts", LONG, contexts=[0, 1, 2, 3]),
    made("context unknown", "contexts.0", CHOICE, contexts=[3]),
    made("context twice", "contexts.1", "SET_TYPE_ALREADY_CONTAINS_VALUE", contexts=[0, 0]),
    made("contexts in a guild", "contexts", "APPLICATION_COMMAND_GUILD_CONTEXTS_INVALID", guild=True, contexts=[0]),
    made("integration types no list", "integration_types", LIST, integration_types={"0": 0}),
    made("integration types too many", "integration_types", LONG, integration_types=[0, 1, 2]),
    made("integration types the app has not", "integration_types", "APPLICATION_COMMAND_INTEGRATION_TYPES_INVALID",
         integration_types=[0, 1]),
    made("too large", "", "APPLICATION_COMMAND_TOO_LARGE", options=[
        option(name=f"o{n}", choices=[{"name": f"{m}" * 50, "value": "x" * 100} for m in range(10, 25)])
        for n in range(5)
    ]),
    made("options no list", "options", LIST, options={"name": "o"}),
    optioned("of 26", "", LONG, *[option(name=f"o{n}") for n in range(26)]),
    optioned("of what is no form", "0", FORM, "x"),
    optioned("without a type", "0.type", NEEDED, option(type=None)),
    optioned("type unknown", "0.type", CHOICE, option(type=12)),
    optioned("type no number", "0.type", NUMBER, option(type="3")),
    optioned("without a name", "0.name", NEEDED, option(name="")),
    optioned("name no text", "0.name", TEXT_TYPE, option(name=["o"])),
    optioned("name too long", "0.name", SHORT, option(name="x" * 33)),
    optioned("name in capitals", "0.name", NAME, option(name="Who")),
    optioned("name twice", "1.name", TAKEN, option(), option()),
    optioned("without a description", "0.description", NEEDED, option(description="")),
    optioned("description too long", "0.description", SHORT, option(description="x" * 101)),
    optioned("description no text", "0.description", TEXT_TYPE, option(description=["x"])),
    optioned("required no yes or no", "0.required", YES, option(required="no")),
    optioned("required after optional", "1", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
             option(), option(name="p", required=True)),
    optioned("autocomplete no yes or no", "0.autocomplete", YES, option(autocomplete="no")),
    optioned("autocomplete beside choices", "0", "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID",
             option(autocomplete=True, choices=[{"name": "x", "value": "x"}])),
    optioned("autocomplete of a person", "0.autocomplete", FIELD, option(type=6, autocomplete=True)),
    optioned("choices no list", "0.choices", LIST, option(choices={"name": "x"})),
    optioned("choices of 26", "0.choices", LONG,
             option(choices=[{"name": f"{n}", "value": f"{n}"} for n in range(26)])),
    optioned("choice of another type", "0.choices.0.value", "CHOICE_VALUE_TYPE_INVALID",
             option(type=4, choices=[{"name": "x", "value": "x"}])),
    optioned("choice twice", "0.choices.1.name", "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS",
             option(choices=[{"name": "x", "value": "x"}, {"name": "x", "value": "y"}])),
    optioned("inner no list", "0.options", LIST, option(type=1, options={"name": "x"})),
    optioned("inner of 26", "0.options", LONG, sub(*[option(name=f"o{n}") for n in range(26)])),
    optioned("within a text", "0.options", FIELD, option(options=[option()])),
    optioned("channel types no list", "0.channel_types", LIST, option(type=7, channel_types={"0": 0})),
    optioned("channel types too many", "0.channel_types", LONG, option(type=7, channel_types=list(range(21)))),
    optioned("channel types of a text", "0.channel_types", FIELD, option(channel_types=[0])),
    optioned("min_length too high", "0.min_length", HIGH, option(min_length=6_001)),
    optioned("min_length too low", "0.min_length", LOW, option(min_length=-1)),
    optioned("min_length no number", "0.min_length", NUMBER, option(min_length="1")),
    optioned("max_length too high", "0.max_length", HIGH, option(max_length=6_001)),
    optioned("max_length too low", "0.max_length", LOW, option(max_length=0)),
    optioned("max_length no number", "0.max_length", NUMBER, option(max_length="1")),
    optioned("min_value no number", "0.min_value", NUMBER, option(type=4, min_value="1")),
    optioned("max_value no number", "0.max_value", NUMBER, option(type=4, max_value="1")),
    optioned("names in other languages no form", "0.name_localizations", FORM, option(name_localizations=["x"])),
    optioned("descriptions in other languages no form", "0.description_localizations", FORM,
             option(description_localizations=["x"])),
    optioned("min over max", "0.min_value", RANGE, option(type=4, min_value=3, max_value=2)),
    optioned("subcommand beside a text", "", NESTED, sub(), option(name="p")),
    optioned("subcommand in a subcommand", "0.options", NESTED, sub(sub())),
    optioned("group in a group", "0.options", NESTED, sub(sub(sub(), kind=2), kind=2)),
    optioned("group without subcommands", "0.options", NESTED, sub(kind=2)),
    optioned("group of texts", "0.options", NESTED, sub(option(), kind=2)),
]  # fmt: skip
