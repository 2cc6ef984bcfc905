"""What of a message its author says: nothing that is quoted or passed on becomes a note of theirs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.conversation.models import Place
from core.notes.sources import Said, Window, own_sentences

AT = datetime(2026, 11, 30, tzinfo=UTC)
PLACE = Place(surface="discord", tenant="1", channel="2", thread="3")
DECIDED = "We decided to move the launch to Tuesday."
HEADERS = "From: Bob <bob@example.com>\nSent: Monday\nTo: Ana\nSubject: Launch"


def said(text: str) -> list[str]:
    """What Ana says herself in a message."""
    window = Window(1, 1, PLACE, AT, (Said(1, 1, "Ana", text, AT),))
    return [sentence.text for sentence in own_sentences(window)]


@pytest.mark.parametrize(
    "quoted",
    [
        f"> {DECIDED}",
        f">>> Bob says:\n{DECIDED}",
        f"```\n{DECIDED}\n```",
        f"---------- Forwarded message ---------\n{HEADERS}\n\n{DECIDED}",
        f"-----Original Message-----\n{DECIDED}",
        f"Begin forwarded message:\n\n{DECIDED}",
        f"{HEADERS}\n\n{DECIDED}",
        f"On Mon, 30 Nov 2026 at 09:12, Bob Olsen <bob@example.com> wrote:\n{DECIDED}",
        f"Am Mo., 30. Nov. 2026 um 09:12 Uhr schrieb Bob Olsen <bob@example.com>:\n{DECIDED}",
    ],
)
def test_what_is_quoted_or_passed_on_is_not_said_by_who_does_so(quoted: str) -> None:
    assert said(f"Have a look.\n\n{quoted}") == ["Have a look."]


@pytest.mark.parametrize("text", ["From: now on we deploy on Tuesdays.", "On Tuesday Bob wrote: we are late"])
def test_what_only_begins_like_a_mail_is_said(text: str) -> None:
    assert said(text) == [text]
