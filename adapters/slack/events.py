"""What Slack says happened, as inbound events. Pure functions: no clock, no network."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.slack.api import Identity
from adapters.slack.payload import Envelope, MessageEvent, ReactionEvent, SlackFile, SlackMessage, StopEvent, moment
from adapters.slack.text import mentions, opens_with_other, readable
from core.conversation.mentions import mentioned
from core.conversation.models import Author, FileRef, InboundEvent, Kind, Place
from core.conversation.payload import MalformedEvent, parse


def inbound(payload: Mapping[str, object], me: Identity) -> InboundEvent | None:
    """The event in an ``event_callback`` payload, or None when it does not concern Robbie.

    Raises MalformedEvent.

    Args:
        payload: as it was delivered.
        me: who Robbie is in the workspace that it was delivered for (``Envelope.team``).
    """
    envelope = parse(Envelope, payload)
    if envelope.type != "event_callback":
        return None
    if not envelope.event_id:
        raise MalformedEvent("event_callback without event_id")
    match envelope.event.get("type"):
        case "message" | "app_mention":
            return _message(envelope, me)
        case "reaction_added" | "reaction_removed":
            return _reaction(envelope, me)
        case "agent_session_stopped":
            return _stop(envelope, me)
    return None


def removal(envelope: Envelope) -> str:
    """Why Robbie's token is worth nothing any more, when an event says so; empty for every other event.

    Both kinds come when an app is uninstalled, in any order. People's own tokens are of no concern.
    """
    kind = str(envelope.event.get("type"))
    tokens = envelope.event.get("tokens")
    of_bot = bool(tokens.get("bot")) if isinstance(tokens, dict) else False
    return kind if kind == "app_uninstalled" or (kind == "tokens_revoked" and of_bot) else ""


def said(message: SlackMessage, channel: str, me: Identity, *, direct: bool) -> InboundEvent | None:
    """A message of a channel's history as the event that it would have been; None if it is not for Robbie."""
    if not message.is_speech or me.made(message.account, message.bot_id or ""):
        return None
    raw = message.text or ""
    return InboundEvent(
        kind=Kind.MESSAGE,
        identities=(f"message:{channel}:{message.ts}",),
        place=_place(me.team, channel, message, direct=direct),
        author=Author(account=message.account, name=message.username or "", is_bot=message.is_bot),
        message_id=message.ts,
        occurred_at=moment(message.ts),
        text=_text(message, me),
        addressed=direct or mentions(raw, me.user),
        speaks_to_other=opens_with_other(raw, me.user),
        files=tuple(map(file_of, _files(message))),
        mentions=mentioned(raw),
    )


def _message(envelope: Envelope, me: Identity) -> InboundEvent | None:
    event = parse(MessageEvent, envelope.event)
    direct = event.channel_type == "im" or event.channel.startswith("D")
    if event.subtype == "message_changed":
        found = _changed(event, me, direct=direct)
    elif event.subtype == "message_deleted":
        found = _deleted(event, event.previous_message, me, direct=direct)
    elif event.app_id and event.app_id == envelope.api_app_id:
        return None
    else:
        found = said(event, event.channel, me, direct=direct)
    if found is None:
        return None
    to_us = envelope.event["type"] == "app_mention"
    return found.model_copy(
        update={
            "identities": (f"event:{envelope.event_id}", *found.identities),
            "addressed": found.addressed or to_us,
            "external": envelope.is_ext_shared_channel,
            "public": event.channel_type == "channel" and not envelope.is_ext_shared_channel,
        }
    )


