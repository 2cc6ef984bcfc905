"""Writes the demo's company: who is there, what they have to do, and four weeks of what they said."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from adapters.postgres.demo import SURFACE, DemoStore
from bot.demo.company import Days, Demo, Event, Noted, Task
from core.briefs.models import TIMES, BriefKind
from core.conversation.mentions import mentioned
from core.notes.models import NoteKind
from core.reminders.moments import moment

TENANT = "nordlicht"
_NOON = time(12)
_WEEKS_AHEAD = 6
_DAYS_OF_BRIEFS = 20
_KNOWN = 30
"""For so many days what is to be sold was known before it came to its stage, and goals are."""
# How often a line of each section was acted on, as a team that likes its briefs does.
_ACTED = {"priorities": (0.55, "done"), "meetings": (0.2, "ask"), "outreach": (0.3, "send"), "asks": (0.4, "done"),
          "slipped": (0.4, "snooze"), "news": (0.1, "ask")}  # fmt: skip
_USD = {1: 0.75, 3: 0.15, 4: 0.0}
"""What a million tokens cost at each level, roughly."""
_LINES = {
    BriefKind.MORNING: {"priorities": 3, "meetings": 2, "outreach": 1, "news": 2},
    BriefKind.AFTERNOON: {"priorities": 2, "slipped": 1, "asks": 1},
    BriefKind.EVENING: {"slipped": 1, "asks": 1},
}


class Seeding:
    """Writes one company.

    Args:
        store: where to.
        demo: what.
        today: the day that it is seeded for.
    """

    def __init__(self, store: DemoStore, demo: Demo, today: date) -> None:
        self._store = store
        self._demo = demo
        self.days = Days(today)
        self._ids: dict[str, int] = {}  # person:mara, deal:kiel, …
        self._shared: list[tuple[int, Noted, datetime]] = []

    def write(self) -> None:
        """Write everything."""
        self._people()
        self._relations()
        self._work()
        self._calendars()
        self._notes()
        self._talk()
        self._asked()
        self._briefs()

    def person(self, key: str) -> int:
        """The id of somebody, once they are written."""
        return self._ids[f"person:{key}"]

    def _zone(self, person: str) -> str:
        return self._demo.people[person].zone

    def _as(self, person: str) -> int:
        """Write as this person from now on; their id."""
        id = self._ids[f"person:{person}"]
        self._store.become(id)
        return id

    def _people(self) -> None:
        for key, member in self._demo.people.items():
            # Nothing is sent to people who are not there.
            settings = {"briefs": {"on": False}}
            id = self._store.add("people", name=member.name, zone=member.zone, settings=settings)
            self._ids[f"person:{key}"] = id
            self._store.add(
                "accounts", person_id=id, surface=SURFACE, tenant=TENANT, account=key, is_member=True,
                refreshed_at=datetime.now(ZoneInfo("UTC")),
            )  # fmt: skip

    def _relations(self) -> None:
        for key, client in self._demo.companies.items():
            id = self._store.add("companies", owner=self._as(client.owner), name=client.name, domain=client.domain)
            self._ids[f"company:{key}"] = id
        for key, contact in self._demo.contacts.items():
            owner, company = self._as(contact.owner), self._ids[f"company:{contact.company}"]
            id = self._store.add(
                "contacts", owner=owner, company_id=company, name=contact.name, title=contact.title,
                email=contact.email, created_at=self.days.ago(60, _NOON, self._zone(contact.owner)),
            )  # fmt: skip
            self._ids[f"contact:{key}"] = id
            for ago, kind, text in contact.touches:
                self._store.add(
                    "activities", owner=owner, contact_id=id, company_id=company, kind=kind, text=text,
                    happened_at=self.days.ago(ago, _NOON, self._zone(contact.owner)),
                )  # fmt: skip
        for key, deal in self._demo.deals.items():
            self._ids[f"deal:{key}"] = self._store.add(
                "deals", owner=self._as(deal.owner), company_id=self._ids[f"company:{deal.company}"],
                contact_id=self._ids[f"contact:{deal.contact}"], name=deal.name, value=deal.value,
                currency=deal.currency, stage=deal.stage, next_step=deal.next,
                created_at=self.days.ago(deal.since + _KNOWN, _NOON, self._zone(deal.owner)),
                closes_on=self.days.today + timedelta(days=deal.closes),
                stage_since=self.days.ago(deal.since, _NOON, self._zone(deal.owner)),
            )  # fmt: skip

    def _work(self) -> None:
        for key, goal in self._demo.goals.items():
            self._ids[f"goal:{key}"] = self._store.add(
                "goals", owner=self._as(goal.owner), text=goal.text, importance=goal.importance,
                progress=goal.progress, due_on=self.days.today + timedelta(days=goal.due),
                created_at=self.days.ago(_KNOWN, _NOON, self._zone(goal.owner)),
            )  # fmt: skip
        for person, tasks in self._demo.tasks.items():
            owner = self._as(person)
            for task in tasks:
                id = self._store.add("tasks", owner=owner, **self._task(task, self._zone(person)))
                if task.id:
                    self._ids[f"task:{task.id}"] = id
                if task.after:
                    self._store.add("task_ties", owner=owner, task_id=id, after_id=self._ids[f"task:{task.after}"])

    def _task(self, task: Task, zone: str) -> dict[str, object]:
        return {
            "text": task.text[:1].upper() + task.text[1:],
            "due_at": self.days.at(*task.due, zone) if task.due else None,
            "done_at": self.days.at(-task.done, time(16, 30), zone) if task.done else None,
            "created_at": self.days.ago(task.made, time(10), zone),
            "importance": task.importance,
            "effort_minutes": task.effort,
            "energy": task.energy,
            "waiting": task.who,
            "promised": task.promised,
            "blocked": task.blocked,
            "deal_id": self._ids[f"deal:{task.deal}"] if task.deal else None,
            "goal_id": self._ids[f"goal:{task.goal}"] if task.goal else None,
            "contact_id": self._ids[f"contact:{task.contact}"] if task.contact else None,
        }

    def _calendars(self) -> None:
        for person in self._demo.people:
            owner = self._as(person)
            calendar = self._store.add("calendars", owner=owner, kind="own", name="Demo")
            for number, event in enumerate(self._demo.events):
                if person in event.who:
                    for starts in self._times(event, person):
                        self._event(owner, calendar, number, event, starts, person)

    def _event(self, owner: int, calendar: int, number: int, event: Event, starts: datetime, person: str) -> None:
        others = [self._demo.people[one].name for one in event.who if one != person]
        self._store.add(
            "calendar_events", owner=owner, calendar_id=calendar, uid=f"demo-{number}", occurrence=starts.isoformat(),
            title=event.title, starts_at=starts, ends_at=starts + timedelta(minutes=event.minutes), place=event.place,
            people=[*event.people, *others],
        )  # fmt: skip

    def _times(self, event: Event, person: str) -> Iterator[datetime]:
        zone = event.zone or self._zone(person)
        if event.day is not None:
            yield self.days.at(event.day, event.at, zone)
        monday = self.days.today - timedelta(days=self.days.today.weekday())
        for week in range(-1, _WEEKS_AHEAD if event.weekly else -1):
            for weekday in event.weekly:
                yield moment(monday + timedelta(weeks=week, days=weekday), event.at, ZoneInfo(zone))

    def _notes(self) -> None:
        for note in self._demo.notes:
            zone = self._zone(note.owner)
            said = self.days.at(note.day, note.at, zone)
            id = self._store.add(
                "notes", owner=self._as(note.owner), text=note.text, kind=note.kind, importance=note.importance,
                celebration=note.celebration, sharing=0.9 if note.shared else 0.2, said_at=said, created_at=said,
                shared_with="*" if note.shared else "", found_by="detector", considered_at=said,
                due_at=self.days.at(*note.due, zone) if note.due else None,
            )  # fmt: skip
            if note.shared:
                self._shared.append((id, note, said))

    def _talk(self) -> None:
        for channel, lines in self._demo.talk.items():
            place = {"surface": SURFACE, "tenant": TENANT, "channel": channel, "direct": False}
            conversation = self._store.add("conversations", **place)
            for number, (day, clock, person, text) in enumerate(lines):
                said_by, at = self._ids[f"person:{person}"], self.days.at(day, clock, self._zone(person))
                message = self._store.add(
                    "messages", conversation_id=conversation, person_id=said_by, text=text,
                    platform_id=f"{channel}-{number}", occurred_at=at,
                )  # fmt: skip
                for asked in mentioned(text):
                    self._store.add(
                        "mentions", message_id=message, owner=self._as(asked), said_by=said_by, said_at=at,
                        room=f"{SURFACE}/{TENANT}/{channel}", thread=f"{channel}-{number}", public=False,
                    )  # fmt: skip

    def _asked(self) -> None:
        """What people asked Robbie alone, with what the answers cost."""
        for number, (day, clock, person, question, answer, level, tokens_in, tokens_out) in enumerate(self._demo.asked):
            owner, at = self._as(person), self.days.at(day, clock, self._zone(person))
            conversation = self._direct(person)
            said = {"conversation_id": conversation, "platform_id": f"asked-{number}", "occurred_at": at}
            self._store.add("messages", **said, person_id=owner, text=question)
            said |= {"platform_id": f"answer-{number}", "occurred_at": at + timedelta(microseconds=1)}
            self._store.add(
                "interactions", conversation_id=conversation, person_id=owner, inbox_id=-1 - number - owner * 100,
                answer_id=self._store.add("messages", **said, text=answer), outcome="answered", policy="fixed",
                arm="fixed", propensity=1.0, level=level, model=f"demo level {level}", input_tokens=tokens_in,
                output_tokens=tokens_out, cost_usd=(tokens_in + 4 * tokens_out) * _USD[level] / 1e6,
                latency_ms=900.0, versions={}, created_at=at,
            )  # fmt: skip

    def _direct(self, person: str) -> int:
        key = f"direct:{person}"
        if key not in self._ids:
            place = {"surface": SURFACE, "tenant": TENANT, "channel": f"dm-{person}", "direct": True}
            self._ids[key] = self._store.add("conversations", **place)
        return self._ids[key]

    def _briefs(self) -> None:
        """What would have been sent in the last weeks, and what was done with it."""
        chance = random.Random(self._demo.name)  # noqa: S311  (no secret)
        for person in self._demo.people:
            owner = self._as(person)
            told = set[int]()
            for number in range(-_DAYS_OF_BRIEFS, 0):
                for kind in BriefKind:
                    self._brief(owner, person, number, kind, chance, told)

    def _brief(
        self, owner: int, person: str, number: int, kind: BriefKind, chance: random.Random, told: set[int]
    ) -> None:
        due = self.days.at(number, TIMES[kind], self._zone(person))
        brief = self._store.add(
            "briefs", owner=owner, subject=f"person:{owner}", kind=kind, local_date=self.days.day(number),
            zone=self._zone(person), due_at=due, state="delivered", composed_at=due, settled_at=due,
        )  # fmt: skip
        line = 0
        for section, lines in _LINES[kind].items():
            share, act = _ACTED[section]
            for _ in range(lines):
                line += 1
                acted = chance.random() < share
                self._store.add(
                    "brief_lines", owner=owner, brief_id=brief, number=line, section=section, ref="demo:0",
                    act=act if acted else "",
                    acted_at=due + timedelta(minutes=chance.randint(1, 90)) if acted else None,
                )  # fmt: skip
        for section, id in self._told(person, kind, due, told):
            line += 1
            told.add(id)
            self._store.add(
                "brief_lines", owner=owner, brief_id=brief, number=line, section=section, ref=f"note:{id}"
            )  # fmt: skip

    def _told(self, person: str, kind: BriefKind, due: datetime, told: set[int]) -> Iterator[tuple[str, int]]:
        """What others shared by then, and no earlier brief told: nothing is news twice."""
        for id, note, said in self._shared:
            if id in told or said >= due:
                continue
            if note.kind is NoteKind.WIN and kind is BriefKind.EVENING:
                yield "wins", id
            of_others = note.kind in (NoteKind.DECISION, NoteKind.INSIGHT) and note.owner != person
            if of_others and kind is BriefKind.MORNING:
                yield "news", id
