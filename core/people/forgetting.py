"""``/forget me``: asked once, and then everything that is kept about a person is gone as the answer is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from core.conversation.handling import Asked, Handlers, Say
from core.people.linking import Account, Links
from core.registry import Invocation
from core.rendering.message import Button

MINUTES = 10

_WHAT = """\
I would forget you{where}, with all of your accounts here: what you wrote to me and what I answered, your notes and \
what I recall of you, tasks, reminders, what you shared and what you were asked, your votes, files and settings.

- It cannot be brought back. `export` gives you a copy first.
- In threads with others, your messages go, and my answers to you say that they were removed.
- What others wrote or noted is theirs and stays, as does what stands in {surface} itself: delete that there.{others}

The button works for {minutes} minutes."""
_DONE = """\
Done: I have forgotten you{where}. If you write to me again, we meet for the first time.{others}"""
_NOT_NOW = "That was asked of somebody else, or too long ago. The command `forget me` asks again."


def forgetting(links: Links) -> Handlers:
    """What carries out ``forget``."""

    async def forget(asked: Asked) -> Say:
        accounts = await links.accounts(asked.asker.person_id)
        if not asked.argument("until"):
            return _ask(asked, accounts)
        if not _is_still_meant(asked):
            return Say(_NOT_NOW)
        return Say(_DONE.format(where=_where(asked, accounts), others=_others(asked, accounts)), forgets=True)

    return {"forget": forget}


def _ask(asked: Asked, accounts: Sequence[Account]) -> Say:
    until = int((asked.now + timedelta(minutes=MINUTES)).timestamp())
    sure = {"what": "me", "who": str(asked.asker.person_id), "until": str(until)}
    text = _WHAT.format(
        where=_where(asked, accounts),
        surface="my databases' backups"
        if asked.place.surface in ("web", "console")
        else asked.place.surface.capitalize(),
        others=_others(asked, accounts),
        minutes=MINUTES,
    )
    buttons = (
        Button(
            label="Forget everything about me", invocation=Invocation(command="forget", arguments=sure), style="danger"
        ),
        Button(label="Give me a copy first", invocation=Invocation(command="export")),
    )
    return Say(text, buttons)


def _is_still_meant(asked: Asked) -> bool:
    """Whether this one was asked, and not too long ago."""
    until, who = asked.argument("until"), asked.argument("who")
    in_time = until.isdecimal() and len(until) < 12 and asked.now.timestamp() <= int(until)
    return in_time and who == str(asked.asker.person_id)


def _where(asked: Asked, accounts: Sequence[Account]) -> str:
    """The org, where there are several in which the person is known."""
    here = {one.org for one in accounts if one.org_id == asked.asker.org_id}
    others = any(one.org_id != asked.asker.org_id for one in accounts)
    return f" in {min(here)}" if here and others else ""


def _others(asked: Asked, accounts: Sequence[Account]) -> str:
    """Where the person stays known."""
    left = sorted({one.org for one in accounts if one.org_id != asked.asker.org_id})
    return f"\n\nI still know you in {', '.join(left)}: the command works there as well." if left else ""
