from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.discord.events import Heard, Identity, asked, inbound
from adapters.discord.interaction import Interaction
from adapters.discord.payload import ChannelObject, moment, snowflake
from adapters.discord.text import readable
from core.conversation.models import InboundEvent, Kind
from core.conversation.payload import MalformedEvent, parse

ME = Identity(user="900", application="901", roles=frozenset({"950"}))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ID = snowflake(NOW)
TEXT = ChannelObject(id="10", type=0, guild_id="1")
THREAD = ChannelObject(id="77", type=11, guild_id="1", parent_id="10")
DIRECT = ChannelObject(id="20", type=1)
ANA = {"id": "501", "username": "ana", "global_name": "Ana"}
ROBBIE = {"id": "900", "username": "robbie", "bot": True}


def message(**fields: object) -> dict[str, object]:
    base = {"id": ID, "channel_id": "10", "guild_id": "1", "type": 0, "content": "hello", "author": ANA}
    return {**base, "mentions": [], "mention_roles": [], "attachments": [], "edited_timestamp": None, **fields}


def heard(
    data: Mapping[str, object],
    name: str = "MESSAGE_CREATE",
    channel: ChannelObject = TEXT,
    delivery: str = "s:1",
) -> list[InboundEvent]:
    return list(inbound(Heard(name, data, delivery, NOW), ME, channel))


def understood(data: Mapping[str, object], name: str = "MESSAGE_CREATE", channel: ChannelObject = TEXT) -> InboundEvent:
    (event,) = heard(data, name, channel)
    return event


def reply_to(replied: dict[str, object], **fields: object) -> dict[str, object]:
    reference = {"type": 0, "message_id": replied["id"], "channel_id": "10"}
    return message(type=19, message_reference=reference, referenced_message=replied, **fields)


def test_channel_message_hangs_its_thread_on_itself() -> None:
    event = understood(message())
    place = event.place
    assert (place.surface, place.tenant, place.channel, place.thread) == ("discord", "1", "10", ID)
    assert (event.addressed, place.direct) == (False, False)
    assert event.identities == (f"message:10:{ID}",)
    assert event.occurred_at == NOW


def test_a_thread_made_from_a_message_is_the_place_that_the_message_began() -> None:
    root = message(content="<@900> hi", mentions=[ROBBIE])
    inside = ChannelObject(id=ID, type=11, guild_id="1", parent_id="10")
    assert understood(root).place == understood(message(id="4", channel_id=ID), channel=inside).place


def test_direct_messages_of_one_application_are_one_tenant_and_addressed() -> None:
    event = understood(message(channel_id="20", guild_id=None), channel=DIRECT)
    assert (event.place.tenant, event.place.channel, event.place.thread) == ("dm-901", "20", "")
    assert event.place.direct
    assert event.addressed


@pytest.mark.parametrize("mention", ["<@900>", "<@!900>", "<@&950>"])
def test_a_mention_of_the_account_or_of_its_role_addresses_robbie(mention: str) -> None:
    roles = ["950"] if "&" in mention else []
    users = [] if roles else [ROBBIE]
    event = understood(message(content=f"{mention}, what is new?", mentions=users, mention_roles=roles))
    assert event.addressed
    assert not event.speaks_to_other
    assert event.text == "what is new?"


def test_a_mention_of_everyone_addresses_nobody() -> None:
    assert not understood(message(content="@everyone hi", mention_everyone=True)).addressed


def test_opening_with_somebody_else_speaks_to_them() -> None:
    event = understood(message(content="<@501> and <@900>?", mentions=[ANA, ROBBIE]))
    assert event.speaks_to_other
    assert event.addressed
    assert event.text == "@Ana and?"


def test_a_reply_to_robbies_answer_goes_on_where_that_conversation_began() -> None:
    answer = message(id="60", author=ROBBIE, message_reference={"message_id": "50"}, type=19)
    event = understood(reply_to(answer))
    assert event.addressed
    assert event.place.thread == "50"
    assert event.text == "hello"


def test_a_reply_to_robbies_answer_to_a_command_begins_at_that_answer() -> None:
    event = understood(reply_to(message(id="60", author=ROBBIE, type=20)))
    assert event.addressed
    assert event.place.thread == "60"


def test_a_reply_to_somebody_else_speaks_to_them_and_quotes_them() -> None:
    event = understood(reply_to(message(id="60", content="the printer\nis broken"), content="again?"), channel=THREAD)
    assert event.speaks_to_other
    assert not event.addressed
    assert event.text == "> Ana: the printer\n> is broken\n\nagain?"


