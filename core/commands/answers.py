"""What is done with an answer, and what Robbie asked back."""

from __future__ import annotations

from core.registry import Choice, Command, Kind, Lane, Option

# none: the vote is taken back.
_VOTE = Option(
    "vote",
    "whether it helped",
    Kind.CHOICE,
    choices=(Choice("up", "It helped"), Choice("down", "It did not help"), Choice("none", "No vote")),
    hidden=True,
)

ANSWERS = (
    Command(
        name="continue",
        summary="Go on with the last answer where it ended",
        example="continue",
    ),
    Command(
        name="regenerate",
        summary="Answer the last question again, in place",
        example="regenerate",
        lane=Lane.CONTROL,
        said="I am answering that again.",
    ),
    Command(
        name="why",
        summary="Show who gave the last answer, with which model, and what it drew on",
        example="why",
        phrases=(
            r"(?:robbie,? )?(?:why do you think (?:so|that)|how do you know(?: that| this)?"
            r"|where (?:do you have|did you get|did you hear) (?:that|this)(?: from)?) *\?*",
            r"(?:robbie,? )?(?:woher (?:wei(?:ß|ss)t|hast) du das|wie kommst du darauf|warum glaubst du das) *\?*",
        ),
    ),
    Command(
        name="stop",
        summary="Stop the answer that is being written",
        example="stop",
        lane=Lane.CONTROL,
        said="Stopping.",
    ),
    Command(
        name="vote",
        summary="Say what you think of an answer",
        options=(_VOTE, Option("reason", "what you liked, or what was missing", long=True)),
        lane=Lane.CONTROL,
        hidden=True,
    ),
    Command(
        name="reason",
        summary="Say what was missing in an answer",
        options=(Option("reason", "what was missing or wrong", required=True, long=True), _VOTE),
        lane=Lane.CONTROL,
        hidden=True,
        asks=True,
        title="What was missing?",
    ),
    Command(
        name="yes",
        summary="Do what Robbie asked back about",
        options=(Option("of", "the message that is meant", required=True), Option("at", "when that was")),
        hidden=True,
    ),
    Command(
        name="no",
        summary="Leave what Robbie asked back about",
        options=(Option("of", "the message that is meant", required=True),),
        hidden=True,
    ),
)
