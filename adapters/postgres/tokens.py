"""Tokens of other programs, known by their digests."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.postgres.database import Database
from core.people.tokens import Bearer, Token

_ADD = """
    INSERT INTO api_tokens (org_id, person_id, name, digest)
    SELECT %(org_id)s, %(person_id)s, %(name)s, %(digest)s
    WHERE (SELECT count(*) FROM api_tokens WHERE person_id = %(person_id)s) < %(most)s RETURNING id"""
_ALL = """
    SELECT id, name, created_at, used_at FROM api_tokens WHERE person_id = %(person_id)s ORDER BY id DESC LIMIT 50"""
_REVOKE = "DELETE FROM api_tokens WHERE id = %(id)s AND person_id = %(person_id)s RETURNING id"
# A program may ask many times a second; when it did is written once a minute.
_BEARER = """
    WITH token AS (
        SELECT id, org_id, person_id, used_at FROM api_tokens
        WHERE digest = %(digest)s AND (until IS NULL OR until > now())
    ),
    used AS (
        UPDATE api_tokens SET used_at = now()
        WHERE id IN (SELECT id FROM token) AND (used_at IS NULL OR used_at < now() - interval '1 minute')
    )
    SELECT token.id AS token_id, people.org_id, token.person_id, people.zone,
           coalesce((SELECT bool_or(is_member) FROM accounts WHERE accounts.person_id = people.id), false) AS member
    FROM token JOIN people ON people.id = token.person_id"""


class PostgresTokens:
    """Implements ``core.people.tokens.Tokens``: a bearer is looked up over all orgs, as robbie_system.

    Args:
        database: the pools.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, org_id: int, person_id: int, name: str, digest: bytes, *, most: int) -> bool:
        """Keep one."""
        values = {"org_id": org_id, "person_id": person_id, "name": name, "digest": digest, "most": most}
        (rows,) = await self._database.run(org_id, (_ADD, values))
        return bool(rows)

    async def all(self, org_id: int, person_id: int) -> Sequence[Token]:
        """A person's."""
        (rows,) = await self._database.run(org_id, (_ALL, {"person_id": person_id}))
        return [Token(**row) for row in rows]

    async def revoke(self, org_id: int, person_id: int, token_id: int) -> bool:
        """Delete one."""
        (rows,) = await self._database.run(org_id, (_REVOKE, {"id": token_id, "person_id": person_id}))
        return bool(rows)

    async def bearer(self, digest: bytes) -> Bearer | None:
        """Whose token it is."""
        async with self._database.system() as tx:
            row = await (await tx.execute(_BEARER, {"digest": digest})).fetchone()
        return Bearer(**{**row, "zone": row["zone"] or "UTC"}) if row else None