def test_what_was_forwarded_is_quoted() -> None:
    forward = message(
        content="", message_reference={"type": 1, "message_id": "3"},
        message_snapshots=[{"message": {"content": "fwd"}}],
    )  # fmt: skip
    assert understood(forward).text == "> fwd"


def test_the_name_in_the_guild_comes_first() -> None:
    assert understood(message(member={"nick": "Ana from HR"})).author.name == "Ana from HR"
    assert understood(message()).author.name == "Ana"
    assert understood(message(author={"id": "5", "username": "ben"})).author.name == "ben"


def test_own_messages_and_what_discord_notes_are_nobodys_events() -> None:
    assert heard(message(author=ROBBIE)) == []
    assert heard(message(type=7)) == []
    assert heard(message(type=18)) == []


@pytest.mark.parametrize("change", [{"author": {"id": "7", "bot": True}}, {"webhook_id": "7"}])
def test_apps_and_webhooks_are_bots(change: dict[str, object]) -> None:
    assert understood(message(**change)).author.is_bot


def test_files_come_along() -> None:
    attachment = {"id": "8", "filename": "a.pdf", "content_type": "application/pdf", "size": 3, "url": "https://cdn/a"}
    (file,) = understood(message(attachments=[attachment])).files
    assert (file.id, file.name, file.media_type, file.size, file.url) == (
        "8", "a.pdf", "application/pdf", 3, "https://cdn/a",
    )  # fmt: skip


def test_an_edit_is_of_its_message() -> None:
    edited = message(content="better", edited_timestamp="2026-11-24T12:05:00.250000+00:00")
    event = understood(edited, "MESSAGE_UPDATE")
    assert (event.kind, event.message_id, event.text) == (Kind.EDIT, ID, "better")
    assert event.occurred_at == datetime(2026, 11, 24, 12, 5, 0, 250000, tzinfo=UTC)
    assert event.place == understood(message()).place


def test_a_links_preview_is_no_edit() -> None:
    assert heard(message(), "MESSAGE_UPDATE") == []


def test_each_message_of_a_purge_is_deleted() -> None:
    (one,) = heard({"id": "5", "channel_id": "10", "guild_id": "1"}, "MESSAGE_DELETE")
    assert (one.kind, one.message_id, one.place.thread, one.occurred_at) == (Kind.DELETE, "5", "5", NOW)
    many = heard({"ids": ["5", "6"], "channel_id": "77", "guild_id": "1"}, "MESSAGE_DELETE_BULK", THREAD)
    assert [(event.message_id, event.place.thread) for event in many] == [("5", "77"), ("6", "77")]


def test_a_reaction_names_its_message_and_stands_in_the_channel_above() -> None:
    data = {"user_id": "501", "message_id": "5", "channel_id": "77", "guild_id": "1", "emoji": {"name": "👍"}}
    added = understood(data, "MESSAGE_REACTION_ADD", THREAD)
    removed = understood(data, "MESSAGE_REACTION_REMOVE", THREAD)
    assert (added.kind, added.reaction, added.message_id, added.place.channel) == (Kind.REACTION, "👍", "5", "10")
    assert (added.removed, removed.removed) == (False, True)
    assert heard({**data, "user_id": "900"}, "MESSAGE_REACTION_ADD", THREAD) == []


def test_a_reaction_that_is_given_twice_is_two_events_and_delivered_twice_one() -> None:
    data = {"user_id": "501", "message_id": "5", "channel_id": "10", "guild_id": "1", "emoji": {"name": "👍"}}
    first, again, later = (heard(data, "MESSAGE_REACTION_ADD", delivery=d)[0] for d in ("s:1", "s:1", "s:2"))
    assert first.identities == again.identities
    assert first.identities != later.identities


def test_a_command_in_a_channel_begins_a_conversation_of_its_own() -> None:
    data = {
        "id": ID, "application_id": "901", "type": 2, "token": "t", "channel_id": "10", "guild_id": "1",
        "data": {"name": "ask", "options": [{"name": "text", "value": "why?"}]},
        "member": {"nick": "A.", "user": ANA},
    }  # fmt: skip
    interaction = parse(Interaction, data)
    event = asked(interaction, ME, TEXT)
    assert (event.place.channel, event.place.thread) == ("10", f"ask-{ID}")
    assert (event.author.account, event.author.name, event.addressed) == ("501", "A.", True)
    assert asked(interaction, ME, THREAD).place.thread == "77"
    assert asked(interaction, ME, DIRECT).place.direct


