"""What a request to the web chat says: whose browser it is, where, and what happened."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fastapi import HTTPException, Request

from adapters.web.identity import Visitor
from core.conversation.models import Author, FileRef, InboundEvent, Kind, Place
from core.people.models import NAMELESS

WHO = "robbie_visitor"


def visitor(request: Request, conversation: str) -> Visitor:
    """Whose browser asks, who must own the conversation: for anybody else there is nothing there."""
    found = Visitor.known(request.cookies.get(WHO))
    if found is None or not found.owns(conversation):
        raise HTTPException(404)
    return found


def place(conversation: str) -> Place:
    """Where a conversation of the web chat is."""
    return Place(surface="web", tenant="local", channel=conversation, direct=True)


def event(
    kind: Kind,
    who: Visitor,
    conversation: str,
    key: str,
    *,
    text: str = "",
    zone: str = "",
    addressed: bool = False,
    files: tuple[FileRef, ...] = (),
) -> InboundEvent:
    """What happened in a conversation; ``key`` tells one submit from another."""
    return InboundEvent(
        kind=kind,
        identities=(f"{kind.value}:{conversation}:{key}",),
        place=place(conversation),
        author=Author(account=who.account, name=NAMELESS, zone=_known_zone(zone)),
        message_id=key,
        occurred_at=datetime.now(UTC),
        text=text,
        addressed=addressed,
        files=files,
    )


def _known_zone(zone: str) -> str:
    try:
        return ZoneInfo(zone).key if zone else ""
    except (KeyError, ValueError, OSError):
        return ""
