"""A brief as a mail, with a link for each thing that can be done with a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.briefs.composing import numbered
from core.briefs.html import as_html
from core.briefs.models import Act, Brief, Facts, Line
from core.briefs.rendering import as_text
from core.briefs.wording import words_of
from core.mail.building import build, of_a_list, of_a_machine
from core.mail.links import Links, Ticket, tag_of
from core.mail.models import Letterhead, Mail, MailDelivery

PATH = "/m/"
"""Where links lead, with a token after it."""

STOP_DAYS = 400
"""How long one can unsubscribe from an old mail."""

BY_MAIL = frozenset({Act.DONE, Act.SNOOZE, Act.LATER, Act.DISMISS, Act.ASK})
"""What a mail has links for. What goes to others, or is worded, is done in the chat, where its words are seen."""


@dataclass(frozen=True, slots=True)
class _Words:
    by_link: str
    by_chat: str
    stop: str
    stop_by_chat: str


_ENGLISH = _Words(
    "To act on a line, open its address. A page asks once more before anything is done.",
    "To act on a line, write `brief now` to Robbie in your chat: there each line has its buttons.",
    "Stop these mails",
    "To stop these mails, write `email off` to Robbie in your chat.",
)
_GERMAN = _Words(
    "Was sich mit einer Zeile tun lässt, steht hinter ihren Adressen. Eine Seite fragt vorher noch einmal nach.",
    "Im Chat mit Robbie hat jede Zeile Knöpfe: Schreib dort `brief now`.",
    "Diese Mails abbestellen",
    "Um diese Mails abzubestellen, schreib Robbie im Chat `email off`.",
)


class Writer:
    """Writes mails.

    Args:
        head: who they are from.
        links: signs what they carry.
    """

    def __init__(self, head: Letterhead, links: Links) -> None:
        self._head = head
        self._links = links

    def write(self, item: MailDelivery, facts: Facts, brief: Brief, at: datetime) -> Mail:
        """A delivery's mail."""
        head, language = self._head, facts.reader.language
        words = _GERMAN if language == "German" else _ENGLISH
        stop, link = self._stop(item, at), self._link(item, at)
        under = [*_acts(brief, language, words, link), f"{words.stop}: {stop}" if stop else words.stop_by_chat]
        footer = [(words.stop, stop)] if stop else []
        return build(
            head,
            key=item.key,
            to=item.address,
            name=facts.reader.name,
            at=at,
            subject=brief.title,
            text="\n".join([as_text(brief), "-- ", *under, ""]),
            html=as_html(brief, language=language, link=link if stop else None, footer=footer),
            headers={**of_a_list(head, stop), **of_a_machine(facts.kind)},
        )

    def _stop(self, item: MailDelivery, at: datetime) -> str:
        """Where one unsubscribes; empty without a public address."""
        return self._address(_ticket(item, None, at + timedelta(days=STOP_DAYS)))

    def _link(self, item: MailDelivery, at: datetime) -> Callable[[Line, Act], str]:
        until = at + timedelta(days=self._head.link_days)

        def link(line: Line, act: Act) -> str:
            return self._address(_ticket(item, act, until, line.number)) if act in BY_MAIL else ""

        return link

    def _address(self, ticket: Ticket) -> str:
        public = self._head.public_url
        return f"{public}{PATH}{self._links.sign(ticket)}" if public else ""


def _ticket(item: MailDelivery, act: Act | None, until: datetime, number: int = 0) -> Ticket:
    return Ticket(
        org_id=item.org_id,
        person_id=item.person_id,
        act=act,
        until=until,
        tag=tag_of(item.address),
        brief_id=item.brief_id if act else 0,
        number=number,
    )


def _acts(brief: Brief, language: str, words: _Words, link: Callable[[Line, Act], str]) -> Iterator[str]:
    """What can be done with each line, under the plain text."""
    known = words_of(language)
    made = [(line, act, link(line, act)) for line in brief.lines if numbered(line) for act in line.acts]
    if not made:
        return
    if not any(url for _, _, url in made):
        yield words.by_chat
        return
    yield words.by_link
    yield ""
    for line, act, url in made:
        if url:
            yield f"{line.number}. {known.act(act, line.section)}: {url}"
    yield ""
