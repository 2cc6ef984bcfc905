"""Where a brief may be shown: its reader's own direct message, or the channel that it is for, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.briefs.delivering import may_be_shown
from core.briefs.models import BriefKind, Reader
from core.briefs.ports import DueBrief
from core.conversation.models import Asker, Place

DIRECT = Place(surface="slack", tenant="T1", channel="D1", direct=True)
CHANNEL = Place(surface="slack", tenant="T1", channel="C1")
THREAD = CHANNEL.model_copy(update={"thread": "1.0"})
ANA = Asker(org_id=1, person_id=7, account="U7", name="Ana")
BEN, ELSEWHERE = ANA.model_copy(update={"person_id": 8}), ANA.model_copy(update={"org_id": 2})


def brief(room: str = "") -> DueBrief:
    """Ana's, or a channel's that she switched on."""
    reader = Reader(org_id=1, person_id=7, name="Ana", zone="UTC", room=room)
    return DueBrief(id=1, reader=reader, kind=BriefKind.MORNING, at=datetime(2026, 11, 30, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("room", "place", "asker", "shown"),
    [
        ("", DIRECT, ANA, True),
        ("", CHANNEL, ANA, False),
        ("", THREAD, ANA, False),
        ("", DIRECT, BEN, False),
        ("", DIRECT, ELSEWHERE, False),
        (CHANNEL.room, CHANNEL, ANA, True),
        (CHANNEL.room, THREAD, ANA, False),
        (CHANNEL.room, DIRECT, ANA, False),
        (CHANNEL.room, CHANNEL.model_copy(update={"channel": "C2"}), ANA, False),
        (CHANNEL.room, CHANNEL, BEN, False),
        (CHANNEL.room, CHANNEL, ELSEWHERE, False),
        ("slack/T1/D1", DIRECT, ANA, False),
    ],
)
def test_case_12_a_brief_is_shown_where_it_is_for_and_nowhere_else(
    room: str, place: Place, asker: Asker, shown: bool
) -> None:
    assert may_be_shown(brief(room), place, asker) is shown
