"""Whom a question names, and of which days it asks."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.memory.asking import as_said_by, named, of_oneself, spans

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("text", "speakers", "expected"),
    [
        ("When did Ana go?", ["Ana", "Bo"], {"Ana"}),
        ("what did ana's sister buy", ["Ana"], {"Ana"}),
        ("Did Ana and Bo meet?", ["Ana", "Bo"], {"Ana", "Bo"}),
        ("Did Ana go?", ["Ana López", "Anabel"], {"Ana López"}),
        ("What did López say?", ["Ana López"], {"Ana López"}),
        ("What will we do in may?", ["Will", "May"], set()),
        ("What does Will say?", ["Will", "May"], {"Will"}),
        ("What did J say of A?", ["J. Smith", "A"], {"A"}),
        ("What was said of jean-luc?", ["Jean-Luc"], {"Jean-Luc"}),
        ("Ana?", [""], set()),
        ("", ["Ana"], set()),
    ],
)
def test_who_is_named(text: str, speakers: list[str], expected: set[str]) -> None:
    assert named(text, speakers) == expected


@pytest.mark.parametrize("text", ["What did I say?", "what's my address", "I've lost it", "Wie heißt meine Bank?"])
def test_who_asks_speaks_of_themselves(text: str) -> None:
    assert of_oneself(text)


@pytest.mark.parametrize("text", ["What did Ana say?", "Der Meinung war sie", "Is it myopic?", ""])
def test_who_asks_does_not_speak_of_themselves(text: str) -> None:
    assert not of_oneself(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("When did Ana go to Ana's group?", "When did I go to my group?"),
        ("What did ANA LÓPEZ’s dog eat?", "What did my dog eat?"),
        ("Is Anabel there?", "Is Anabel there?"),
    ],
)
def test_a_question_in_the_words_of_the_one_it_is_about(text: str, expected: str) -> None:
    assert as_said_by(text, ["Ana López"]) == expected


@pytest.mark.parametrize(
    ("text", "day", "fit"),
    [
        ("What happened on May 8, 2023?", date(2023, 5, 8), 1.0),
        ("What happened on 8th of May 2023?", date(2023, 5, 15), 0.5),
        ("What happened on 8 May 2023?", date(2023, 4, 1), 0.0),
        ("What happened on 2023-05-08?", date(2023, 5, 9), 1.0),
        ("Was geschah am 8. Mai 2023?", date(2023, 5, 8), 1.0),
        ("What did we plan in June 2023?", date(2023, 6, 30), 1.0),
        ("What did we plan in June 2023?", date(2023, 7, 10), 0.5),
        ("What did we plan in June 2023?", date(2022, 6, 30), 0.0),
        ("What did we plan in June?", date(2025, 6, 1), 1.0),
        ("What did we plan in early June?", date(2026, 6, 1), 1.0),
        ("March 2026 figures", date(2026, 3, 3), 1.0),
        ("What did I say yesterday?", date(2026, 11, 25), 1.0),
        ("What did I say yesterday?", date(2026, 11, 24), 0.0),
        ("What did I say this week?", date(2026, 11, 23), 1.0),
        ("What did I say last week?", date(2026, 11, 22), 1.0),
        ("Was war letzte Woche?", date(2026, 11, 16), 1.0),
        ("What was decided last month?", date(2026, 10, 31), 1.0),
        ("What was decided two weeks ago?", date(2026, 11, 12), 1.0),
        ("What was decided two weeks ago?", date(2026, 11, 26), 0.0),
    ],
)
def test_days_that_are_named(text: str, day: date, fit: float) -> None:
    assert max((span.fit(day) for span in spans(text, NOW)), default=0.0) == fit


@pytest.mark.parametrize("text", ["May I go?", "You may march", "Is 31 June a day?", "in 2023"])
def test_what_is_no_day_names_none(text: str) -> None:
    assert spans(text, NOW) == ()


@given(st.text(), st.lists(st.text(), max_size=4))
def test_any_text_can_be_asked(text: str, speakers: list[str]) -> None:
    names = named(text, speakers)
    assert names <= set(speakers)
    as_said_by(text, names)
    assert all(span.first <= span.last for span in spans(text, NOW))


@given(st.text())
def test_a_question_that_names_nobody_stays_as_it_is(text: str) -> None:
    assert as_said_by(text, []) == text
