"""Messages that are refused for their text, embeds, mentions or nonce."""

from __future__ import annotations

from typing import Any

from tests.contract.discord_refusals.stage import V2, Case, Stage, formed

TEXT = {"type": 10, "content": "x"}


def embed(name: str, where: str, why: str, **fields: Any) -> Case:
    return formed(f"embed {name}", f"embeds.0.{where}", why, embeds=[{"title": "x"} | fields])


def mentioning(name: str, where: str, why: str, allowed: Any) -> Case:
    path = f"allowed_mentions.{where}".rstrip(".")
    return formed(f"mentions {name}", path, why, content="x", allowed_mentions=allowed)


def replying(name: str, where: str, why: str, reference: Any) -> Case:
    path = f"message_reference.{where}".rstrip(".")
    return formed(f"reply {name}", path, why, content="x", message_reference=reference)


async def empty_edit(stage: Stage) -> None:
    await stage("PATCH", await stage.said(), {"content": ""})


async def v2_back(stage: Stage) -> None:
    path = await stage.said(content=None, flags=V2, components=[TEXT])
    await stage("PATCH", path, {"flags": 0, "components": [TEXT]})


async def v2_beside_content(stage: Stage) -> None:
    await stage("PATCH", await stage.said(), {"flags": V2, "components": [TEXT]})