def _changed(event: MessageEvent, me: Identity, *, direct: bool) -> InboundEvent | None:
    """An edit; None for what only looks like one (an unfurled link, a reply count)."""
    new, old = event.message, event.previous_message
    if new is None:
        raise MalformedEvent("message_changed without message")
    if new.subtype == "tombstone":  # a deleted message that replies hang on
        return _deleted(event, old or new, me, direct=direct)
    if new.edited is None or (old is not None and (old.text or "") == (new.text or "")):
        return None
    found = said(new, event.channel, me, direct=direct)
    if found is None:
        return None
    return found.model_copy(
        update={
            "kind": Kind.EDIT,
            "identities": (f"edit:{event.channel}:{new.ts}:{new.edited.ts}",),
            "occurred_at": moment(new.edited.ts),
        }
    )


def _deleted(event: MessageEvent, old: SlackMessage | None, me: Identity, *, direct: bool) -> InboundEvent | None:
    deleted = event.deleted_ts or (old.ts if old else "")
    if not deleted:
        raise MalformedEvent("message_deleted without deleted_ts")
    old = old or SlackMessage(ts=deleted)
    if me.made(old.account, old.bot_id or ""):
        return None
    return InboundEvent(
        kind=Kind.DELETE,
        identities=(f"delete:{event.channel}:{deleted}",),
        place=_place(me.team, event.channel, old, direct=direct),
        author=Author(account=old.account, is_bot=old.is_bot),
        message_id=deleted,
        occurred_at=moment(event.event_ts or event.ts),
    )


def _reaction(envelope: Envelope, me: Identity) -> InboundEvent | None:
    event = parse(ReactionEvent, envelope.event)
    if event.item.type != "message" or event.user == me.user:
        return None
    if not event.item.channel or not event.item.ts:
        raise MalformedEvent("reaction without its message")
    channel = event.item.channel
    return InboundEvent(
        kind=Kind.REACTION,
        identities=(f"event:{envelope.event_id}",),
        # Slack does not say which thread the message is in; who knows the message id knows.
        place=Place(surface="slack", tenant=me.team, channel=channel, direct=channel.startswith("D")),
        author=Author(account=event.user),
        message_id=event.item.ts,
        occurred_at=moment(event.event_ts),
        reaction=event.reaction,
        removed=event.type == "reaction_removed",
    )


def _stop(envelope: Envelope, me: Identity) -> InboundEvent:
    event = parse(StopEvent, envelope.event)
    return InboundEvent(
        kind=Kind.STOP,
        identities=(f"event:{envelope.event_id}",),
        place=Place(
            surface="slack",
            tenant=me.team,
            channel=event.channel,
            thread=event.thread_ts or "",
            direct=event.channel.startswith("D"),
        ),
        author=Author(account=event.user),
        message_id=(*event.streaming_message_ts, event.thread_ts or event.event_ts)[0],
        occurred_at=moment(event.event_ts),
    )


def _place(team: str, channel: str, message: SlackMessage, *, direct: bool) -> Place:
    thread = message.thread_ts or message.ts
    if direct and thread == message.ts:  # also once replies hang on it, it was said in the flat conversation
        thread = ""
    return Place(surface="slack", tenant=team, channel=channel, thread=thread, direct=direct)


def _text(message: SlackMessage, me: Identity) -> str:
    """What was said, with messages that were forwarded along."""
    shared = [readable(attachment.text or "") for attachment in message.attachments or () if attachment.is_share]
    quotes = ["> " + text.replace("\n", "\n> ") for text in shared]
    return "\n\n".join(filter(None, [readable(message.text or "", me.user), *quotes]))


def _files(message: SlackMessage) -> list[SlackFile]:
    """The files of a message, with those of messages that were forwarded along."""
    shared = [
        file for attachment in message.attachments or () if attachment.is_share for file in attachment.files or ()
    ]
    return [*(message.files or ()), *shared]


def file_of(file: SlackFile) -> FileRef:
    """A file as a reference, to be fetched when a turn reads it."""
    return FileRef(
        id=file.id,
        name=file.name or file.id,
        media_type=file.mimetype or "application/octet-stream",
        size=file.size or 0,
        url=file.url_private_download or file.url_private or "",
    )
