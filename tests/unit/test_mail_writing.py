"""A brief as a mail: in its reader's language, with links or with words about the chat."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_string, policy
from email.message import EmailMessage

from core.briefs.composing import compose
from core.mail.links import Links
from core.mail.models import Letterhead, MailDelivery
from core.mail.writing import Writer
from tests.brief_facts import MORNING

AT = datetime(2026, 11, 23, 7, tzinfo=UTC)
ITEM = MailDelivery(id=1, key="k", org_id=1, person_id=1, brief_id=5, attempts=1, address="ana@example.com")


def text_of(language: str, public_url: str) -> str:
    facts = MORNING.model_copy(update={"reader": MORNING.reader.model_copy(update={"language": language})})
    writer = Writer(Letterhead("robbie@example.com", public_url=public_url), Links(b"k" * 32))
    mail = writer.write(ITEM, facts, compose(facts), AT)
    message = message_from_string(mail.raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_what_stands_under_a_brief_is_in_its_readers_language() -> None:
    english, german = (text_of(language, "https://r.example") for language in ("", "German"))
    assert "Stop these mails: https://r.example/m/" in english
    assert "A page asks once more" in english
    assert "Diese Mails abbestellen: https://r.example/m/" in german
    assert "Stop these mails" not in german


def test_without_a_public_address_the_chat_is_named_instead() -> None:
    for language, words in (("", "`email off` to Robbie"), ("German", "schreib Robbie im Chat `email off`")):
        text = text_of(language, "")
        assert words in text
        assert "`brief now`" in text
        assert "/m/" not in text


def test_links_stand_on_lines_of_their_own_that_no_program_breaks() -> None:
    lines = [line for line in text_of("", "https://r.example").splitlines() if "/m/" in line]
    assert len(lines) > 5
    assert all(line.count("https://") == 1 and len(line) < 120 for line in lines)
