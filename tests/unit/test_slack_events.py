from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.api import Identity
from adapters.slack.events import inbound, removal
from adapters.slack.payload import Envelope, moment
from adapters.slack.text import escape, readable
from core.conversation.models import InboundEvent, Kind
from core.conversation.payload import MalformedEvent, parse

ME = Identity(team="T1", user="UROBBIE", bot="BROBBIE")


def callback(event: dict[str, object], event_id: str = "Ev1") -> dict[str, object]:
    return {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": event_id, "event": event}


def message(**fields: object) -> dict[str, object]:
    base = {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "text": "hello"}
    return {**base, "ts": "1700000000.000100", "event_ts": "1700000000.000100", **fields}


def understood(event: dict[str, object], event_id: str = "Ev1") -> InboundEvent:
    found = inbound(callback(event, event_id), ME)
    assert found is not None
    return found


def test_channel_message_hangs_its_thread_on_itself() -> None:
    event = understood(message())
    assert event.kind is Kind.MESSAGE
    assert (event.place.tenant, event.place.channel, event.place.thread) == ("T1", "C1", "1700000000.000100")
    assert not event.addressed
    assert event.occurred_at == datetime(2023, 11, 14, 22, 13, 20, 100, tzinfo=UTC)
    assert event.identities == ("event:Ev1", "message:C1:1700000000.000100")


@pytest.mark.parametrize(
    ("payload", "team"),
    [
        ({"team_id": "T1"}, "T1"),
        ({"team_id": "T9", "authorizations": [{"team_id": "T1", "enterprise_id": None}]}, "T1"),
        ({"team_id": "T1", "authorizations": []}, "T1"),
        ({"team_id": "T1", "authorizations": [{"team_id": None, "enterprise_id": "E1"}]}, "T1"),
        ({"team_id": "T1", "authorizations": None}, "T1"),
    ],
)
def test_the_workspace_that_is_told_counts_and_not_the_one_that_somebody_else_is_in(
    payload: dict[str, object], team: str
) -> None:
    """In a channel that two workspaces share, ``team_id`` may name the other one."""
    assert parse(Envelope, {"type": "event_callback", **payload}).team == team


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"type": "app_uninstalled"}, "app_uninstalled"),
        ({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UROBBIE"]}}, "tokens_revoked"),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}, ""),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}, ""),
        ({"type": "tokens_revoked", "tokens": None}, ""),
        ({"type": "tokens_revoked"}, ""),
        ({"type": "message"}, ""),
        ({}, ""),
    ],
)
def test_only_robbies_own_token_is_of_concern(event: dict[str, object], why: str) -> None:
    assert removal(parse(Envelope, callback(event))) == why


def test_direct_message_is_flat_and_addressed() -> None:
    event = understood(message(channel="D1", channel_type="im"))
    assert event.place.direct
    assert event.place.thread == ""
    assert event.addressed


def test_reply_in_a_direct_message_is_in_its_thread() -> None:
    event = understood(message(channel="D1", channel_type="im", thread_ts="1699999999.000000"))
    assert event.place.thread == "1699999999.000000"


def test_direct_message_that_got_replies_is_still_in_the_flat_conversation() -> None:
    event = understood(message(channel="D1", channel_type="im", thread_ts="1700000000.000100"))
    assert event.place.thread == ""


def test_group_message_is_not_direct_and_not_addressed() -> None:
    event = understood(message(channel="G1", channel_type="mpim"))
    assert not event.place.direct
    assert not event.addressed


def test_message_and_mention_share_an_identity() -> None:
    text = "<@UROBBIE> what is new?"
    first = understood(message(text=text), "Ev1")
    second = understood(message(type="app_mention", text=text, channel_type=None), "Ev2")
    assert set(first.identities) & set(second.identities) == {"message:C1:1700000000.000100"}
    assert first.addressed
    assert second.addressed
    assert first.place == second.place
    assert first.text == second.text == "what is new?"


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_what_people_say_is_a_message(subtype: str) -> None:
    assert understood(message(subtype=subtype, thread_ts="1699.1")).place.thread == "1699.1"


@pytest.mark.parametrize("subtype", ["channel_join", "channel_topic", "message_replied", "reminder_add"])
def test_what_slack_notes_about_a_channel_is_not_for_robbie(subtype: str) -> None:
    assert inbound(callback(message(subtype=subtype)), ME) is None


@pytest.mark.parametrize(
    "own",
    [{"user": "UROBBIE"}, {"bot_id": "BROBBIE", "user": None}, {"bot_id": "B9", "app_id": "A1"}],
)
def test_own_messages_are_not_events(own: dict[str, object]) -> None:
    assert inbound(callback(message(**own)), ME) is None