def test_discords_own_spellings_become_words() -> None:
    assert readable("<:party:12> </ask:3> <t:1700000000:R> <#9>", {}) == ":party: /ask 2023-11-14 22:13 UTC <#9>"
    assert readable("<@501> <@502>", {"501": "Ana"}) == "@Ana <@502>"


@pytest.mark.parametrize("at", [NOW, datetime(2015, 1, 1, tzinfo=UTC)])
def test_an_id_tells_its_moment(at: datetime) -> None:
    assert moment(snowflake(at)) == at


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first text is drawn from a table that is made first
@given(
    st.dictionaries(
        st.sampled_from(sorted(message())),
        st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.dictionaries(st.text(), st.text()),
    ),
    st.sampled_from(["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_REACTION_ADD"]),
)
def test_whatever_comes_is_an_event_nothing_or_malformed(fields: dict[str, object], name: str) -> None:
    with contextlib.suppress(MalformedEvent):
        heard(message(**fields), name)


MENTOR = {"webhook_id": "8", "application_id": "901", "author": {"id": "8", "username": "Steve Jobs (AI)", "bot": True}}


def test_what_a_mentor_said_through_a_webhook_is_robbies_own_and_no_event() -> None:
    """CASE 23."""
    assert heard(message(**MENTOR)) == []
    assert heard(message(**MENTOR, edited_timestamp=NOW.isoformat()), "MESSAGE_UPDATE") == []


def test_a_reply_to_what_a_mentor_said_is_meant_for_robbie() -> None:
    said = message(id="5", **MENTOR)
    event = understood(reply_to(said, content="why?"))
    assert event.addressed
    assert not event.speaks_to_other
    assert event.text == "why?", "what was said is in the conversation already"


def test_another_applications_webhook_is_a_bot() -> None:
    """CASE 23."""
    assert understood(message(**{**MENTOR, "application_id": "77"})).author.is_bot
    assert understood(message(**{**MENTOR, "application_id": None})).author.is_bot


FORUM = ChannelObject(id=ID, type=11, guild_id="1", parent_id="30")


def test_in_a_forum_that_is_named_each_new_post_is_for_robbie_and_what_follows_is_as_in_any_thread() -> None:
    me = ME.among(frozenset(), frozenset({"30"}))

    def addressed(data: Mapping[str, object], channel: ChannelObject = FORUM) -> bool:
        (event,) = inbound(Heard("MESSAGE_CREATE", data, "s:1", NOW), me, channel)
        return event.addressed

    assert addressed(message(channel_id=ID))
    assert not addressed(message(id="5", channel_id=ID))
    assert not addressed(message(), TEXT)
    assert not addressed(message(channel_id=ID), ChannelObject(id=ID, type=11, guild_id="1", parent_id="31"))


def test_the_files_of_a_message_that_is_answered_or_forwarded_come_along_and_our_own_do_not() -> None:
    own, theirs, far = ({"id": number, "filename": f"{number}.txt", "url": f"https://x/{number}"} for number in "123")
    replied = message(id="5", author=ANA, attachments=[theirs])
    files = understood(reply_to(replied, attachments=[own])).files
    assert [(file.id, file.url) for file in files] == [("1", "https://x/1"), ("2", "https://x/2")]
    assert understood(reply_to(replied | {"author": ROBBIE})).files == ()
    forward = message(
        message_reference={"type": 1, "message_id": "5", "channel_id": "11"},
        message_snapshots=[{"message": {"content": "fwd", "attachments": [far]}}],
    )
    assert [file.id for file in understood(forward).files] == ["3"]


BEN = {"id": "502", "username": "ben", "global_name": "Ben"}


def test_a_reply_speaks_to_whose_message_it_answers_unless_they_are_not_pinged() -> None:
    said = message(content="<@502> can you look? cc <@503>", mentions=[BEN])
    assert understood(said).mentions == ("502",)
    theirs = {"id": "5", "content": "the plan", "author": BEN}
    reply = understood(reply_to(theirs, content="is it ready?", mentions=[BEN]))
    assert (reply.mentions, reply.replies_to) == (("502",), "5")
    assert understood(reply_to(theirs, content="is it ready?", mentions=[])).mentions == ()


@pytest.mark.parametrize("public", [True, False])
def test_a_message_is_public_where_the_channel_is_known_to_be(public: bool) -> None:
    assert understood(message(), channel=TEXT.model_copy(update={"public": public})).public == public
