"""Facts of one person's Monday, for tests and pictures of briefs."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.briefs.models import (
    BriefKind,
    Facts,
    Gap,
    Item,
    Meeting,
    Missed,
    Move,
    Opportunity,
    Priority,
    Reader,
)

ZONE = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)
ANA = Reader(org_id=1, person_id=1, name="Ana Duarte", zone=ZONE.key, member=True)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A wall time of November 2026, on Ana's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


CONTRACT = Priority(
    ref="task:1", text="Send Ben the signed contract", due_at=at(23, 15), who="Ben", score=0.91, minutes=30,
    why=("due today 15:00", "Ben waits since Friday"), terms={"urgency": 0.5, "waiting": 0.2},
)  # fmt: skip
PLAN = Priority(
    ref="task:2", text="Review the migration plan before Northwind sees it", due_at=at(25, 18), score=0.64,
    minutes=60, why=("2 things wait for it",),
)  # fmt: skip
RENEWAL = Priority(
    ref="deal:3", text="Call Dana about the renewal", score=0.58, minutes=20,
    why=("the deal closes on Friday", "€ 12,000, in negotiation"),
)  # fmt: skip
THREE = (CONTRACT, PLAN, RENEWAL)
STANDUP = Meeting(
    ref="event:1", title="Standup", starts_at=at(23, 9), ends_at=at(23, 9, 15), people=("Ben", "Chika"),
    url="https://meet.google.com/abc-defg-hij",
)  # fmt: skip
CALL = Meeting(
    ref="event:2", title="Customer call: Northwind", starts_at=at(23, 10), ends_at=at(23, 11),
    people=("Dana Reed", "Ben", "Chika", "Emil", "Fay"), clashes=("event:3",),
)  # fmt: skip
REVIEW = Meeting(
    ref="event:3", title="Design review", starts_at=at(23, 10, 30), ends_at=at(23, 11, 30), place="Room 2",
    clashes=("event:2",),
)  # fmt: skip
GAPS = (Gap(starts_at=at(23, 11, 30), ends_at=at(23, 14)), Gap(starts_at=at(23, 15), ends_at=at(23, 18)))
NUMBERS = Item(ref="note:9", text="Send the numbers of October", who="Emil", due_at=at(24, 18))

MORNING = Facts(
    kind=BriefKind.MORNING, reader=ANA, at=at(23, 8), local_date=MONDAY, priorities=THREE,
    meetings=(STANDUP, CALL, REVIEW), gaps=GAPS,
    asks=(Item(ref="note:7", text="Can you look at the price list?", who="Chika", at=at(22, 17)),),
    commitments=(NUMBERS,),
    outreach=(
        Opportunity(
            ref="contact:4", text="Write to Farid Haddad", contact="Farid Haddad", company="Lumen", score=0.7,
            why=("quiet for 24 days, usually every 10",), draft="Hi Farid, how did the launch go?",
        ),
    ),
    news=(
        Item(
            ref="note:5", text="The launch of Apollo moves to 14 March", who="Chika", at=at(22, 19, 20),
            link="https://acme.slack.com/archives/C1/p1763838000000100",
        ),
    ),
)  # fmt: skip
AFTERNOON = Facts(
    kind=BriefKind.AFTERNOON, reader=ANA, at=at(23, 14), local_date=MONDAY, priorities=THREE,
    done=(Item(ref="task:1", text=CONTRACT.text, who="Ben"), Item(ref="task:8", text="Book the flight to Lisbon")),
    slipped=(Item(ref="task:6", text="Answer the auditor", due_at=at(23, 12)),),
    blocked=(Item(ref="task:10", text="Update the price list", why=("waits for Chika's numbers",)),),
    moves=(Move(ref="task:11", text="Prepare the slides for the all-hands", until=at(24, 10)),),
    meetings=(
        STANDUP,
        Meeting(ref="event:4", title="One-on-one with Ben", starts_at=at(23, 16), ends_at=at(23, 16, 30)),
    ),
    gaps=(Gap(starts_at=at(23, 14), ends_at=at(23, 16)), Gap(starts_at=at(23, 16, 30), ends_at=at(23, 18))),
)  # fmt: skip
EVENING = Facts(
    kind=BriefKind.EVENING, reader=ANA, at=at(23, 18), local_date=MONDAY,
    done=(
        Item(ref="task:1", text=CONTRACT.text, who="Ben"), Item(ref="task:8", text="Book the flight to Lisbon"),
        Item(ref="deal:3", text=RENEWAL.text),
    ),
    wins=(Item(ref="note:20", text="Northwind signed for two years", who="Ben"),),
    commitments=(NUMBERS,), slipped=(Item(ref="task:6", text="Answer the auditor", due_at=at(23, 12)),),
    tomorrow=(PLAN,),
    meetings=(Meeting(ref="event:9", title="Standup", starts_at=at(24, 9), ends_at=at(24, 9, 15)),),
    missed=(Missed(kind=BriefKind.AFTERNOON, local_date=date(2026, 11, 20)),),
)  # fmt: skip


def nothing(kind: BriefKind = BriefKind.MORNING, reader: Reader = ANA) -> Facts:
    """A day on which there is nothing to say."""
    return Facts(kind=kind, reader=reader, at=at(23, 8), local_date=MONDAY)
