"""Sums of money as people write them: exact, in whatever notation, and never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.work.money import Money, NotMoney, code, find, read


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("40k", "40000", ""),
        ("40.000,00 EUR", "40000", "EUR"),
        ("€40,000", "40000", "EUR"),
        ("1.2m USD", "1200000", "USD"),
        ("1,2 Mio. EUR", "1200000", "EUR"),
        ("CHF 40'000", "40000", "CHF"),
        ("40 000 EUR", "40000", "EUR"),
        ("$1.5M", "1500000", "USD"),
        ("40,000.50", "40000.50", ""),
        ("0,5k", "500", ""),
        ("1.234", "1234", ""),
        ("12.50 EUR", "12.50", "EUR"),
        ("1.234.567,89 €", "1234567.89", "EUR"),
        ("0.10 eur", "0.10", "EUR"),
    ],
)
def test_a_sum_is_read_in_the_notation_of_its_writer(text: str, value: str, currency: str) -> None:
    found = read(text)
    assert (found.value, found.currency) == (Decimal(value), currency)
    assert isinstance(found.value, Decimal)


@pytest.mark.parametrize(
    "text", ["", "a lot", "40000 EUR USD", "EUR 5 USD", "1.234,567 EUR", "9999999999999 EUR", "-5 EUR", "5%", "1e5"]
)
def test_what_is_no_sum_is_said_so(text: str) -> None:
    with pytest.raises(NotMoney):
        read(text)


@pytest.mark.parametrize(
    ("line", "worth", "rest"),
    [
        ("Acme rollout 40000 EUR negotiation", "40,000 EUR", "Acme rollout negotiation"),
        ("Acme 2026 40k", "40,000", "Acme 2026"),
        ("Acme (EUR 40k) rollout", "40,000 EUR", "Acme rollout"),
        ("Phase 2 for 3 plants, 12.5k EUR", "12,500 EUR", "Phase 2 for 3 plants"),
    ],
)
def test_a_sum_is_found_in_a_line(line: str, worth: str, rest: str) -> None:
    found = find(line)
    assert found is not None
    assert (str(found[0]), found[1]) == (worth, rest)


@pytest.mark.parametrize("line", ["Acme 2026 phase 2", "Version 1.5", "24/7 support", "Room 101", "A1 40%"])
def test_a_year_a_phase_or_a_room_is_no_sum(line: str) -> None:
    assert find(line) is None


def test_money_is_shown_as_it_was_meant_and_read_again() -> None:
    for text in ("40,000 EUR", "12.50 USD", "1,200,000", "0.10 EUR"):
        assert str(read(text)) == text
        assert read(str(read(text))) == read(text)
    assert str(Money(Decimal(5))) == "5"


def test_a_currency_is_a_code_of_three_letters_or_its_sign() -> None:
    assert [code(text) for text in ("€", "eur", "USD", "")] == ["EUR", "EUR", "USD", ""]
    with pytest.raises(NotMoney, match="three letters"):
        code("Taler!")
