"""What was said long ago is told ever shorter, and what is recent is told as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.conversation.fading import STAGES, faded
from core.conversation.models import Utterance

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def said(text: str, days: float, *, by_robbie: bool = False) -> Utterance:
    return Utterance(speaker="" if by_robbie else "Ana", text=text, at=NOW - timedelta(days=days), by_robbie=by_robbie)


def chatter(days: float, many: int) -> list[Utterance]:
    return [said(f"Well, you know how that is, number and all, {chr(97 + n % 26)}mm", days) for n in range(many)]


def test_a_week_is_told_as_it_was() -> None:
    transcript = [*chatter(6.9, 30), said("An answer.", 3, by_robbie=True)]
    assert faded(transcript, NOW) == transcript


def test_of_what_is_older_the_telling_sentence_stays_and_the_chatter_goes() -> None:
    decision = said("Hm, right. We decided to ship Aurora on 3 December. Coffee?", 10)
    transcript = [*chatter(11, 20), decision, *chatter(9, 20), said("What now?", 0)]
    told = faded(transcript, NOW)
    assert "We decided to ship Aurora on 3 December." in [one.text for one in told]
    assert len(told) < len(transcript) / 2
    assert told[-1] == transcript[-1]


def test_the_older_the_shorter() -> None:
    many = [sum(len(one.text) for one in faded([*chatter(days, 100), said("Hi", 0)], NOW)) for days in (1, 10, 40, 100)]
    assert many == sorted(many, reverse=True)
    assert len(set(many)) == 4


def test_what_robbie_said_long_ago_is_no_source() -> None:
    told = faded([said("It is 42.", 30, by_robbie=True), said("Is it 42 then?", 30), said("Hi", 0)], NOW)
    assert [one.by_robbie for one in told] == [False, False]


def test_one_thing_is_not_told_twice() -> None:
    twice = [said("The budget for Aurora is 5000 euros.", 10 - n / 100) for n in range(7)]
    other = said("Ben leaves for Lisbon in March.", 8)
    told = [one.text for one in faded([*twice, other, said("Hi", 0)], NOW)]
    assert other.text in told


texts = st.text(max_size=300)
days = st.floats(0, 400)
utterances = st.builds(said, texts, days, by_robbie=st.booleans())


@given(st.lists(utterances, max_size=30))
def test_nothing_is_made_up_and_the_order_holds(transcript: list[Utterance]) -> None:
    ordered = sorted(transcript, key=lambda one: one.at)
    told = list(faded(ordered, NOW))
    assert told == sorted(told, key=lambda one: one.at)
    assert [one for one in told if NOW - one.at <= STAGES[-1].older_than] == [
        one for one in ordered if NOW - one.at <= STAGES[-1].older_than
    ]
    whole = " ".join(" ".join(one.text.split()) for one in ordered)
    assert all(one.text.removesuffix("…") in whole or one in ordered for one in told)
