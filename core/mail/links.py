"""Links that act for whoever has them: what they are for stands in them, under a MAC. Nothing has to be stored.

A token is at most about 60 characters: a version, the act, whose and which line, until when, a few bytes that stand
for the address that it was mailed to, and 128 bits of HMAC-SHA256. The key is for this purpose alone.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterator
from datetime import UTC, datetime

from core.briefs.models import Act
from core.values import Frozen

_VERSION = 1
_PURPOSE = b"robbie mail link 1\0"
_MAC = 16
_TAG = 4
_LONGEST = 120
# What stands in a token for each act; None stops all mail. Never give a number to another.
_ACTS: dict[Act | None, int] = {
    None: 0,
    Act.DONE: 1,
    Act.SNOOZE: 2,
    Act.DISMISS: 3,
    Act.ASK: 4,
    Act.SEND: 5,
    Act.EDIT: 6,
    Act.LATER: 7,
}
_ACT_OF = {number: act for act, number in _ACTS.items()}


class LinkRefused(Exception):
    """A link that is not good. The message is for a log."""


class LinkForged(LinkRefused):
    """It was not made here, or was changed."""


class LinkExpired(LinkRefused):
    """It had its time."""


class Ticket(Frozen):
    """What a link is for.

    Attributes:
        act: what it does with the line; None where it stops all mail.
        until: when it ends, in whole hours.
        tag: see ``tag_of``.
    """

    org_id: int
    person_id: int
    act: Act | None
    until: datetime
    tag: bytes
    brief_id: int = 0
    number: int = 0


def tag_of(address: str) -> bytes:
    """A few bytes that tell whether an address is still the one that a link was mailed to."""
    return hashlib.sha256(address.casefold().encode()).digest()[:_TAG]


class Links:
    """Makes and reads tokens.

    Args:
        key: 32 bytes, used for nothing else.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, ticket: Ticket) -> str:
        """The token of a ticket."""
        hours = int(ticket.until.timestamp()) // 3600
        numbers = (ticket.org_id, ticket.person_id, ticket.brief_id, ticket.number, hours)
        body = bytes((_VERSION, _ACTS[ticket.act])) + ticket.tag + b"".join(map(_packed, numbers))
        return _encoded(body + self._mac(body))

    def read(self, token: str, now: datetime) -> Ticket:
        """The ticket of a token. Raises LinkForged, LinkExpired."""
        body = self._checked(token)
        act = _ACT_OF.get(body[1]) if body[0] == _VERSION else None
        numbers = list(_unpacked(body[2 + _TAG :]))
        if body[0] != _VERSION or body[1] not in _ACT_OF or len(numbers) != 5:
            raise LinkForged("of another release")
        org_id, person_id, brief_id, number, hours = numbers
        until = datetime.fromtimestamp(hours * 3600, UTC)
        if now >= until:
            raise LinkExpired("too old")
        return Ticket(
            org_id=org_id,
            person_id=person_id,
            act=act,
            until=until,
            tag=body[2 : 2 + _TAG],
            brief_id=brief_id,
            number=number,
        )

    def _checked(self, token: str) -> bytes:
        """The body of a token that was made here. Raises LinkForged."""
        if len(token) > _LONGEST or not token.isascii():
            raise LinkForged("no token")
        try:
            whole = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (Error, ValueError):
            raise LinkForged("no token") from None
        body, mac = whole[:-_MAC], whole[-_MAC:]
        good = hmac.compare_digest(mac, self._mac(body))
        # The last letter has bits that say nothing: one token has one spelling.
        if not good or _encoded(whole) != token:
            raise LinkForged("not made here")
        return body

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, _PURPOSE + body, "sha256")[:_MAC]


def _encoded(whole: bytes) -> str:
    return urlsafe_b64encode(whole).rstrip(b"=").decode()


def _packed(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the highest bit says that more follow."""
    made = bytearray()
    while number >= 128:
        made.append(number & 127 | 128)
        number >>= 7
    return bytes((*made, number))


def _unpacked(data: bytes) -> Iterator[int]:
    number, shift = 0, 0
    for byte in data:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number, shift = 0, 0
