"""A mail's headers and parts: what mailboxes rely on, whatever words and names are in it."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_string, policy
from email.message import EmailMessage

import pytest

from core.mail.building import build, clean_address, of_a_list, of_a_machine
from core.mail.models import Letterhead, Mail
from core.registry import CommandError

HEAD = Letterhead("robbie@mail.example.com", "Robbie", reply_to="team@example.com")
AT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
UNSUBSCRIBE = "https://robbie.a-rather-long-name.example.com/m/" + "A" * 70


def built(**more: str) -> tuple[Mail, EmailMessage]:
    given: dict[str, str] = {"key": "k-1", "to": "ana@example.com", "subject": "Hi", "text": "Hi", **more}
    headers = {**of_a_list(HEAD, UNSUBSCRIBE), **of_a_machine("morning")}
    mail = build(HEAD, at=AT, headers=headers, **given)
    return mail, parsed(mail)


def parsed(mail: Mail) -> EmailMessage:
    message = message_from_string(mail.raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_headers_of_a_list_are_whole_and_on_one_line_each() -> None:
    mail, message = built()
    lines = mail.raw.split("\r\n")
    assert f"List-Unsubscribe: <{UNSUBSCRIBE}>" in lines
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert "List-Id: Robbie's briefs <briefs.mail.example.com>" in lines
    assert "Auto-Submitted: auto-generated" in lines
    assert "Message-ID: <k-1@mail.example.com>" in lines
    assert message["Date"].datetime == AT
    assert (message["From"], message["Reply-To"]) == ("Robbie <robbie@mail.example.com>", "team@example.com")


def test_the_same_key_makes_the_same_id() -> None:
    assert built()[0].message_id == built(subject="other")[0].message_id == "<k-1@mail.example.com>"
    assert built(key="k-2")[0].message_id != built()[0].message_id


@pytest.mark.parametrize(
    "words",
    [
        "Hi\r\nBcc: eve@example.com", "Hi\nBcc: eve@example.com", "Hi\u2028Bcc: x", "a\x00\x1b[2J",
        "=?utf-8?q?=0D=0ABcc=3A_eve=40example.com?=", "=?utf-8?q?=0D=0A=0D=0AHello?= ü",
        "=?utf-8?b?DQpCY2M6IGV2ZUBleGFtcGxlLmNvbQ==?=", "Ana =?utf-8?q?=0D=0ABcc=3A_x?= B =?utf-8?q?=0ABcc=3A_x?=",
    ],
)  # fmt: skip
def test_no_words_become_headers(words: str) -> None:
    mail, message = built(subject=words, name=words, sender_name=words)
    assert message["Bcc"] is None
    assert "\r\nBcc" not in mail.raw
    assert [one.addr_spec for one in message["To"].addresses] == ["ana@example.com"]
    assert message.get_body().get_content().strip() == "Hi"  # type: ignore[union-attr]
    assert {header.lower() for header in message} == {header.lower() for header in built()[1]}
    assert all(32 <= ord(letter) < 127 or letter in "\r\n" for letter in mail.raw)


def test_any_language_is_written_in_ascii_and_read_as_it_was() -> None:
    name, subject = "Zoë 田中 “Ана”", "Grüße 🎉 " + "für Привет " * 12
    mail, message = built(name=name, subject=subject, text="Grüße 🎉\n", html="<p>Привет</p>")
    assert mail.raw.isascii()
    assert max(map(len, mail.raw.split("\r\n"))) < 200
    assert message["To"].addresses[0].display_name == name
    assert message["Subject"] == subject.strip()
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert (plain.get_content().strip(), html.get_content().strip()) == ("Grüße 🎉", "<p>Привет</p>")
    assert message.get_content_type() == "multipart/alternative"


def test_no_line_ends_in_half_a_line_break() -> None:
    raw = built(text="a\nb\rc\r\nd" + "x" * 3_000)[0].raw
    assert "\n" not in raw.replace("\r\n", "")
    assert max(map(len, raw.split("\r\n"))) < 998


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("ana@example.com", "ana@example.com"),
        (" <Ana.B+x@Example.COM> ", "Ana.B+x@example.com"),
        ("mailto:ana@example.com", "ana@example.com"),
        ("<mailto:ana@example.com|ana@example.com>", "ana@example.com"),
        ("[ana@example.com](mailto:ana@example.com)", "ana@example.com"),
        ("ana@münchen.example", "ana@xn--mnchen-3ya.example"),
    ],
)
def test_an_address_is_cleaned(given: str, address: str) -> None:
    assert clean_address(given) == address


@pytest.mark.parametrize(
    "given",
    ["", "ana", "ana@", "@example.com", "ana@example", "a b@example.com", "ana@exa mple.com", "ana@-x.com", "a..b@x.de",
     "=?utf-8?q?=0D=0ABcc=3Aeve?=@x.de",
     "ana@x.de,ben@x.de", "ana@x.de\nBcc: e@x.de", '"a"@x.de', "änä@x.de",
     "a" * 65 + "@x.de", "a@" + "x." * 140 + "de"],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_words(given: str) -> None:
    with pytest.raises(CommandError, match="address"):
        clean_address(given)
