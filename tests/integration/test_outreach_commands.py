"""The commands on the ready queue, as somebody presses and types them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from adapters.postgres.weights import PostgresWeights
from core.briefs.drafting import Templates
from core.briefs.models import Act, Reader
from core.briefs.ports import Letter, Outbound
from core.briefs.queue import Queue
from core.briefs.reaching import Reaching, outreach_forms
from core.commands import REGISTRY
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker
from core.desk import Visitor
from core.registry import CommandError, Invocation
from core.rendering.harmless import harmless
from core.rendering.message import Form
from tests.integration.conftest import PLACE, Desk
from tests.integration.firm import DIRECT, FORTNIGHTLY, Firm, firm_at


@dataclass
class Post:
    """Mail that is kept in a list, each key once."""

    answers: str = "ana@firm.example"
    problem: str = ""
    sent: dict[str, Letter] = field(default_factory=dict)

    async def reply_to(self, org_id: int, person_id: int) -> str:
        return self.answers

    async def send(self, org_id: int, person_id: int, letter: Letter) -> str:
        if not self.problem:
            self.sent.setdefault(letter.key, letter)
        return self.problem


@dataclass
class Ana:
    """Somebody who presses."""

    firm: Firm
    reader: Reader
    outbound: Outbound | None = None

    async def do(self, command: str, **arguments: str) -> Say:
        invocation = REGISTRY.checked(Invocation(command=command, arguments=arguments))
        return await self.reaching.handlers[command](self.asked(invocation))  # type: ignore[return-value]

    @property
    def reaching(self) -> Reaching:
        store = self.firm.store
        return Reaching(store, Queue(store, Templates()), PostgresWeights(self.firm.desk.database), self.outbound)

    def asked(self, invocation: Invocation) -> Asked:
        reader = self.reader
        asker = Asker(
            org_id=reader.org_id, person_id=reader.person_id, account="U1", name=reader.name, zone=reader.zone,
            member=True,
        )  # fmt: skip
        return Asked(invocation, asker, DIRECT, datetime.now(UTC), 1, 1)

    async def press(self, label: str, said: Say, **fields: str) -> Say:
        (button, *_) = [one for one in said.buttons if one.label == label]
        assert button.invocation is not None
        packed = Invocation.unpacked(button.invocation.packed())
        return await self.do(packed.command, **{**packed.arguments, **fields})

    async def state(self) -> list[object]:
        return [row["state"] for row in await self.firm.rows(self.reader, "SELECT state FROM outreach ORDER BY id")]

    async def activities(self) -> list[object]:
        query = "SELECT kind FROM activities WHERE key LIKE 'outreach:%%'"
        return [row["kind"] for row in await self.firm.rows(self.reader, query)]


@pytest.fixture
async def ana(desk: Desk) -> Ana:
    firm = firm_at(desk)
    reader = await firm.meets(place=DIRECT)
    await firm.contact(reader, "Maria Costa", *FORTNIGHTLY, email="maria@nordwind.example")
    return Ana(firm, reader)


async def test_the_list_says_who_and_why_with_a_draft_and_what_can_be_done(ana: Ana) -> None:
    said = await ana.do("outreach")
    assert "Maria Costa" in said.text
    assert "you usually speak every 2 weeks; the last time was 5 weeks ago" in said.text
    assert "Hi Maria," in said.text
    assert [button.label for button in said.buttons] == ["Send", "Edit", "Later", "Not this one", "Why?"]
    assert said.page is not None


async def test_where_nothing_speaks_for_anybody_it_says_so(desk: Desk) -> None:
    firm = firm_at(desk)
    reader = await firm.meets()
    await firm.contact(reader, "Otto")
    said = await Ana(firm, reader).do("outreach")
    assert said == Say("There is nobody to get in touch with now that I know a reason for.")


async def test_without_mail_the_text_is_handed_out_and_counts_as_sent_until_an_undo(ana: Ana) -> None:
    said = await ana.press("Send", await ana.do("outreach"))
    assert "Hi Maria," in said.text
    assert (await ana.state(), await ana.activities()) == (["sent"], ["message"])
    (link,) = said.links
    parts = urlsplit(link)
    assert (parts.scheme, parts.path) == ("mailto", "maria@nordwind.example")
    assert parse_qs(parts.query)["body"][0].startswith("Hi Maria,\r\n\r\nIt has been a while")
    assert f"]({link})" in harmless(said.text, allowed_links=frozenset(said.links))
    back = await ana.press("Undo", said)
    assert "Hi Maria," in back.text
    assert (await ana.state(), await ana.activities()) == (["ready"], [])


async def test_mail_goes_only_after_text_and_address_were_seen_and_confirmed(ana: Ana) -> None:
    post = Post()
    ana.outbound = post
    seen = await ana.press("Send", await ana.do("outreach"))
    assert "maria@nordwind.example" in seen.text
    assert "Hi Maria," in seen.text
    assert "ana@firm.example" in seen.text
    assert not post.sent
    for _ in range(2):
        sent = await ana.press("Send it now", seen)
    assert "not in your queue" in sent.text
    (letter,) = post.sent.values()
    assert (letter.to, letter.text.splitlines()[0]) == ("maria@nordwind.example", "Hi Maria,")
    assert (await ana.state(), await ana.activities()) == (["sent"], ["email"])


async def test_a_text_that_changed_since_it_was_seen_is_shown_again_before_it_goes(ana: Ana) -> None:
    post = Post()
    ana.outbound = post
    seen = await ana.press("Send", await ana.do("outreach"))
    await ana.press("Edit", seen, text="Other words?")
    again = await ana.press("Send it now", seen)
    assert "Other words?" in again.text
    assert not post.sent
    await ana.press("Send it now", again)
    assert [letter.text for letter in post.sent.values()] == ["Other words?"]


async def test_a_mail_that_is_refused_stays_in_the_queue(ana: Ana) -> None:
    ana.outbound = Post(problem="the server does not take this address.")
    seen = await ana.press("Send", await ana.do("outreach"))
    said = await ana.press("Send it now", seen)
    assert "the server does not take this address" in said.text
    assert (await ana.state(), await ana.activities()) == (["ready"], [])


@pytest.mark.parametrize("answers", ["", "ana@firm.example"])
async def test_whoever_has_no_address_or_writes_to_none_gets_the_text(ana: Ana, answers: str) -> None:
    post = Post(answers=answers)
    ana.outbound = post
    if answers:
        await ana.firm.rows(ana.reader, "UPDATE contacts SET email = '' RETURNING id")
    said = await ana.press("Send", await ana.do("outreach"))
    assert "Copy this to Maria Costa" in said.text
    assert ("mailto" in said.text) == (not answers)
    assert not post.sent


async def test_later_takes_a_time_and_a_week_where_none_is_said(ana: Ana) -> None:
    listed = await ana.do("outreach")
    said = await ana.press("Later", listed, when="in 3 weeks")
    assert "I come back to Maria Costa on" in said.text
    assert "nobody to get in touch" in (await ana.do("outreach")).text
    await ana.press("Undo", said)
    assert "09:00 (Europe/Berlin)" in (await ana.press("Later", listed)).text
    (row,) = await ana.firm.rows(ana.reader, "SELECT later_until - now() AS wait FROM outreach")
    assert 5 < row["wait"].days < 8  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="Until when"):
        await ana.press("Later", listed, when="some day")


async def test_not_this_one_leaves_in_peace_and_can_be_taken_back(ana: Ana) -> None:
    said = await ana.press("Not this one", await ana.do("outreach"))
    assert "for 90 days" in said.text
    assert "nobody to get in touch" in (await ana.do("outreach")).text
    assert "Hi Maria," in (await ana.press("Undo", said)).text


async def test_all_of_it_can_be_typed(ana: Ana) -> None:
    await ana.do("outreach")
    (entry,) = await ana.firm.queue(ana.reader)
    assert "outreach edit" in (await ana.do("outreach", what=f"edit {entry.id}")).text
    assert "My words,\nmine alone?" in (await ana.do("outreach", what=f"edit #{entry.id} My words,\nmine alone?")).text
    assert "I come back" in (await ana.do("outreach", what=f"later {entry.id} in 2 weeks")).text
    assert "My words" in (await ana.do("outreach", what=f"undo {entry.id}")).text
    assert "90 days" in (await ana.do("outreach", what=f"drop {entry.id}")).text
    for wrong in ("dance", "send", "send x", "later"):
        with pytest.raises(CommandError, match="Write `outreach`"):
            await ana.do("outreach", what=wrong)
    assert "not in your queue" in (await ana.do("outreach", what="send 999")).text
    with pytest.raises(CommandError, match="at most 1,200"):
        await ana.do("outreach", what=f"edit {entry.id} {'x' * 1_201}")


async def test_a_form_shows_the_draft_as_it_is_and_asks_until_when(ana: Ana) -> None:
    listed = await ana.do("outreach")
    make = outreach_forms(ana.firm.meeting.people, ana.firm.store)["outreach-act"]
    visitor = Visitor(surface=DIRECT.surface, tenant=DIRECT.tenant, account="U1")
    stranger = Visitor(surface=PLACE.surface, tenant=PLACE.tenant, account="U9")
    forms: dict[str, Form | None] = {}
    for button in listed.buttons:
        assert button.invocation is not None
        forms[button.label] = await make(visitor, button.invocation)
        assert await make(stranger, button.invocation) is None
    edit, later = forms["Edit"], forms["Later"]
    assert edit is not None
    assert later is not None
    assert edit.fields[0].value.startswith("Hi Maria,")
    assert (later.fields[0].name, later.fields[0].value) == ("when", "in 1 week")
    assert forms["Send"] is None
    assert forms["Not this one"] is None


async def test_a_form_shows_a_guest_nobody_whom_the_team_keeps(ana: Ana, admin_url: str) -> None:
    """Somebody who was a member when the draft was made, and is a guest by now."""
    listed = await ana.do("outreach")
    make = outreach_forms(ana.firm.meeting.people, ana.firm.store)["outreach-act"]
    visitor = Visitor(surface=DIRECT.surface, tenant=DIRECT.tenant, account="U1")
    (edit,) = [button.invocation for button in listed.buttons if button.label == "Edit"]
    assert edit is not None
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("UPDATE contacts SET owner = NULL, shared_with = '*'")
        admin.execute("UPDATE accounts SET is_member = true")
        assert await make(visitor, edit) is not None
        admin.execute("UPDATE accounts SET is_member = false")
        assert await make(visitor, edit) is None


async def test_a_line_of_a_brief_leads_to_the_draft_and_sends_nothing(ana: Ana) -> None:
    (tie,) = (await ana.firm.store.waiting(ana.reader, datetime.now(UTC))).ties
    asked = ana.asked(Invocation(command="brief-act"))
    shown = await ana.reaching.of_line(asked, f"contact:{tie.contact_id}", Act.SEND)
    assert [button.label for button in shown.buttons] == ["Send", "Edit", "Later", "Not this one", "Why?"]
    (entry,) = await ana.firm.queue(ana.reader)
    assert "Hi Maria," in (await ana.reaching.of_line(asked, f"outreach:{entry.id}", Act.SEND)).text
    assert (await ana.state(), await ana.activities()) == (["ready"], [])
    assert "90 days" in (await ana.reaching.of_line(asked, f"outreach:{entry.id}", Act.DISMISS)).text
    assert "not in your queue" in (await ana.reaching.of_line(asked, "contact:999", Act.SEND)).text


async def test_nobody_acts_on_anothers_entry(ana: Ana) -> None:
    listed = await ana.do("outreach")
    other = Ana(ana.firm, await ana.firm.meets("U2", "Ben"))
    for label in ("Send", "Edit", "Later", "Not this one"):
        assert (await other.press(label, listed, **({"text": "x"} if label == "Edit" else {}))).text.startswith("That")
    assert await ana.state() == ["ready"]


async def test_what_a_contact_is_called_does_nothing_on_any_surface(desk: Desk) -> None:
    firm = firm_at(desk)
    reader = await firm.meets()
    name = "Eve <!channel> [x](https://evil.example/) ``` @everyone"
    await firm.contact(reader, name, *FORTNIGHTLY, email="e@x.example?bcc=all@firm.example&body=x")
    said = await Ana(firm, reader).press("Send", await Ana(firm, reader).do("outreach"))
    (link,) = said.links
    assert parse_qs(urlsplit(link).query).keys() == {"subject", "body"}
    shown = harmless(said.text, allowed_links=frozenset(said.links))
    outside = "".join(shown.split("```")[::2])
    assert "<!channel>" not in outside
    assert "https://evil.example/" not in outside
    assert "@everyone" not in outside
