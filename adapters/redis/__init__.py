"""Redis, where there is one: a hint that processes share, never the truth. Flushing it loses nothing."""

from adapters.redis.hints import RedisHints

__all__ = ["RedisHints"]
