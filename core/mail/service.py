"""The mail loop: takes what is due, has it made and written once, sends it, and records what came of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta

from core.briefs.ports import BriefStore
from core.mail.models import LoginRefused, Mail, MailDeferred, MailDelivery, MailRefused, MailUnknown
from core.mail.policy import MailPolicy
from core.mail.ports import Mailer, Mails, Maker
from core.mail.writing import Writer
from core.together import side_by_side

_log = logging.getLogger(__name__)

_RECORD_SECONDS = (0.1, 0.5, 2.0, 5.0, 10.0, 20.0, 30.0)
"""What came of a mail is recorded again after these pauses if the database is away; together shorter than a lease."""
_FINISH_SECONDS = 5.0
"""So long a worker that is asked to end waits for the answer to a mail that it hands over."""
_LAST_SECONDS = 5.0
"""And so long, after that, for a record of the answer that it is in the middle of."""


class Mailing:
    """Sends briefs by mail.

    Args:
        mails: the deliveries.
        briefs: where briefs are kept.
        maker: makes them.
        writer: makes mails of them.
        mailer: hands mails to the server.
        policy: how patiently.
        now: the clock.
    """

    def __init__(
        self,
        mails: Mails,
        briefs: BriefStore,
        maker: Maker,
        writer: Writer,
        mailer: Mailer,
        policy: MailPolicy,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._mails = mails
        self._briefs = briefs
        self._maker = maker
        self._writer = writer
        self._mailer = mailer
        self._policy = policy
        self._now = now
        self._paused_until = 0.0

    @property
    def paused(self) -> bool:
        """Whether the server refused the login a moment ago."""
        return time.monotonic() < self._paused_until

    async def look(self) -> None:
        """Send all that is due, a few side by side."""
        if self.paused:
            return
        await side_by_side(self._policy.at_once, self._drain)

    async def _drain(self) -> None:
        while not self.paused:
            item = await self._mails.take()
            if item is None:
                return
            try:
                await self._deliver(item)
            except Exception as error:
                # What is wrong with one brief does not hold up the others. Its message may hold a person's words.
                _log.error("mail %s could not be made: %s", item.id, type(error).__name__)
                await self._again(item, f"it could not be made: {type(error).__name__}")

    async def _deliver(self, item: MailDelivery) -> None:
        if not item.address:
            await self._mails.failed(item, item.why_not)
            return
        mail = await self._mail_of(item)
        if mail is not None:
            await _finished(self._send(item, mail), _FINISH_SECONDS)

    async def _mail_of(self, item: MailDelivery) -> Mail | None:
        """The mail as it was written before, or written now; None where there is none to be sent."""
        if item.written is not None and item.written.to == item.address:
            return item.written
        due = await self._briefs.due(item.org_id, item.person_id, item.brief_id)
        if due is None:
            await self._mails.failed(item, "its brief is not there any more")
            return None
        made = await self._maker.make(due)
        if not made.said:
            await self._mails.sent(item)
            return None
        mail = self._writer.write(item, made.facts, made.brief, self._now())
        await self._mails.write(item, mail)
        return mail

    async def _send(self, item: MailDelivery, mail: Mail) -> None:
        """Hand it over, and record what came of it. Only what is wrong before the words go out is raised."""
        mails = self._mails
        try:
            await self._mailer.send(mail, lambda: mails.handing_over(item))
        except LoginRefused as error:
            self._pause(problem := str(error))
            await _recorded(item, lambda: mails.later(item, self._policy.pause, problem, counts=False))
        except MailDeferred as error:
            problem = str(error)
            await _recorded(item, lambda: self._again(item, problem))
        except MailRefused as error:
            problem, bounced = str(error), error.bounced
            _log.warning("mail %s was refused: %s", item.id, problem)
            await _recorded(item, lambda: mails.failed(item, problem, bounced=bounced))
        except MailUnknown as error:
            problem = str(error)
            _log.error("nobody can tell whether mail %s was delivered: %s", item.id, problem)
            await _recorded(item, lambda: mails.unknown(item, problem))
        else:
            await _recorded(item, lambda: mails.sent(item))

    def _pause(self, why: str) -> None:
        if not self.paused:
            _log.error("%s: no mail is sent for %s; `robbie doctor` says more", why, self._policy.pause)
        self._paused_until = time.monotonic() + self._policy.pause.total_seconds()

    async def _again(self, item: MailDelivery, problem: str) -> None:
        pause: timedelta | None = self._policy.pause_after(item.attempts)
        if pause is None:
            _log.warning("mail %s is given up: %s", item.id, problem)
            await self._mails.failed(item, f"given up: {problem}")
        else:
            await self._mails.later(item, pause, problem)


async def _recorded(item: MailDelivery, record: Callable[[], Coroutine[object, object, None]]) -> None:
    """Record what came of a mail; never raises, for a mail whose words are out is not sent again.

    Where the database stays away, the lease ends, and the mail counts as one of which nobody can tell.
    """
    for seconds in (*_RECORD_SECONDS, None):
        try:
            await _finished(record(), _LAST_SECONDS)
            return
        except Exception as error:
            if seconds is None:
                _log.error("what came of mail %s could not be recorded: %s", item.id, type(error).__name__)
                return
        await asyncio.sleep(seconds)


async def _finished(doing: Coroutine[object, object, None], seconds: float) -> None:
    """Let it come to its end, also where its worker is asked to end: else nobody could tell what became of the mail.

    So many seconds after the worker was asked, and again while it is asked on, what is done is asked to end as well.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(doing)
    ending: asyncio.TimerHandle | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            if ending is None or ending.when() <= loop.time():
                ending = loop.call_later(seconds, task.cancel)
    if ending is None:
        task.result()
        return
    ending.cancel()
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("a mail could not be seen to while its worker ended: %s", type(error).__name__)
    raise asyncio.CancelledError
