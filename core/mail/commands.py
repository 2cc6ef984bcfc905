"""The command on mail: an address, the code that proves whose it is, off and on."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

from core.conversation.handling import Asked, Handlers, Say
from core.mail.building import build, clean_address, of_a_machine
from core.mail.models import Address, Letterhead, Mail, MailError, MailRefused
from core.mail.policy import CODE_MINUTES
from core.mail.ports import Addresses, Asking, Mailer, Verified
from core.registry import CommandError, Invocation
from core.rendering.message import Button

_CODE = re.compile(r"(?:code\s+)?#?(\d{3}\s?\d{3})", re.I)
_OFF = {"off", "stop", "unsubscribe"}
_ON = {"on", "start", "subscribe"}
_HOW = "Write `email ana@example.com` with your address, `email code 123456`, `email off` or `email on`."
_NO_SERVER = "Whoever runs this Robbie has set up no mail server, so I can send no mail."
_SAID = {
    Verified.WRONG: "That is not the code that I sent. Look again, or ask for a new one with `email` and your address.",
    Verified.SPENT: "That was wrong too often. Ask for a new code with `email` and your address.",
    Verified.NONE: f"There is no code that waits: it is good for {CODE_MINUTES} minutes, once. "
    "Ask for a new one with `email` and your address.",
}
_TOO_OFTEN = {
    Asking.TOO_MANY: "You have had several codes already. Ask for the next one in an hour.",
    Asking.TOO_MANY_THERE: "That address has had several codes already. Try it again in an hour.",
}


@dataclass(frozen=True, slots=True)
class Codes:
    """Makes codes, and what is kept of them.

    Args:
        key: 32 bytes, used for nothing else. Without it, nobody who sees a digest can find the code by trying all.
    """

    key: bytes

    def code(self, inbox_id: int, person_id: int, address: str) -> str:
        """Six digits: the same for a command that is carried out again after a crash."""
        made = hmac.digest(self.key, f"code\0{inbox_id}\0{person_id}\0{address}".encode(), hashlib.sha256)
        return f"{int.from_bytes(made[:8], 'big') % 1_000_000:06}"

    def digest(self, person_id: int, address: str, code: str) -> bytes:
        """What is kept of a code."""
        return hmac.digest(self.key, f"digest\0{person_id}\0{address}\0{code}".encode(), hashlib.sha256)


def mailing(addresses: Addresses, codes: Codes, head: Letterhead, mailer: Mailer | None) -> Handlers:
    """What carries the command out.

    Args:
        addresses: where people get mail.
        codes: makes codes.
        head: who mails are from.
        mailer: sends codes; None where no mail can be sent.
    """
    mail = _Mail(addresses, codes, head, mailer)
    return {"email": mail.email}


class _Mail:
    def __init__(self, addresses: Addresses, codes: Codes, head: Letterhead, mailer: Mailer | None) -> None:
        self._addresses = addresses
        self._codes = codes
        self._head = head
        self._mailer = mailer

    async def email(self, asked: Asked) -> Say:
        """One command for all of it: what is meant is told by what it looks like."""
        given = asked.argument("what").strip()
        code = _CODE.fullmatch(given)
        if code:
            return await self._verify(asked, "".join(code[1].split()))
        if given.casefold() in _OFF:
            return await self._off(asked)
        if given.casefold() in _ON:
            return await self._on(asked)
        if given and "@" not in given:
            raise CommandError(_HOW, "email")
        if given:
            return await self._ask(asked, clean_address(given))
        state = await self._addresses.state(asked.asker.person_id)
        return Say(_state(state, self._mailer is not None), _buttons(state))

    async def _ask(self, asked: Asked, address: str) -> Say:
        """Send a code to an address. Whether somebody else uses it already is not said."""
        if self._mailer is None:
            raise CommandError(_NO_SERVER, "email")
        person = asked.asker.person_id
        state = await self._addresses.state(person)
        if state.address == address and not state.bounced:
            return Say(_of_address(state), _buttons(state))
        code = self._codes.code(asked.inbox_id, person, address)
        digest = self._codes.digest(person, address, code)
        valid = timedelta(minutes=CODE_MINUTES)
        became = await self._addresses.ask(asked.asker.org_id, person, address, digest, valid)
        if became is not Asking.ASKED:
            raise CommandError(_TOO_OFTEN[became], "email")
        try:
            await self._mailer.send(self._mail(asked, address, code))
        except MailRefused:
            raise CommandError(
                f"The mail server does not take mail for {address}. Is it spelt right?", "email"
            ) from None
        except MailError:
            raise CommandError(
                "The mail server did not take the code just now. Ask again in a few minutes.", "email"
            ) from None
        return Say(
            f"I sent a code to {address}. Within {CODE_MINUTES} minutes, write `email code` and its six digits. "
            "Until then nothing else goes there. If it does not come, look into the spam folder."
        )

    def _mail(self, asked: Asked, address: str, code: str) -> Mail:
        """Nothing of its person stands in it: nobody knows yet who reads it."""
        text = (
            "Hello,\n\nsomebody wants to get Robbie's briefs at this address. If that is you, "
            f"write this to Robbie in your chat within {CODE_MINUTES} minutes:\n\n    email code {code}\n\n"
            "If it is not you, do nothing: without the code, no further mail comes.\n"
        )
        return build(
            self._head,
            key=f"code.{asked.inbox_id}.{asked.asker.person_id}",
            to=address,
            at=asked.now,
            subject=f"{code} is your code for Robbie",
            text=text,
            headers=of_a_machine("code"),
        )

    async def _verify(self, asked: Asked, code: str) -> Say:
        person = asked.asker.person_id
        # The code may have been asked for with another account of theirs.
        became = await self._addresses.verify(person, lambda owner, address: self._codes.digest(owner, address, code))
        if became is not Verified.YES:
            raise CommandError(_SAID[became], "email")
        state = await self._addresses.state(person)
        return Say(
            f"{state.address} is yours. `brief by email` has your briefs sent there; until you choose that, it is used "
            "only where a brief cannot reach you in the chat.",
            _buttons(state),
        )

    async def _off(self, asked: Asked) -> Say:
        if not await self._addresses.stop(asked.asker.person_id):
            return Say("I send you no mail: there is no address of yours.")
        return Say("I send you no more mail. `email on` starts again.", (_button("Start again", "on"),))

    async def _on(self, asked: Asked) -> Say:
        if await self._addresses.start(asked.asker.person_id):
            state = await self._addresses.state(asked.asker.person_id)
            return Say(f"Mail goes to {state.address} again.", _buttons(state))
        state = await self._addresses.state(asked.asker.person_id)
        raise CommandError(_state(state, self._mailer is not None), "email")


def _state(state: Address, able: bool) -> str:
    """How it stands, and what to do next."""
    lines = [_of_address(state)]
    if state.wanted:
        lines.append(f"A code waits for {state.wanted}: write `email code` and its six digits.")
    if not able:
        lines.append(_NO_SERVER)
    return "\n\n".join(lines)


def _of_address(state: Address) -> str:
    if not state.address:
        return "I have no mail address of yours. Write `email ana@example.com` with yours, and I send a code there."
    if state.bounced:
        return (
            f"Mail to {state.address} came back: there is no such mailbox. Write `email` and your address, and I send "
            "a new code there."
        )
    if state.stopped:
        return f"Your address is {state.address}, and you get no mail. `email on` starts again."
    return f"Your address is {state.address}. `email off` stops all mail."


def _buttons(state: Address) -> tuple[Button, ...]:
    if not state.address or state.bounced:
        return ()
    return (_button("Start again", "on"),) if state.stopped else (_button("Stop mail", "off"),)


def _button(label: str, what: str) -> Button:
    return Button(label=label, invocation=Invocation(command="email", arguments={"what": what}))