CASES = [
    formed("content too long", "content", "BASE_TYPE_MAX_LENGTH", content="x" * 2_001),
    formed("content no text", "content", "STRING_TYPE_CONVERT", content=["x"]),
    Case("nothing to say", lambda stage: stage.post(content=" \n "), code=50006),
    Case("nothing left to say", empty_edit, code=50006),
    formed("flags no number", "flags", "NUMBER_TYPE_COERCE", content="x", flags="many"),
    formed("nonce too long", "nonce", "NONCE_TYPE_TOO_LONG", content="x", nonce="n" * 26),
    formed("nonce no text", "nonce", "NONCE_TYPE_INVALID_TYPE", content="x", nonce=["n"]),
    formed("v2 beside content", "content", _LEGACY := "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
           flags=V2, components=[TEXT], content="x"),
    formed("v2 beside embeds", "embeds", _LEGACY, flags=V2, components=[TEXT], embeds=[{"title": "x"}]),
    formed("v2 beside a poll", "poll", _LEGACY, flags=V2, components=[TEXT], poll={"question": {"text": "x"}}),
    formed("v2 beside stickers", "sticker_ids", _LEGACY, flags=V2, components=[TEXT], sticker_ids=["1"]),
    Case("v2 taken back", v2_back, where="components.0", why="UNION_TYPE_CHOICES"),
    Case("v2 beside content that stays", v2_beside_content, where="content", why=_LEGACY),
    formed("embeds no list", "embeds", "LIST_TYPE_CONVERT", embeds={"title": "x"}),
    formed("embeds too many", "embeds", "BASE_TYPE_MAX_LENGTH", embeds=[{"title": "x"}] * 11),
    formed("embeds too large together", "embeds", "MAX_EMBED_SIZE_EXCEEDED",
           embeds=[{"description": "x" * 4_000}, {"footer": {"text": "x" * 2_001}}]),
    formed("embed no form", "embeds.0", "DICT_TYPE_CONVERT", embeds=["x"]),
    embed("title too long", "title", "BASE_TYPE_MAX_LENGTH", title="x" * 257),
    embed("title no text", "title", "STRING_TYPE_CONVERT", title={}),
    embed("description too long", "description", "BASE_TYPE_MAX_LENGTH", description="x" * 4_097),
    embed("description no text", "description", "STRING_TYPE_CONVERT", description=[1]),
    embed("url too long", "url", "BASE_TYPE_MAX_LENGTH", url="https://x.org/" + "x" * 2_035),
    embed("url no text", "url", "STRING_TYPE_CONVERT", url=[1]),
    embed("url malformed", "url", "URL_TYPE_INVALID_URL", url="here"),
    embed("url of another kind", "url", "URL_TYPE_INVALID_SCHEME", url="ftp://x.org"),
    embed("color no number", "color", "NUMBER_TYPE_COERCE", color="red"),
    embed("color too high", "color", "NUMBER_TYPE_MAX", color=0x1000000),
    embed("color too low", "color", "NUMBER_TYPE_MIN", color=-1),
    embed("fields too many", "fields", "BASE_TYPE_MAX_LENGTH", fields=[{"name": "x", "value": "x"}] * 26),
    embed("fields no list", "fields", "LIST_TYPE_CONVERT", fields={"name": "x"}),
    embed("field no form", "fields.0", "DICT_TYPE_CONVERT", fields=["x"]),
    embed("field without a name", "fields.0.name", "BASE_TYPE_REQUIRED", fields=[{"value": "x"}]),
    embed("field name too long", "fields.0.name", "BASE_TYPE_BAD_LENGTH", fields=[{"name": "x" * 257, "value": "x"}]),
    embed("field name no text", "fields.0.name", "STRING_TYPE_CONVERT", fields=[{"name": [1], "value": "x"}]),
    embed("field without a value", "fields.0.value", "BASE_TYPE_REQUIRED", fields=[{"name": "x", "value": ""}]),
    embed("field value too long", "fields.0.value", "BASE_TYPE_BAD_LENGTH",
          fields=[{"name": "x", "value": "x" * 1_025}]),
    embed("field value no text", "fields.0.value", "STRING_TYPE_CONVERT", fields=[{"name": "x", "value": [1]}]),
    embed("field inline no yes or no", "fields.0.inline", "BOOLEAN_TYPE_CONVERT",
          fields=[{"name": "x", "value": "x", "inline": "no"}]),
    embed("footer no form", "footer", "DICT_TYPE_CONVERT", footer="x"),
    embed("footer without a text", "footer.text", "BASE_TYPE_REQUIRED", footer={}),
    embed("footer text too long", "footer.text", "BASE_TYPE_BAD_LENGTH", footer={"text": "x" * 2_049}),
    embed("footer text no text", "footer.text", "STRING_TYPE_CONVERT", footer={"text": [1]}),
    embed("author no form", "author", "DICT_TYPE_CONVERT", author="x"),
    embed("author without a name", "author.name", "BASE_TYPE_REQUIRED", author={}),
    embed("author name too long", "author.name", "BASE_TYPE_BAD_LENGTH", author={"name": "x" * 257}),
    embed("author name no text", "author.name", "STRING_TYPE_CONVERT", author={"name": [1]}),
    formed("mentions of an unknown kind", "allowed_mentions.parse.0", "BASE_TYPE_CHOICES",
           content="x", allowed_mentions={"parse": ["all"]}),
    formed("mentions parsed and listed", "allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
           content="x", allowed_mentions={"parse": ["users"], "users": ["1"]}),
    mentioning("no form", "", "DICT_TYPE_CONVERT", ["users"]),
    mentioning("parsed no list", "parse", "LIST_TYPE_CONVERT", {"parse": "users"}),
    mentioning("parsed of four kinds", "parse", "BASE_TYPE_MAX_LENGTH", {"parse": ["users"] * 4}),
    mentioning("of users no list", "users", "LIST_TYPE_CONVERT", {"users": "1"}),
    mentioning("of 101 users", "users", "BASE_TYPE_MAX_LENGTH", {"users": [str(n) for n in range(101)]}),
    mentioning("of roles no list", "roles", "LIST_TYPE_CONVERT", {"roles": "1"}),
    mentioning("of 101 roles", "roles", "BASE_TYPE_MAX_LENGTH", {"roles": [str(n) for n in range(101)]}),
    mentioning("of the replied no yes or no", "replied_user", "BOOLEAN_TYPE_CONVERT", {"replied_user": "no"}),
    replying("no form", "", "DICT_TYPE_CONVERT", "1"),
    replying("message no text", "message_id", "STRING_TYPE_CONVERT", {"message_id": []}),
    replying("message too long", "message_id", "BASE_TYPE_MAX_LENGTH", {"message_id": "1" * 21}),
    replying("channel no text", "channel_id", "STRING_TYPE_CONVERT", {"message_id": "1", "channel_id": []}),
    replying("channel too long", "channel_id", "BASE_TYPE_MAX_LENGTH", {"message_id": "1", "channel_id": "1" * 21}),
    replying("failing no yes or no", "fail_if_not_exists", "BOOLEAN_TYPE_CONVERT", {"fail_if_not_exists": "no"}),
    formed("attachments no list", "attachments", "LIST_TYPE_CONVERT", content="x", attachments={"id": 0}),
    formed("attachments over ten", "attachments", "BASE_TYPE_MAX_LENGTH", content="x", attachments=[{"id": 0}] * 11),
]  # fmt: skip
