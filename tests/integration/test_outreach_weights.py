"""What is learnt of whom somebody gets in touch with: each act once, with the terms as shown, for its person alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle

import psycopg
import pytest
from psycopg.types.json import Jsonb

from adapters.postgres.briefs import PostgresBriefs
from adapters.postgres.exporting import PostgresExports
from adapters.postgres.facts import PostgresFacts
from adapters.postgres.weights import PostgresWeights
from core.briefs.explaining import explaining
from core.briefs.models import Act, BriefKind
from core.briefs.outreach import OUTREACH
from core.briefs.priorities import PRIORITIES
from core.briefs.weights import BLOCK, Acted
from core.conversation.handling import Say
from core.registry import CommandError, Invocation
from tests.integration.conftest import Desk
from tests.integration.firm import AT, DAY, DIRECT, FORTNIGHTLY, firm_at
from tests.integration.test_outreach_commands import Ana
from tests.unit.test_weights import DEALS, acts

DEAL = {"stage": "negotiation", "stage_since": AT - 60 * DAY, "created_at": AT - 90 * DAY}


@dataclass
class Learner(Ana):
    """Somebody of whom it is learnt."""

    def __post_init__(self) -> None:
        self.database = self.firm.desk.database
        self.weights = PostgresWeights(self.database)

    async def say(self, command: str, **arguments: str) -> str:
        """What a command on weights says."""
        handlers = explaining(PostgresFacts(self.database), self.weights, PostgresBriefs(self.database))
        said = await handlers[command](self.asked(Invocation(command=command, arguments=arguments)))
        assert isinstance(said, Say)
        return said.text

    async def acted(self) -> list[tuple[str, float]]:
        """What was done, and the term that says whether it had been put off."""
        reader = self.reader
        found = await self.weights.acts(reader.org_id, reader.person_id, OUTREACH, None, datetime.now(UTC))
        return [(one.act, one.terms.get("later", 0.0)) for one in found]

    async def weigh(self) -> dict[str, float]:
        return dict(await self.weights.weights(self.reader.org_id, self.reader.person_id, OUTREACH))

    async def did(self, told: list[Acted]) -> None:
        """Entries of earlier days, with what was done with each."""
        states = {"done": ("sent", "send"), "dismiss": ("dropped", "dismiss"), "snooze": ("dropped", "later")}
        contacts = [await self.firm.contact(self.reader, f"Earlier {number}") for number in range(2 * BLOCK)]
        for one, contact in zip(told, cycle(contacts), strict=False):
            state, act = states[one.act]
            record = [{"act": act, "terms": dict(one.terms), "at": one.acted_at.isoformat()}]
            await self.firm.put(
                self.reader, "outreach", contact_id=contact, state=state, settled_at=one.acted_at, acts=Jsonb(record)
            )


@pytest.fixture
async def ana(desk: Desk) -> Learner:
    firm = firm_at(desk)
    return Learner(firm, await firm.meets(place=DIRECT))


def history(count: int) -> list[Acted]:
    """What somebody who gets in touch to sell did until an hour ago."""
    told = acts(count, 100, DEALS, formula=OUTREACH)
    ahead = AT - timedelta(hours=1) - told[-1].acted_at
    return [one.model_copy(update={"acted_at": one.acted_at + ahead}) for one in told]


async def test_each_act_counts_once_with_the_terms_as_they_were_shown(ana: Learner) -> None:
    await ana.firm.contact(ana.reader, "Maria Costa", *FORTNIGHTLY)
    await ana.firm.prepare(ana.reader)
    (entry,) = await ana.firm.queue(ana.reader)
    store, reader = ana.firm.store, ana.reader
    for days in (7, 8):  # the second says only until when
        await store.settle(reader, entry.id, "later", AT + days * DAY)
        assert await ana.acted() == [("later", 0.0)]
    await ana.firm.rows(reader, f"UPDATE outreach SET later_until = '{AT - DAY}' RETURNING id")
    await ana.firm.prepare(reader)
    for _ in range(2):
        await store.settle(reader, entry.id, "sent")
        assert await ana.acted() == [("later", 0.0), ("send", 1.0)]
    await store.settle(reader, entry.id, "ready")
    assert await ana.acted() == [("later", 0.0)]


async def test_who_is_written_to_before_they_come_back_was_chosen(ana: Learner) -> None:
    await ana.firm.contact(ana.reader, "Maria Costa", *FORTNIGHTLY)
    await ana.firm.prepare(ana.reader)
    (entry,) = await ana.firm.queue(ana.reader)
    await ana.firm.store.settle(ana.reader, entry.id, "later", datetime.now(UTC) + 7 * DAY)
    await ana.firm.store.settle(ana.reader, entry.id, "sent")
    assert await ana.acted() == [("send", 0.0)]
    await ana.firm.store.settle(ana.reader, entry.id, "ready")
    assert await ana.acted() == []


async def test_what_is_pressed_under_a_brief_and_in_the_queue_is_one_act(ana: Learner) -> None:
    await ana.firm.contact(ana.reader, "Maria Costa", *FORTNIGHTLY)
    listed = await ana.do("outreach")
    (entry,) = await ana.firm.queue(ana.reader)
    asked = ana.asked(Invocation(command="brief-act"))
    await ana.reaching.of_line(asked, f"outreach:{entry.id}", Act.DISMISS)
    await ana.press("Not this one", listed)
    assert await ana.acted() == [("dismiss", 0.0)]
    await ana.reaching.of_line(asked, f"outreach:{entry.id}", Act.SEND)  # shows the draft, and is no act
    assert await ana.acted() == [("dismiss", 0.0)]


async def test_what_the_terms_weigh_for_somebody_orders_their_queue_and_their_brief(ana: Learner) -> None:
    reader = ana.reader
    await ana.firm.contact(reader, "Quiet Quinn", *FORTNIGHTLY, rhythm_days=7)
    seller = await ana.firm.contact(reader, "Dealing Dora", 9)
    await ana.firm.put(reader, "deals", name="Yearly", contact_id=seller, **DEAL)
    before = [one.contact for one in await ana.firm.store.ready(reader, AT)]
    assert before == ["Quiet Quinn", "Dealing Dora"]
    for name, weight in (("silence", "0.2"), ("stalled", "0,95")):
        assert "set by you" in await ana.say("weights", term=name, weight=weight)
    facts = await PostgresFacts(ana.database).gather(reader, BriefKind.MORNING, AT)
    for found in (await ana.firm.store.ready(reader, AT), facts.outreach):
        assert [one.contact for one in found] == ["Dealing Dora", "Quiet Quinn"]
    text = (await ana.do("outreach")).text
    assert text.index("Dealing Dora") < text.index("Quiet Quinn")
    await ana.say("weights", term="reset")
    assert [one.contact for one in await ana.firm.store.ready(reader, AT)] == before


async def test_what_somebody_does_is_learnt_applied_on_evidence_and_set_back_with_the_priorities(ana: Learner) -> None:
    await ana.did(history(240))
    assert await ana.weights.learn(AT) == 1
    weights = await ana.weigh()
    assert weights["stalled"] > OUTREACH.defaults["stalled"]
    assert weights["promise"] < OUTREACH.defaults["promise"]
    org, person = ana.reader.org_id, ana.reader.person_id
    assert await ana.weights.weights(org, person, PRIORITIES) == PRIORITIES.defaults
    assert "240 of what you did with those whom I propose" in await ana.say("weights")
    await ana.weights.choose(org, person, PRIORITIES, "urgency", 7.0)
    assert await ana.weigh() == weights
    await ana.say("weights", term="reset")
    assert await ana.weigh() == OUTREACH.defaults
    assert await ana.weights.weights(org, person, PRIORITIES) == PRIORITIES.defaults
    await ana.weights.learn(AT + DAY)
    assert await ana.weigh() == OUTREACH.defaults  # what was done before counts no more


async def test_nothing_is_counted_twice_and_each_formula_has_its_own_evidence(ana: Learner) -> None:
    await ana.did(history(BLOCK))
    org, person = ana.reader.org_id, ana.reader.person_id
    found = [await ana.weights.learn_of(org, person, OUTREACH, AT) for _ in range(2)]
    assert [one.blocks for one in found] == [1, 1]
    assert (await ana.weights.kept(org, person, PRIORITIES)).evidence.blocks == 0


async def test_what_is_learnt_of_one_is_nobody_elses(ana: Learner) -> None:
    ben = Learner(ana.firm, await ana.firm.meets("U2", "Ben"))
    await ana.did(history(240))
    await ana.weights.learn(AT)
    assert await ana.weigh() != OUTREACH.defaults
    assert await ben.weigh() == OUTREACH.defaults
    assert await ben.acted() == []


async def test_an_entry_says_why_with_each_term_and_what_it_weighs_for_its_person(ana: Learner) -> None:
    await ana.firm.contact(ana.reader, "Maria Costa", *FORTNIGHTLY)
    listed = await ana.do("outreach")
    said = (await ana.press("Why?", listed)).text
    parts = {name: float(part) for name, part in re.findall(r"^(\w+) .* ([\d.]+)$", said, re.MULTILINE)}
    assert parts.keys() == {*OUTREACH.defaults, "score"}
    assert sum(part for name, part in parts.items() if name != "score") == pytest.approx(parts["score"], abs=0.004)
    assert "you usually speak every 2 weeks" in said
    await ana.say("weights", term="outreach", weight="silence 0.9")
    (entry,) = await ana.firm.queue(ana.reader)
    changed = (await ana.do("outreach", what=f"why {entry.id}")).text
    assert re.search(r"^silence +0\.\d\d +0\.90 ", changed, re.MULTILINE)
    assert f"other weights gave it {parts['score']:.3f}" in changed


async def test_weights_shows_both_formulas_and_a_name_that_both_have_can_be_set_in_each(ana: Learner) -> None:
    shown = await ana.say("weights")
    for formula in (PRIORITIES, OUTREACH):
        assert all(f"**{name} {weight:.2f}**" in shown for name, weight in formula.defaults.items())
    assert len(shown.splitlines()) < 30
    assert "urgency" not in (await ana.say("weights", term="outreach")).split("`weights", maxsplit=1)[0]
    await ana.say("weights", term="promise", weight="2")
    await ana.say("weights", term="outreach", weight="promise 0.4")
    assert (await ana.weigh())["promise"] == 0.4
    found = await ana.weights.weights(ana.reader.org_id, ana.reader.person_id, PRIORITIES)
    assert found["promise"] == 2.0
    for words in ({"term": "silence", "weight": "1.5"}, {"term": "outreach", "weight": "urgency 1"}):
        with pytest.raises(CommandError, match=r"weights (silence 0\.55|reset)"):
            await ana.say("weights", **words)


async def test_what_was_done_goes_with_the_contact_and_is_in_the_export(ana: Learner, admin_url: str) -> None:
    await ana.did(history(3))
    await ana.weights.choose(ana.reader.org_id, ana.reader.person_id, OUTREACH, "silence", 0.9)
    asker = ana.asked(Invocation(command="export")).asker
    parts = {part.name: part.rows for part in await PostgresExports(ana.database).collect(asker, 1_000_000)}
    assert [row["acts"][0]["at"] for row in parts["outreach"]]  # type: ignore[index,call-overload]
    assert [row["outreach_chosen"] for row in parts["priority_weights"]] == [{"silence": 0.9}]
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("DELETE FROM contacts WHERE name LIKE 'Earlier%'")
    assert await ana.acted() == []
