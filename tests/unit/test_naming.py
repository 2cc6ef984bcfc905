"""Whom a text names, as people write names in chats and as people call themselves there."""

from __future__ import annotations

import pytest

from core.notes.naming import absent


def named(text: str, name: str, *here: str) -> bool:
    """Whether a text is about somebody of this name."""
    return [one.person_id for one in absent(text, {7: name}, here)] == [7]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ben is ill", "Ben Olsen"),
        ("Ben's ill, and so is the dog", "Ben Olsen"),
        ("I hear that BEN OLSEN is ill", "Ben Olsen"),
        ("Olsen is ill", "Ben Olsen"),
        ("Ben is ill", "ben"),
        ("Ben is ill", "~*Ben*~ 🎸"),
        ("ben is ill", "xX_Ben_Xx"),
        ("Ben Olsen is ill", "[ACME] Ben Olsen"),
        ("Ben is ill", "Dr. Ben Olsen"),
        ("Ben is ill", "Olsen, Ben"),
        ("Ben is ill", "Ben Olsen | Berlin"),
        ("zoe is ill", "Zoë Adler"),
        ("Élodie is ill", "élodie"),
        ("王伟病了", "王伟"),
        ("Will is ill", "Will Smith"),
        ("Jo is ill", "Jo Smith"),
        ("@mom is ill", "mom"),
        ("@ben is ill", "Ben"),
    ],
)
def test_somebody_is_named_however_it_is_written(text: str, name: str) -> None:
    assert named(text, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("It will be a girl", "Will Smith"),
        ("my mom is ill, and the cat, too", "mom"),
        ("The doctor says that he is ill", "the"),
        ("Jens is ill", "Jen"),
        ("I move to Berlin", "Ben Olsen | Berlin"),
        ("I have to go, jo", "Jo Smith"),
        ("acme is hiring", "[ACME] Ben Olsen"),
        ("nothing to see", "🎸🎸"),
        ("nothing to see", ""),
    ],
)
def test_a_word_is_not_taken_for_a_name(text: str, name: str) -> None:
    assert not named(text, name)


def test_who_is_known_to_be_meant_is_not_taken_for_another_of_the_first_name() -> None:
    assert not named("Ana is ill", "Ana Weber", "Ana Berg")
    assert named("Ana Weber is ill", "Ana Weber", "Ana Berg")


def test_of_several_of_a_name_nobody_is_known_to_be_meant() -> None:
    (one,) = absent("ben is ill", {7: "Ben Olsen", 8: "ben"}, ())
    assert (one.kind, one.person_id) == ("person", None)


def test_an_account_that_nobody_knows_is_somebody_all_the_same() -> None:
    (one,) = absent("@somebody is ill", {7: "Ben Olsen"}, ())
    assert (one.kind, one.person_id) == ("person", None)
