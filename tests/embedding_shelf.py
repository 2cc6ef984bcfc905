"""What the tests of embedding stand on: memories of two orgs, and an embedder that they can hold and break."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import psycopg

from adapters.doubles.providers.embeddings import vector_of
from core.memory.ports import DIMENSIONS, EmbeddingError, Vector

Admin = psycopg.Connection[dict[str, object]]


class Words:
    """An embedder that goes by words, notes what it is asked, and can be made to wait, to fail, or to see a change."""

    def __init__(self, name: str = "words") -> None:
        self.name = name
        self.asked: list[str] = []
        self.fails: EmbeddingError | None = None
        self.refuses = ""
        self.go = asyncio.Event()
        self.go.set()
        self.reached = asyncio.Event()

    async def embed(self, texts: Sequence[str], *, org_id: int | None = None) -> Sequence[Vector]:
        self.asked += texts
        self.reached.set()
        await self.go.wait()
        if self.fails is not None:
            raise self.fails
        if self.refuses and any(self.refuses in text for text in texts):
            raise EmbeddingError("refused", of_text=True)
        return [vector_of(f"{self.name} {text}", DIMENSIONS, DIMENSIONS) for text in texts]


class Shelf:
    """Memories of two orgs, looked at as the superuser."""

    def __init__(self, admin: Admin) -> None:
        self.admin = admin
        self.orgs = [self.one("INSERT INTO organizations (name) VALUES (%s) RETURNING id", name) for name in "ab"]
        self._people = [
            self.one("INSERT INTO people (org_id, name) VALUES (%s, 'Ana') RETURNING id", org) for org in self.orgs
        ]

    def keep(self, text: str, org: int = 0) -> int:
        return self.one(
            "INSERT INTO memories (org_id, owner, kind, text, said_at) VALUES (%s, %s, 'note', %s, now()) RETURNING id",
            self.orgs[org],
            self._people[org],
            text,
        )

    def note(self, text: str) -> int:
        return self.one(
            "INSERT INTO notes (org_id, owner, text) VALUES (%s, %s, %s) RETURNING id",
            self.orgs[0],
            self._people[0],
            text,
        )

    def message(self, text: str) -> tuple[int, int]:
        """A message with its memory."""
        conversation = self.one(
            "INSERT INTO conversations (org_id, surface, tenant, channel, direct) "
            "VALUES (%s, 'slack', 'T1', 'D1', true) RETURNING id",
            self.orgs[0],
        )
        message = self.one(
            "INSERT INTO messages (org_id, conversation_id, person_id, text, occurred_at) "
            "VALUES (%s, %s, %s, %s, now()) RETURNING id",
            self.orgs[0],
            conversation,
            self._people[0],
            text,
        )
        memory = self.keep(text)
        self.admin.execute("UPDATE memories SET kind = 'message', message_id = %s WHERE id = %s", [message, memory])
        return message, memory

    def by(self) -> dict[str, int]:
        """How many memories have a vector of whom; of nobody, under the empty name."""
        rows = self.admin.execute(
            "SELECT CASE WHEN embedding IS NULL THEN '' ELSE embedded_by END AS name, count(*) AS n "
            "FROM memories GROUP BY 1"
        )
        return {str(row["name"]): int(str(row["n"])) for row in rows}

    def leases(self) -> int:
        return self.one("SELECT count(*) FROM embedding_leases")

    def is_of(self, memory: int, embedder: str, text: str) -> bool:
        """Whether a memory's vector is the embedder's of this text."""
        vector = vector_of(f"{embedder} {text}", DIMENSIONS, DIMENSIONS)
        return (
            self.one(
                "SELECT count(*) FROM memories "
                "WHERE id = %s AND embedded_by = %s AND embedding <=> %s::halfvec < 0.001",
                memory,
                embedder,
                str(vector),
            )
            == 1
        )

    def one(self, query: str, *values: object) -> int:
        row = self.admin.execute(query.encode(), values).fetchone()
        assert row is not None
        return int(str(next(iter(row.values()))))
