"""What others get to see of it, and the questions before that."""

from __future__ import annotations

from core.registry import Choice, Command, Kind, Option

_CONSENT = (
    Choice("share", "Share"),
    Choice("keep", "Keep private"),
    Choice("forget", "Forget"),
    Choice("never", "Never ask about this kind"),
    Choice("back", "Take back"),
)

SHARING = (
    Command(
        name="share",
        summary="Share a note of yours with a channel or with everyone",
        options=(
            Option("note", "its number, or words that are in it alone", required=True, completes="note"),
            Option("with", "everyone, here (this channel), or a channel's link", required=True),
        ),
        example="share #12 with everyone",
        private=True,
        asks=True,
    ),
    Command(
        name="unshare",
        summary="Take back what you share, or show it",
        options=(Option("note", "its number, or words that are in it", completes="note"),),
        example="unshare #12",
        private=True,
    ),
    Command(
        name="wins",
        summary="Choose the channel where wins are told, after their people said yes",
        options=(
            Option(
                "where",
                "here, for this channel, or off",
                Kind.CHOICE,
                required=True,
                choices=(Choice("here", "Here, in this channel"), Choice("off", "Off: nowhere")),
            ),
        ),
        example="wins here",
        private=True,
        admin=True,
    ),
    Command(
        name="offer-consent",
        summary="Say that there is a question for somebody alone",
        options=(Option("id", "the question", required=True),),
        hidden=True,
    ),
    Command(
        name="ask-consent",
        summary="Ask somebody whether something may be shared",
        options=(Option("id", "the question", required=True),),
        private=True,
        hidden=True,
    ),
    Command(
        name="show-consent",
        summary="Show somebody what they are asked",
        options=(Option("id", "the question", required=True),),
        private=True,
        hidden=True,
    ),
    Command(
        name="consent",
        summary="Answer whether something is shared",
        options=(
            Option("id", "the question", required=True),
            Option("say", "the answer", Kind.CHOICE, required=True, choices=_CONSENT),
        ),
        private=True,
        hidden=True,
    ),
    Command(
        name="edit-consent",
        summary="Word what would be shared",
        options=(Option("id", "the question", required=True), Option("text", "what it shall say", long=True)),
        private=True,
        hidden=True,
    ),
    Command(
        name="consent-outcome",
        summary="Say whether something is shared now",
        options=(Option("id", "the question", required=True),),
        private=True,
        hidden=True,
    ),
    Command(
        name="ask-again",
        summary="Ask somebody again about all kinds of notes",
        private=True,
        hidden=True,
    ),
    Command(
        name="tell-win",
        summary="Tell of a win",
        options=(Option("id", "the question that was answered with yes", required=True),),
        hidden=True,
    ),
)
