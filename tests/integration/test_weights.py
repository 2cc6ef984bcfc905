"""What the terms weigh for somebody: kept, learnt from their lines alone, set back in one step; and how it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.briefs import PostgresBriefs
from adapters.postgres.database import Database
from adapters.postgres.facts import PostgresFacts
from adapters.postgres.roles import RoleUrls
from adapters.postgres.weights import PostgresWeights
from bot.run import learn as learn_daily
from core.briefs.composing import compose
from core.briefs.explaining import explaining
from core.briefs.formulas import Formula
from core.briefs.models import Act, BriefKind
from core.briefs.priorities import DEFAULTS, PRIORITIES
from core.briefs.weights import BLOCK, Acted
from core.commands import REGISTRY
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker, Place
from core.registry import CommandError, Invocation
from tests.inprocess import running
from tests.integration.brief_world import BERLIN, BriefWorld, at
from tests.unit.test_weights import TASTE, acts

NOW = at(24, 8)
DM = Place(surface="slack", tenant="T1", channel="D1", thread="", direct=True)


@dataclass
class Room:
    """People who ask for their priorities."""

    world: BriefWorld
    database: Database

    def __post_init__(self) -> None:
        self.weights = PostgresWeights(self.database)
        self.facts = PostgresFacts(self.database)
        self.briefs = PostgresBriefs(self.database)
        self.handlers = explaining(self.facts, self.weights, self.briefs)

    async def do(self, name: str, command: str, now: datetime = NOW, **arguments: str) -> Say:
        """Carry a command out for somebody."""
        invocation = REGISTRY.checked(Invocation(command=command, arguments=arguments))
        asker = Asker(
            org_id=self.world.org_id, person_id=self.world.ids[name], account="U1", name=name, zone=BERLIN.key,
            member=True,
        )  # fmt: skip
        said = await self.handlers[command](Asked(invocation, asker, DM, now, 1, self.world.conversation))
        assert isinstance(said, Say)
        return said

    def did(self, name: str, told: list[Acted]) -> None:
        """Lines of earlier briefs, with what somebody did with each."""
        for number, one in enumerate(told):
            brief = self.world.brief(name, "morning", one.shown_at, subject=f"{name} {number}")
            self.world.line(
                name, brief, "priorities", one.subject, one.act, terms=dict(one.terms), acted_at=one.acted_at
            )

    async def of(self, name: str) -> Mapping[str, float]:
        """What the terms weigh for somebody."""
        return await self.weights.weights(self.world.org_id, self.world.ids[name], PRIORITIES)


@pytest.fixture
def room(admin_url: str, database: Database) -> Iterator[Room]:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        world = BriefWorld(admin)
        for name in ("Ana", "Ben"):
            world.person(name)
        yield Room(world, database)


def history(count: int, seed: int = 100) -> list[Acted]:
    """What somebody of a clear taste did until today."""
    told = acts(count, seed, TASTE)
    ahead = NOW - timedelta(hours=1) - told[-1].acted_at
    return [one.model_copy(update={"shown_at": one.shown_at + ahead, "acted_at": one.acted_at + ahead}) for one in told]


async def test_without_anything_set_or_learnt_the_defaults_hold(room: Room) -> None:
    assert await room.of("Ana") == DEFAULTS
    assert "I have learnt nothing yet" in (await room.do("Ana", "weights")).text


async def test_a_weight_that_is_set_by_hand_changes_the_order_of_its_person_alone(room: Room) -> None:
    for name in ("Ana", "Ben"):
        room.world.task(name, "Trifle of today", due_at=at(24, 17), importance=1, effort_minutes=60)
        room.world.task(name, "What matters", importance=5, effort_minutes=60)
    first = (await room.do("Ana", "priorities")).text
    assert first.index("What matters") < first.index("Trifle of today")
    said = await room.do("Ana", "weights", term="urg", weight="9,5")
    assert re.search(r"urgency 9\.50\*\* \(set by you; 3\.00 by default\)", said.text)
    assert (await room.do("Ana", "weights", term="importance", weight="0.2")).text.count("set by you") == 2
    now, bens = (await room.do("Ana", "priorities")).text, (await room.do("Ben", "priorities")).text
    assert now.index("Trifle of today") < now.index("What matters")
    assert bens == first
    gathered = await room.facts.gather(room.world.reader("Ana"), BriefKind.MORNING, NOW)
    assert gathered.priorities[0].text == "Trifle of today"
    await room.do("Ana", "weights", term="reset")
    assert (await room.do("Ana", "priorities")).text == first
    assert await room.of("Ana") == DEFAULTS


@pytest.mark.parametrize(
    ("term", "weight"), [("urgency", ""), ("urgency", "much"), ("urgency", "-1"), ("urgency", "11"), ("urgency", "nan"),
                         ("speed", "1"), ("e", "1")]
)  # fmt: skip
async def test_what_is_no_weight_is_said_so_and_changes_nothing(room: Room, term: str, weight: str) -> None:
    with pytest.raises(CommandError, match=r"weights (urgency 3|reset)"):
        await room.do("Ana", "weights", term=term, weight=weight)
    assert await room.of("Ana") == DEFAULTS


async def test_what_somebody_does_is_learnt_applied_on_evidence_and_set_back_in_one_step(room: Room) -> None:
    room.did("Ana", history(240))
    room.did("Ben", [one.model_copy(update={"act": ""}) for one in history(40)])
    assert await room.weights.learn(NOW) == 2
    anas = await room.of("Ana")
    assert anas["deal"] > DEFAULTS["deal"]
    assert anas["urgency"] < DEFAULTS["urgency"]
    assert await room.of("Ben") == DEFAULTS
    shown = (await room.do("Ana", "weights")).text
    assert f"{240} of what you did" in shown
    assert "learnt" in shown
    await room.do("Ana", "weights", term="reset")
    assert await room.of("Ana") == DEFAULTS
    assert await room.weights.learn(NOW + timedelta(days=1)) == 2
    assert await room.of("Ana") == DEFAULTS  # what was done before counts no more
    assert "I have learnt nothing yet" in (await room.do("Ana", "weights")).text


async def test_however_many_schedulers_tick_a_day_is_learnt_from_once(room: Room) -> None:
    room.did("Ana", history(BLOCK))
    other = PostgresWeights(room.database)
    assert [await store.learn(NOW) for store in (room.weights, other, room.weights)] == [1, None, None]
    kept = await room.weights.kept(room.world.org_id, room.world.ids["Ana"], PRIORITIES)
    assert kept.evidence.blocks == 1
    again = await other.learn_of(room.world.org_id, room.world.ids["Ana"], PRIORITIES, NOW)
    assert again == kept.evidence


async def test_what_was_set_back_while_it_was_learnt_stays_set_back(room: Room) -> None:
    org, ana = room.world.org_id, room.world.ids["Ana"]
    room.did("Ana", history(240))
    kept = await room.weights.kept(org, ana, PRIORITIES)
    await room.weights.reset(org, ana, NOW)

    class Before(PostgresWeights):
        async def kept(self, org_id: int, person_id: int, formula: Formula) -> type(kept):  # type: ignore[valid-type]
            return kept

    assert (await Before(room.database).learn_of(org, ana, PRIORITIES, NOW)).applied_at is not None
    assert await room.of("Ana") == DEFAULTS


async def test_weights_are_nobody_elses_to_see_or_to_set(room: Room) -> None:
    org, ana, ben = room.world.org_id, room.world.ids["Ana"], room.world.ids["Ben"]
    await room.weights.choose(org, ana, PRIORITIES, "urgency", 7.0)
    other = BriefWorld(room.world.admin, org="elsewhere", tenant="T2")
    cleo = other.person("Cleo")
    assert await room.weights.weights(org, ben, PRIORITIES) == DEFAULTS
    assert await room.weights.weights(other.org_id, cleo, PRIORITIES) == DEFAULTS
    assert await room.weights.weights(other.org_id, ana, PRIORITIES) == DEFAULTS
    await room.weights.reset(org, ben, NOW)
    assert (await room.of("Ana"))["urgency"] == 7.0


async def test_why_says_every_term_with_its_weight_and_their_sum_is_the_score(room: Room) -> None:
    room.world.task("Ana", "Send the *draft*", due_at=at(24, 17), importance=4, waiting="Ben")
    listed = await room.do("Ana", "priorities")
    assert "due today at 17:00" in listed.text
    pressed = listed.buttons[0].invocation
    assert pressed is not None
    said = (await room.do("Ana", pressed.command, **pressed.arguments)).text
    found = {name: float(part) for name, part in re.findall(r"^(\w+) .* ([\d.]+)$", said, re.MULTILINE)}
    assert found.keys() == {*DEFAULTS, "score"}
    assert sum(part for name, part in found.items() if name != "score") == pytest.approx(found["score"], abs=0.006)
    assert "Ben has waited for it for 4 days" in said
    assert "not among what you could do" in (await room.do("Ben", pressed.command, **pressed.arguments)).text


async def test_a_line_of_a_brief_says_why_it_is_there_to_its_reader_alone(room: Room) -> None:
    room.world.task("Ana", "Send the draft", due_at=at(24, 17), importance=4)
    brief = room.world.brief("Ana", "morning", NOW, "due")
    due = await room.briefs.due(room.world.org_id, room.world.ids["Ana"], brief)
    assert due is not None
    facts = await room.facts.gather(due.reader, due.kind, due.at)
    await room.briefs.keep(due, facts, compose(facts))
    said = (await room.do("Ana", "brief-why", b=str(brief), n="1")).text
    score = PRIORITIES.score(facts.priorities[0].terms, DEFAULTS)
    assert f"{score:.3f}" in said
    assert "not there any more" in (await room.do("Ben", "brief-why", b=str(brief), n="1")).text
    await room.do("Ana", "weights", term="urgency", weight="9")
    later = (await room.do("Ana", "brief-why", b=str(brief), n="1")).text
    assert f"other weights gave it {facts.priorities[0].score:.3f}" in later


async def test_what_is_done_with_a_line_of_a_brief_counts_with_the_terms_that_it_was_shown_with(room: Room) -> None:
    org, ana = room.world.org_id, room.world.ids["Ana"]
    room.world.task("Ana", "Send the draft", due_at=at(24, 17), importance=4)
    brief = room.world.brief("Ana", "morning", NOW, "due")
    due = await room.briefs.due(org, ana, brief)
    assert due is not None
    facts = await room.facts.gather(due.reader, due.kind, due.at)
    await room.briefs.keep(due, facts, compose(facts))
    assert await room.briefs.acted(org, ana, brief, 1, Act.DONE)
    acted = await room.weights.acts(org, ana, PRIORITIES, None, NOW)
    assert [(one.act, one.terms) for one in acted] == [("done", facts.priorities[0].terms)]


async def test_the_scheduler_learns_once_a_day_beside_its_tick(room: Room, roles: RoleUrls, tmp_path: Path) -> None:
    ahead = datetime.now(UTC) - NOW
    room.did(
        "Ana",
        [
            one.model_copy(update={"shown_at": one.shown_at + ahead, "acted_at": one.acted_at + ahead})
            for one in history(BLOCK)
        ],
    )
    async with running(roles, {"ROBBIE_SCHEDULER__PURGE_HOUR": "0"}, tmp_path) as app:
        for _ in range(2):
            await learn_daily(app)
    kept = await room.weights.kept(room.world.org_id, room.world.ids["Ana"], PRIORITIES)
    assert kept.evidence.blocks == 1
