"""How much is remembered, by whose vectors it is found, and what still waits; numbers alone, over all organizations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.postgres.access import Access
from adapters.postgres.asking import one, rows_of
from adapters.postgres.queue_checks import serving
from core.health.models import Finding, Findings, ok, warning

_MANY = 5_000  # more than a minute's work

_KINDS = """
    SELECT kind, count(*) AS memories, count(embedding) AS embedded
    FROM memories GROUP BY kind ORDER BY kind"""
_EMBEDDERS = """
    SELECT embedded_by AS name, count(*) AS memories FROM memories WHERE embedding IS NOT NULL
    GROUP BY embedded_by ORDER BY count(*) DESC, embedded_by"""
_CHOSEN = "SELECT name FROM embedders ORDER BY chosen_at DESC LIMIT 1"
_TO_REMEMBER = "SELECT count(*) FROM messages WHERE to_remember"
_TO_EMBED = "SELECT count(*) FROM memories WHERE embedding IS NULL"


@dataclass(frozen=True, slots=True)
class Kind:
    """How many memories of a kind there are, and how many of them have a vector."""

    memories: int
    embedded: int


@dataclass(frozen=True, slots=True)
class Remembered:
    """What memory holds.

    Attributes:
        kinds: by what they are of.
        embedders: how many vectors are whose.
        chosen: the embedder that the worker which started last was given; empty for none.
        to_remember: messages that are not memories yet.
    """

    kinds: Mapping[str, Kind]
    embedders: Mapping[str, int]
    chosen: str
    to_remember: int

    @property
    def to_embed(self) -> int:
        """How many memories wait for a vector, or for one of the chosen embedder."""
        return sum(kind.memories for kind in self.kinds.values()) - self.embedders.get(self.chosen, 0)


async def remembered(access: Access) -> Remembered:
    """Count. Raises CannotCheck."""
    async with serving(access) as system:
        kinds = await rows_of(system, _KINDS)
        embedders = await rows_of(system, _EMBEDDERS)
        chosen, waiting = await one(system, _CHOSEN), await one(system, _TO_REMEMBER)
    return Remembered(
        kinds={str(row["kind"]): Kind(_number(row["memories"]), _number(row["embedded"])) for row in kinds},
        embedders={str(row["name"]): _number(row["memories"]) for row in embedders},
        chosen=str(chosen or ""),
        to_remember=_number(waiting),
    )


async def memory(access: Access, *, embeds: bool) -> Findings:
    """Look at what waits.

    Args:
        access: the database.
        embeds: whether the settings name an embedder.
    """
    async with serving(access) as system:
        yield _waiting("messages to remember", _number(await one(system, _TO_REMEMBER)))
        if embeds:
            yield _waiting("memories to embed", _number(await one(system, _TO_EMBED)))


def _waiting(name: str, waiting: int) -> Finding:
    if waiting > _MANY:
        mend = "workers do it in the background; if there are not fewer later, see their log"
        return warning(name, f"{waiting:,} wait", mend)
    return ok(name, f"{waiting:,} wait" if waiting else "nothing waits")


def _number(value: object) -> int:
    return int(str(value))
