"""What the links of mails lead to: a page that asks, and what was done. To look changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from adapters.web.security import Public
from adapters.web.transcript import ENV
from core.briefs.models import Act
from core.mail.following import Following, LinkOutdated, Offer
from core.mail.links import LinkExpired, LinkRefused
from core.mail.writing import PATH
from core.registry import CommandError

log = logging.getLogger(__name__)

_HEADERS = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow", "referrer-policy": "no-referrer"}


@dataclass(frozen=True, slots=True)
class _Words:
    question: str
    button: str
    done: str


_WORDS = {
    None: _Words("Stop these mails?", "Stop mails", "The mails are stopped"),
    Act.DONE: _Words("Is this done?", "Yes, it is done", "It is done"),
    Act.SNOOZE: _Words("Put this off?", "Put it off", "It is put off"),
    Act.LATER: _Words("Another time?", "Yes, later", "Another time, then"),
    Act.DISMISS: _Words("Is this not relevant?", "Yes, not relevant", "It is put aside"),
    Act.ASK: _Words("Ask Robbie about this?", "Ask", "Robbie was asked"),
    Act.SEND: _Words("Send this?", "Send", "It is sent"),
    Act.EDIT: _Words("Word this?", "Word it", "It is worded"),
}


@dataclass(frozen=True, slots=True)
class _Page:
    """What somebody is shown.

    Attributes:
        text: markdown.
        button: what is pressed to do it; empty where nothing is left to do.
        note: smaller, at the end.
    """

    heading: str
    lead: str = ""
    text: str = ""
    button: str = ""
    note: str = ""
    status: int = 200

    def response(self) -> Response:
        """As HTML."""
        html = ENV.get_template("mail.html").render(page=self)
        return HTMLResponse(html, self.status, _HEADERS)


_FORGED = _Page(
    "This link is not good",
    "It may have been cut off on its way. Open it from the mail itself, or copy it whole.",
    status=404,
)
_EXPIRED = _Page(
    "This link has had its time",
    "Nothing was changed. In the chat, the command “brief now” shows what is to be done today.",
    status=410,
)
_OUTDATED = _Page(
    "This link is out of date",
    "What it was about is not there any more, or the mails go to another address now. Nothing was changed.",
    status=410,
)
_NOT_NOW = _Page("That did not work", "Nothing was changed. Please try again in a moment.", status=503)


class MailPages:
    """The routes.

    Args:
        following: follows links.
        public_url: where people reach them.
        now: the clock.
    """

    def __init__(
        self, following: Following, public_url: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._following = following
        self._now = now
        self.public = Public(frozenset({urlsplit(public_url).hostname or ""}), (PATH,))

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter()
        router.add_api_route(PATH + "{token}", self.look, methods=["GET", "HEAD"])
        router.add_api_route(PATH + "{token}", self.press, methods=["POST"])
        return router

    async def look(self, token: str) -> Response:
        """Ask whether it shall be done."""
        try:
            offer = await self._following.look(token, self._now())
        except LinkRefused as refusal:
            return _refused(refusal)
        except Exception as error:
            return _broken(error)
        return (_already(offer) if offer.used else _question(offer)).response()

    async def press(self, token: str) -> Response:
        """Do it. A mail program does the same to unsubscribe (RFC 8058): it has the token, and nothing else counts."""
        try:
            offer, said = await self._following.press(token, self._now())
        except LinkRefused as refusal:
            return _refused(refusal)
        except CommandError as error:
            return _Page("That cannot be done", text=error.problem, status=409).response()
        except Exception as error:
            return _broken(error)
        return (_already(offer) if offer.used else _Page(_WORDS[offer.act].done, text=said)).response()


def _question(offer: Offer) -> _Page:
    words = _WORDS[offer.act]
    note = "Nothing happens until you press the button."
    if offer.act is None:
        return _Page(words.question, "Robbie's briefs go to", f"**{offer.text}**", words.button, note)
    return _Page(words.question, offer.title, offer.text, words.button, note)


def _already(offer: Offer) -> _Page:
    if offer.act is None:
        return _Page("The mails are stopped already", text=f"No mail goes to **{offer.text}**.")
    return _Page("That was done already", offer.title, offer.text)


def _refused(refusal: LinkRefused) -> Response:
    page = _EXPIRED if isinstance(refusal, LinkExpired) else _OUTDATED if isinstance(refusal, LinkOutdated) else _FORGED
    return page.response()


def _broken(error: Exception) -> Response:
    log.error("a link of a mail could not be followed: %s", type(error).__name__)
    return _NOT_NOW.response()
