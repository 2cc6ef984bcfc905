"""Looks for a word in every column of every table, in whatever form a column may hold it."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import psycopg
from psycopg import sql
from redis.asyncio import Redis

_TABLES = """
    SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'm') AND relnamespace = 'public'::regnamespace
    ORDER BY relname"""
_VECTORS = """
    SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    JOIN pg_type ON pg_type.oid = atttypid
    WHERE typname IN ('vector', 'halfvec', 'sparsevec') AND relkind IN ('r', 'p', 'm') AND NOT attisdropped"""


def holders(admin_url: str, word: str) -> set[str]:
    """The tables with a row that holds the word: as text, within JSON, as bytes, or as base64 of either."""
    found = set()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for (table,) in admin.execute(_TABLES).fetchall():
            query = sql.SQL("SELECT EXISTS (SELECT FROM {table} WHERE lower({table}::text) LIKE ANY (%s))")
            forms = [f"%{form.lower()}%" for form in _forms(word)]
            row = admin.execute(query.format(table=sql.Identifier(table)), (forms,)).fetchone()
            if row is not None and row[0]:
                found.add(str(table))
    return found


def vectors(admin_url: str) -> int:
    """How many vectors there are, wherever."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        counts = 0
        for table, column in admin.execute(_VECTORS).fetchall():
            query = sql.SQL("SELECT count({}) FROM {}").format(sql.Identifier(column), sql.Identifier(table))
            row = admin.execute(query).fetchone()
            counts += row[0] if row else 0
        return counts


async def in_redis(url: str, word: str) -> set[bytes]:
    """The keys of Redis that hold the word, in their name or in their value."""
    found = set()
    async with Redis.from_url(url) as redis:
        async for key in redis.scan_iter():
            if word.encode() in key or word.encode() in (await redis.dump(key) or b""):
                found.add(key)
    return found


def _forms(word: str) -> Iterator[str]:
    yield word
    yield word.encode().hex()
    for before in range(3):  # base64 depends on where in a group of three bytes a word begins
        whole = base64.b64encode(b" " * before + word.encode()).decode()
        yield whole[4 if before else 0 : len(whole) // 4 * 4 - 4]
