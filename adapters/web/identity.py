"""Who sits at the browser, and which conversations are theirs.

One secret in a cookie is all there is to know a visitor by. A conversation's id is 128 random bits and a MAC of them
under that secret, so an id opens only in the browser that started it, also when the address is shared or guessed, and
nothing has to be stored to check it. The account is derived from the secret, so that neither the database nor a log
ever holds what would let somebody in.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Self

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_RANDOM_CHARS = 22


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser that chats.

    Attributes:
        secret: the value of its cookie; 256 random bits.
    """

    secret: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """A visitor never seen before."""
        return cls(secrets.token_urlsafe(32))

    @classmethod
    def known(cls, cookie: str | None) -> Self | None:
        """The visitor whose cookie this is, or None when it is not one of ours."""
        return cls(cookie) if cookie and _SECRET.fullmatch(cookie) else None

    @property
    def account(self) -> str:
        """The stable name of this visitor; it gives no access."""
        return f"web-{self._mac('account')}"

    def start_conversation(self) -> str:
        """The id of a new conversation that only this visitor can open."""
        random = secrets.token_urlsafe(16)
        return random + self._mac(f"conversation:{random}")

    def owns(self, conversation: str) -> bool:
        """Whether this visitor started the conversation."""
        random, mac = conversation[:_RANDOM_CHARS], conversation[_RANDOM_CHARS:]
        return hmac.compare_digest(mac.encode(), self._mac(f"conversation:{random}").encode())

    def _mac(self, of: str) -> str:
        digest = hmac.digest(self.secret.encode(), of.encode(), "sha256")[:16]
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
