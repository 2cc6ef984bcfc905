"""Fingerprints tell nothing of what was refused, and know it again."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.notes.refusals import fingerprints, stems

SALT, OTHER = b"s" * 32, b"o" * 32
WORDS = [one + two for one in ("kar", "mol", "tib", "zun", "pel", "gra", "fou", "wik") for two in ("ota", "ubi", "ima")]


@given(st.text(max_size=300))
def test_a_text_is_its_own_and_no_fingerprint_holds_a_word_of_it(text: str) -> None:
    found = fingerprints(text, SALT)
    assert found == fingerprints(text, SALT)
    assert bool(found) == bool(stems(text))
    assert {len(one) for one in found} <= {8}


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12, unique=True), st.randoms(use_true_random=False))
def test_order_case_signs_and_small_words_do_not_matter(words: list[str], chance: random.Random) -> None:
    other = list(words)
    chance.shuffle(other)
    assert fingerprints(" ".join(words), SALT) == fingerprints("The " + ", and ".join(other).upper() + "!", SALT)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_another_salt_gives_nothing_in_common(words: list[str]) -> None:
    assert fingerprints(" ".join(words), SALT).isdisjoint(fingerprints(" ".join(words), OTHER))


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("I'll send Ben the quarterly report by Friday", "Sending Ben the quarterly reports by Friday."),
        ("We decided to move the invoices to Adyen in May", "Decided: we move invoices over to Adyen in May"),
        ("My daughter starts school in Leipzig next week", "My daughter is starting school in Leipzig next week"),
        (
            "Wir verschieben die Freigabe des Berichts auf Montag",
            "Die Freigabe der Berichte verschieben wir auf Montag",
        ),
    ],
)
def test_a_small_rewording_is_recognised(text: str, again: str) -> None:
    assert not fingerprints(text, SALT).isdisjoint(fingerprints(again, SALT))


def test_one_word_of_seven_may_change_and_other_texts_stay_free() -> None:
    chance = random.Random(5)
    known = strange = 0
    for _ in range(300):
        words = chance.sample(WORDS, 14)
        text, changed, other = words[:7], [*words[:6], words[7]], words[7:]
        marks = fingerprints(" ".join(text), SALT)
        known += not marks.isdisjoint(fingerprints(" ".join(changed), SALT))
        strange += not marks.isdisjoint(fingerprints(" ".join(other), SALT))
    assert known >= 295
    assert strange == 0
