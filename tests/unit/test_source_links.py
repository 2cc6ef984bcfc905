"""A message's address: made of what is known of it, without asking its platform."""

from __future__ import annotations

import pytest

from core.conversation.composing import compose
from core.conversation.links import source_link
from core.rendering.links import canonical


@pytest.mark.parametrize(
    ("place", "link"),
    [
        (
            ("slack", "T1", "C1", "1700000000.000100", "1699999999.000100"),
            "https://slack.com/app_redirect?team=T1&channel=C1&message_ts=1700000000.000100",
        ),
        (("discord", "10", "20", "31", "30"), "https://discord.com/channels/10/30/31"),
        (("discord", "10", "20", "30", "30"), "https://discord.com/channels/10/20/30"),
        (("discord", "dm-99", "40", "41", ""), "https://discord.com/channels/@me/40/41"),
        (("web", "local", "w1", "m1", ""), ""),
        (("slack", "T1", "C1", "command:1", ""), ""),
        (("discord", "10", "20", "1)[x](http://evil.example", ""), ""),
    ],
)
def test_a_message_has_the_address_that_its_platform_opens(place: tuple[str, str, str, str, str], link: str) -> None:
    surface, tenant, channel, message, thread = place
    assert source_link(surface, tenant, channel, message, thread) == link


def test_a_source_link_survives_what_undoes_all_other_links() -> None:
    link = source_link("slack", "T1", "C1", "1700000000.000100")
    text = f"[said here]({link}) and [elsewhere](https://evil.example/x)"
    (part,) = compose(text, 1_000, allowed=frozenset({canonical(link)}))
    assert f"]({link})" in part.body
    assert "](https://evil" not in part.body
