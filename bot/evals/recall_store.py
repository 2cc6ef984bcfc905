"""Turns become memories of the real store: each conversation's belong to an owner of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from adapters.postgres import directory
from adapters.postgres.database import Database
from bot.evals.recall_rows import Turn
from core.conversation.models import Place
from core.people.viewer import Viewer

_OWNER = "INSERT INTO people (org_id, name) VALUES (%s, %s) RETURNING id"
_REMEMBER = """
    INSERT INTO memories (org_id, owner, people, conversation_id, kind, speaker, text, said_at)
    SELECT %(org)s, %(owner)s, ARRAY[%(owner)s::bigint], %(conversation)s, 'message', turn.*
    FROM unnest(%(speakers)s::text[], %(texts)s::text[], %(times)s::timestamptz[]) AS turn (speaker, text, said_at)
    RETURNING id"""


async def store(
    database: Database, conversations: Mapping[str, Sequence[Turn]]
) -> tuple[dict[str, Viewer], dict[int, str]]:
    """Keep all turns, and say who owns each conversation and which turn each memory is of."""
    owners: dict[str, Viewer] = {}
    turns: dict[int, str] = {}
    for conv, said in conversations.items():
        place = Place(surface="console", tenant="eval", channel=conv, direct=True)
        async with database.system() as tx:
            org_id = await directory.org(tx, place)
            row = await (await tx.execute(_OWNER, (org_id, conv))).fetchone()
            conversation = await directory.conversation(tx, org_id, place)
        if row is None:
            raise LookupError("the database gave no id back")
        owners[conv] = Viewer.owner(org_id, row["id"])
        values = {
            "org": org_id,
            "owner": row["id"],
            "conversation": conversation,
            "speakers": [turn.speaker for turn in said],
            "texts": [turn.told for turn in said],
            "times": list(_times(said)),
        }
        (made,) = await database.run(org_id, (_REMEMBER, values), viewer=owners[conv])
        turns |= {memory["id"]: turn.id for memory, turn in zip(made, said, strict=True)}
    return owners, turns


def _times(turns: Sequence[Turn]) -> Iterator[datetime]:
    """A session's turns have one date; they follow each other by a minute."""
    start, at = None, 0
    for turn in turns:
        start, at = turn.date, at + 1 if turn.date == start else 0
        yield turn.date + timedelta(minutes=at)
