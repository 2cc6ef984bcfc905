"""A draft on its way out: as a mail, as a link that opens one, or as text to copy."""

from __future__ import annotations

import re
from urllib.parse import quote

from core.briefs.ports import Entry, Letter

_LONGEST_LINK = 1_800
"""What mail programs and browsers take; Windows hands over no more than 2,048 characters."""


def letter_of(entry: Entry, me: str, language: str) -> Letter:
    """The mail of an entry. ``me``: the person's name; ``language``: by its English name."""
    subject = {"German": f"Gruß von {me}"}.get(language, f"A note from {me}") if me else "A note"
    return Letter(
        key=f"outreach:{entry.id}",
        to=entry.email,
        name=entry.opportunity.contact,
        subject=subject,
        text=entry.opportunity.draft,
    )


def mailto(letter: Letter) -> str:
    """The link that opens the mail in the person's own program (RFC 6068); without the text where that is too long."""
    to = quote(letter.to, safe="@+-._")
    subject, body = quote(letter.subject, safe=""), quote(letter.text.replace("\n", "\r\n"), safe="")
    whole = f"mailto:{to}?subject={subject}&body={body}"
    return whole if len(whole) <= _LONGEST_LINK else f"mailto:{to}?subject={subject}"


def fenced(text: str) -> str:
    """Text to copy as it is: nothing in it is markdown, a mention or a link."""
    return f"```\n{re.sub(r'`{3,}', lambda found: chr(39) * len(found[0]), text)}\n```"
