"""Where a message stands, as an address that its platform opens."""

from __future__ import annotations

import re
from urllib.parse import urlencode

_WANDERING = "dm-"  # a tenant of Discord that is no server: direct messages
_TIMESTAMP = re.compile(r"\d{1,12}\.\d{1,9}")
_SNOWFLAKE = re.compile(r"\d{1,20}")


def source_link(surface: str, tenant: str, channel: str, message_id: str, thread: str = "") -> str:
    """The address of a message; empty where there is none: on the web page, in the terminal, for a typed command.

    Slack's own permalinks begin with the workspace's name, which events do not say. The redirect takes its id instead,
    and needs no call. Discord's threads are channels of their own; the message that one hangs on is not in it.

    Args:
        surface: as in ``Place``, like the other names of the place.
        tenant: the workspace or server.
        channel: the channel, above its threads.
        message_id: the platform's id.
        thread: the message that the thread hangs on; empty for none.
    """
    if surface == "slack" and _TIMESTAMP.fullmatch(message_id):
        query = urlencode({"team": tenant, "channel": channel, "message_ts": message_id})
        return f"https://slack.com/app_redirect?{query}"
    if surface == "discord" and _SNOWFLAKE.fullmatch(message_id):
        server = "@me" if tenant.startswith(_WANDERING) else tenant
        within = thread if _SNOWFLAKE.fullmatch(thread) and thread != message_id else channel
        return f"https://discord.com/channels/{server}/{within}/{message_id}"
    return ""