def test_other_bots_are_marked() -> None:
    event = understood(message(subtype="bot_message", bot_id="B2", user=None, username="Builds"))
    assert event.author.is_bot
    assert (event.author.account, event.author.name) == ("B2", "Builds")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<@U2> can you look?", True),
        ("  <@U2|ben> can you look?", True),
        ("<!subteam^S1> look", True),
        ("<@UROBBIE> and <@U2>, look", False),
        ("ask <@U2>", False),
    ],
)
def test_text_that_opens_with_somebody_else_speaks_to_them(text: str, expected: bool) -> None:
    assert understood(message(text=text)).speaks_to_other is expected


@pytest.mark.parametrize(
    ("slack", "markdown"),
    [
        ("<@UROBBIE> hi", "hi"),
        ("<@UROBBIE>: hi", "hi"),
        ("hey <@UROBBIE>, what now?", "hey, what now?"),
        ("hey <@UROBBIE|robbie>", "hey"),
        ("tell <@U2> &lt;b&gt; &amp;lt; &quot;", "tell <@U2> <b> &lt; &quot;"),
        ("see <https://x.org/a?b=1&amp;c=2|the page>", "see [the page](https://x.org/a?b=1&c=2)"),
        ("<https://x.org>", "https://x.org"),
        ("<http://x.org|x.org>", "http://x.org"),
        ("<https://x.org|a [b] c>", "a [b] c (https://x.org)"),
        ("<mailto:a@x.org|a@x.org>", "a@x.org"),
        ("<#C2|general> and <#C3>", "#general and <#C3>"),
        ("<!here> <!subteam^S1|@crew> <!subteam^S2>", "@here @crew @S2"),
        ("at <!date^1700000000^{date} at {time}|noon>", "at noon"),
        ("if a &lt; b and c &gt; d", "if a < b and c > d"),
        ("a < b <> c <not a token", "a < b <> c <not a token"),
    ],
)
def test_slack_text_becomes_markdown(slack: str, markdown: str) -> None:
    assert readable(slack, "UROBBIE") == markdown


@given(st.text())
def test_escaped_text_reads_as_it_was(text: str) -> None:
    assert readable(escape(text)) == text


def test_files_come_along() -> None:
    file = {"id": "F1", "name": "a.pdf", "mimetype": "application/pdf", "size": 9, "url_private": "https://f/1"}
    found = understood(message(subtype="file_share", files=[file, {"id": "F2"}])).files
    assert (found[0].name, found[0].media_type, found[0].size, found[0].url) == (
        "a.pdf", "application/pdf", 9, "https://f/1",
    )  # fmt: skip
    assert found[1].name == "F2"


def test_forwarded_message_is_quoted() -> None:
    event = understood(message(text="look", attachments=[{"is_share": True, "text": "one\ntwo"}, {"text": None}]))
    assert event.text == "look\n\n> one\n> two"


def changed(new: Mapping[str, object], old: Mapping[str, object] | None) -> dict[str, object]:
    return message(subtype="message_changed", ts="1700000009.0", message=new, previous_message=old)


def test_edit_has_an_identity_of_its_own_and_the_place_of_its_message() -> None:
    old = {"user": "U1", "text": "hello", "ts": "1700000000.000100", "thread_ts": "1699.5"}
    event = understood(changed({**old, "text": "bye", "edited": {"user": "U1", "ts": "1700000008.000000"}}, old))
    assert event.kind is Kind.EDIT
    assert event.identities == ("event:Ev1", "edit:C1:1700000000.000100:1700000008.000000")
    assert (event.text, event.message_id, event.place.thread) == ("bye", "1700000000.000100", "1699.5")


@pytest.mark.parametrize(
    "new",
    [
        {"text": "hello", "edited": {"ts": "1700000008.0"}},  # an unfurled link
        {"text": "other"},  # changed, but not by a person
        {"text": "other", "edited": {"ts": "1700000008.0"}, "user": "UROBBIE"},
    ],
)
def test_what_only_looks_like_an_edit_is_not_one(new: dict[str, object]) -> None:
    old = {"user": "U1", "text": "hello", "ts": "1700000000.000100"}
    assert inbound(callback(changed({**old, **new}, old)), ME) is None


def test_deleted_message() -> None:
    old = {"user": "U1", "text": "hello", "ts": "1700000000.000100", "thread_ts": "1699.5"}
    event = understood(
        message(subtype="message_deleted", deleted_ts="1700000000.000100", previous_message=old, user=None)
    )
    assert event.kind is Kind.DELETE
    assert event.identities == ("event:Ev1", "delete:C1:1700000000.000100")
    assert (event.place.thread, event.author.account) == ("1699.5", "U1")


def test_deleted_message_with_replies_is_deleted_too() -> None:
    old = {"user": "U1", "text": "hello", "ts": "1700000000.000100"}
    event = understood(changed({**old, "subtype": "tombstone", "user": "USLACKBOT"}, old))
    assert (event.kind, event.message_id) == (Kind.DELETE, "1700000000.000100")


