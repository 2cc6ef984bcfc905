"""What a person sees in the Slack double."""

from __future__ import annotations

from adapters.doubles.slack import Message, SlackDouble


def shown(message: Message) -> str:
    """A message as a person sees it: its blocks, or its text where it has none."""
    blocks = [str(block.get("text", "")) for block in message.blocks if block.get("type") == "markdown"]
    return "".join(blocks) or message.text


def shown_in(slack: SlackDouble, channel: str, thread: str | None = None) -> list[str]:
    """What Robbie shows in a channel or thread right now."""
    return [shown(message) for message in slack.bot_messages(channel, thread)]
