"""Links that act: read by who made them, for as long as they are good, and changed by nobody."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest

from core.briefs.models import Act
from core.mail.links import LinkExpired, LinkForged, Links, Ticket, tag_of

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
LINKS = Links(b"k" * 32)
LETTERS = string.ascii_letters + string.digits + "-_"


def ticket(act: Act | None = Act.DONE, **more: int) -> Ticket:
    numbers = {"org_id": 3, "person_id": 12_345, "brief_id": 987_654_321, "number": 7, **more}
    return Ticket(act=act, until=NOW + timedelta(days=14), tag=tag_of("ana@example.com"), **numbers)


@pytest.mark.parametrize("act", [None, *Act])
def test_a_token_is_read_as_it_was_made(act: Act | None) -> None:
    assert LINKS.read(LINKS.sign(ticket(act)), NOW) == ticket(act)


def test_a_token_is_short_enough_for_a_line_of_a_mail() -> None:
    biggest = ticket(org_id=10**9, person_id=10**12, brief_id=10**12, number=1_000)
    assert len(LINKS.sign(ticket())) <= 56
    assert len(LINKS.sign(biggest)) <= 72
    assert LINKS.read(LINKS.sign(biggest), NOW) == biggest


def test_any_changed_letter_is_noticed() -> None:
    token = LINKS.sign(ticket())
    for place in range(len(token)):
        for letter in LETTERS:
            changed = token[:place] + letter + token[place + 1 :]
            if changed != token:
                with pytest.raises(LinkForged):
                    LINKS.read(changed, NOW)


@pytest.mark.parametrize("token", ["", "a", "=", "é" * 40, "A" * 200, "A" * 56, " ", "../x", "AAAA\n"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(LinkForged):
        LINKS.read(token, NOW)


def test_a_token_has_one_spelling() -> None:
    token = LINKS.sign(ticket())
    for other in (token + "=", token + "A", token.replace("-", "+").replace("_", "/") + " ", token[:-1]):
        with pytest.raises(LinkForged):
            LINKS.read(other, NOW)


def test_a_token_of_another_key_is_refused() -> None:
    with pytest.raises(LinkForged):
        Links(b"j" * 32).read(LINKS.sign(ticket()), NOW)


def test_a_token_ends_on_time() -> None:
    token = LINKS.sign(ticket())
    assert LINKS.read(token, NOW + timedelta(days=14, seconds=-1)).number == 7
    with pytest.raises(LinkExpired):
        LINKS.read(token, NOW + timedelta(days=14))


def test_a_tag_tells_an_address_from_another_and_not_its_case() -> None:
    assert tag_of("Ana@Example.com") == tag_of("ana@example.com") != tag_of("ben@example.com")