def test_own_deleted_message_is_not_an_event() -> None:
    old = {"user": "UROBBIE", "bot_id": "BROBBIE", "text": "hello", "ts": "1700000000.000100"}
    assert inbound(callback(message(subtype="message_deleted", deleted_ts=old["ts"], previous_message=old)), ME) is None


def reaction(**fields: object) -> dict[str, object]:
    item = {"type": "message", "channel": "C1", "ts": "1700000000.000100"}
    base = {"type": "reaction_added", "user": "U1", "reaction": "+1", "item": item, "event_ts": "1700000001.000000"}
    return {**base, **fields}


def test_reaction_is_about_its_message() -> None:
    event = understood(reaction())
    assert (event.kind, event.reaction, event.removed) == (Kind.REACTION, "+1", False)
    assert (event.place.channel, event.place.thread, event.message_id) == ("C1", "", "1700000000.000100")
    assert event.identities == ("event:Ev1",)
    assert understood(reaction(type="reaction_removed")).removed


def test_reactions_that_are_not_on_messages_or_robbies_own_are_not_events() -> None:
    assert inbound(callback(reaction(item={"type": "file", "file": "F1"})), ME) is None
    assert inbound(callback(reaction(user="UROBBIE")), ME) is None


def test_stop_is_about_its_thread() -> None:
    stop: dict[str, object] = {
        "type": "agent_session_stopped", "channel": "D1", "user": "U1", "thread_ts": "1699.5",
        "event_ts": "1700000001.000000", "streaming_message_ts": [],
    }  # fmt: skip
    event = understood(stop)
    assert (event.kind, event.place.thread, event.place.direct) == (Kind.STOP, "1699.5", True)


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "event_callback", "event": message()},
        {},
        callback({"type": "message", "text": "no channel", "ts": "1.0"}),
        callback(message(ts="yesterday")),
        callback(message(text={"secret": "words"})),
        callback(message(subtype="message_changed")),
        callback(reaction(item={"type": "message"})),
    ],
)
def test_malformed_payload_is_said_to_be_so_without_its_content(payload: dict[str, object]) -> None:
    with pytest.raises(MalformedEvent) as caught:
        inbound(payload, ME)
    assert "words" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("kind", ["app_home_opened", "member_joined_channel", "something_of_next_year"])
def test_events_that_robbie_does_not_know_are_passed_over(kind: str) -> None:
    assert inbound(callback({"type": kind, "user": "U1"}), ME) is None


def test_nul_and_lone_surrogates_do_no_harm() -> None:
    payload = json.loads(json.dumps(callback(message(text="a\x00b\ud800c \u202eRTL\u200b"))))
    event = inbound(payload, ME)
    assert event is not None
    assert event.text.encode()
    assert "\x00" not in event.text
    assert "\u202eRTL\u200b" in event.text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.dictionaries(
            st.sampled_from(
                ["type", "event", "event_id", "channel", "ts", "text", "user", "item", "message", "subtype"]
            ),
            inner | st.sampled_from(["event_callback", "message", "reaction_added", "message_changed", "1700.1"]),
        ),
    ).filter(lambda value: isinstance(value, dict))
)
def test_no_payload_makes_anything_but_an_event_nothing_or_a_clear_error(payload: dict[str, object]) -> None:
    with contextlib.suppress(MalformedEvent):
        inbound(payload, ME)


@given(st.integers(0, 4_000_000_000), st.integers(0, 999_999))
def test_timestamps_keep_every_microsecond(seconds: int, micros: int) -> None:
    expected = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=micros)
    assert moment(f"{seconds}.{micros:06d}") == expected


def test_the_files_of_a_forwarded_message_come_along() -> None:
    shared = {"is_share": True, "text": "look", "files": [{"id": "F9", "name": "far.pdf"}]}
    event = understood(message(files=[{"id": "F1"}], attachments=[shared, {"files": [{"id": "F0"}]}]))
    assert [file.id for file in event.files] == ["F1", "F9"]


def test_whom_a_message_speaks_to_is_told_and_neither_who_gets_a_copy_nor_who_is_quoted() -> None:
    text = "<@U7> and <@U8|ben>: can you look? cc <@U9>, <@U10>\n&gt; <@U11> said\n`<@U12>`"
    assert understood(message(text=text)).mentions == ("U7", "U8")


@pytest.mark.parametrize(
    ("kind", "shared", "public"), [("channel", False, True), ("group", False, False), ("channel", True, False)]
)
def test_a_channel_is_public_where_every_member_reads_and_no_other_company(
    kind: str, shared: bool, public: bool
) -> None:
    found = inbound({**callback(message(channel_type=kind)), "is_ext_shared_channel": shared}, ME)
    assert found is not None
    assert found.public == public
