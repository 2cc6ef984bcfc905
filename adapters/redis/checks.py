"""What can be wrong with Redis: not there, not letting us in, not keeping what it is given."""

from __future__ import annotations

import uuid
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from core.health.models import Finding, Findings, ok, problem, skipped

_REFUSED = "write REDIS_URL=redis://:password@host:6379/0; until then Robbie works without it"
_GONE = "start it, or correct REDIS_URL; until then Robbie works without it"


async def redis(url: str | None) -> Findings:
    """Look at the server of REDIS_URL, and write, read and delete a key of our own."""
    if url is None:
        yield skipped("redis", "no REDIS_URL; it is optional")
        return
    try:
        client = Redis.from_url(url, socket_timeout=2.0, socket_connect_timeout=2.0, decode_responses=True)
    except ValueError:
        yield problem("redis", "REDIS_URL cannot be read", "write redis://[:password@]host:6379/0")
        return
    try:
        yield await _round_trip(client)
    except (AuthenticationError, NoPermissionError):
        yield problem("redis", "REDIS_URL was refused: wrong user or password, or not enough rights", _REFUSED)
    except ResponseError:
        yield problem("redis", "the server of REDIS_URL does not do as it is told", "see its log; is it a replica?")
    except (RedisError, OSError) as error:
        yield problem("redis", f"the server of REDIS_URL cannot be reached ({type(error).__name__})", _GONE)
    finally:
        with suppress(RedisError, OSError):
            await client.aclose()


async def _round_trip(client: Redis) -> Finding:
    name, token = f"robbie:doctor:{uuid.uuid4().hex}", uuid.uuid4().hex
    await client.set(name, token, px=10_000)
    kept = await client.get(name)
    await client.delete(name)
    if kept != token:
        return problem("redis", "it does not keep what it is given", "see its maxmemory and its log")
    return ok("redis", f"{await _version(client)} keeps what it is given")


async def _version(client: Redis) -> str:
    try:
        server = await client.info("server")
    except ResponseError:  # a user may be kept from asking
        return "the server"
    return f"Valkey {server['valkey_version']}" if "valkey_version" in server else f"Redis {server['redis_version']}"
