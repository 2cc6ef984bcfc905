"""A mail out of its parts: headers that mailboxes and people can rely on, plain text, and HTML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from core.mail.models import Letterhead, Mail
from core.registry import CommandError

_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
# As chats and people write it: mailto:a@b.c, <mailto:a@b.c|a@b.c>, [a@b.c](mailto:a@b.c).
_LINKED = re.compile(r"(?:\[[^\]]*\]\()?<?mailto:([^|>)?\s]+)(?:\|[^>]*)?[>)]?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.I)
_LONGEST_ADDRESS = 254
_LONGEST_HEADER = 200
# Headers in which a long word would be encoded to fit a line, where nobody decodes it.
_WHOLE = frozenset({"list-unsubscribe", "message-id", "list-id"})


class _Policy(EmailPolicy):
    """As for SMTP, with some headers on one line each; and no blank of a long subject is lost, as by the library."""

    def fold(self, name: str, value: str) -> str:
        text = str(value)
        if name.lower() in _WHOLE:
            return f"{name}: {text}{self.linesep}"
        if name.lower() == "subject" and not text.isascii():
            return f"{name}: {Header(text, 'utf-8', header_name=name).encode(linesep=self.linesep)}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


_SMTP = _Policy(linesep="\r\n")


def clean_address(given: str) -> str:
    """An address as it is used, its domain in ASCII and lower case. Raises CommandError."""
    linked = _LINKED.fullmatch(given.strip())
    address = linked[1] if linked else given.strip().strip("<>")
    local, at, domain = address.rpartition("@")
    try:
        domain = domain.lower().encode("idna").decode()
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    good = at and _LOCAL.fullmatch(local) and not local.startswith(".") and not local.endswith(".")
    good = good and "=?" not in local  # which mail programs would decode
    if not (good and ".." not in local and len(labels) > 1 and all(map(_LABEL.fullmatch, labels))):
        raise CommandError(f"“{plain(given)[:60]}” is no mail address that I can use. Write it like ana@example.com.")
    if len(local) + len(domain) + 1 > _LONGEST_ADDRESS:
        raise CommandError("That mail address is too long.")
    return f"{local}@{domain}"


def plain(text: str) -> str:
    """Text for a header: on one line, without anything that steers a terminal or turns its direction around.

    What looks encoded is taken apart: the library would decode it, line ends too, and write it without encoding it.
    """
    kept = "".join(" " if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") else letter for letter in text)
    return " ".join(kept.encode("utf-8", "replace").decode().replace("=?", "= ?").split())[:_LONGEST_HEADER]


def mailbox(address: str, name: str = "") -> Address:
    """A mailbox as a header takes it."""
    return Address(display_name=plain(name), addr_spec=address)


def build(
    head: Letterhead,
    *,
    key: str,
    to: str,
    at: datetime,
    subject: str,
    text: str,
    html: str = "",
    name: str = "",
    sender_name: str = "",
    reply_to: str = "",
    headers: Mapping[str, str] | None = None,
) -> Mail:
    """Build a mail.

    Args:
        head: who it is from.
        key: what its id is made of: the same key, the same id.
        to: the address that it goes to.
        at: when it is written.
        subject: its subject.
        text: its plain text.
        html: the same as HTML; empty for none.
        name: of whom it goes to.
        sender_name: instead of the letterhead's.
        reply_to: instead of the letterhead's.
        headers: further ones.
    """
    message = EmailMessage(_SMTP)
    message["From"] = mailbox(head.address, sender_name or head.name)
    message["To"] = mailbox(to, name)
    if reply_to or head.reply_to:
        message["Reply-To"] = mailbox(reply_to or head.reply_to)
    message["Subject"] = plain(subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{key}@{head.domain}>"
    for header, value in (headers or {}).items():
        message[header] = value
    message.set_content(text, cte="quoted-printable")
    if html:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    return Mail(
        sender=head.address, to=to, message_id=str(message["Message-ID"]), raw=message.as_bytes().decode("ascii")
    )


def of_a_machine(kind: str) -> dict[str, str]:
    """The headers that say that nobody wrote this, so that no machine answers. ``kind``: which of Robbie's mails."""
    return {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Feedback-ID": f"{kind}:mail:robbie",
    }


def of_a_list(head: Letterhead, unsubscribe: str) -> dict[str, str]:
    """The headers of what comes again and again (RFC 2919, 2369, 8058). ``unsubscribe``: empty for no such link."""
    headers = {"List-Id": f"Robbie's briefs <briefs.{head.domain}>", "Precedence": "list"}
    if unsubscribe:
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
