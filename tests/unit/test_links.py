"""Web addresses are found in what people write, and compared without being fooled."""

from __future__ import annotations

import pytest

from core.rendering.harmless import canonical, harmless, links_in


def test_links_are_found_in_what_people_write() -> None:
    text = (
        "See https://A.example/Path, <https://b.example/x|label>, [c](http://c.example) and `https://d.example/?q=1`."
    )
    assert links_in(text) == {
        "https://a.example/Path",
        "https://b.example/x",
        "http://c.example/",
        "https://d.example/?q=1",
    }
    assert harmless("www.e.example", allowed_links=links_in("www.e.example")) == "www.e.example"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("HTTPS://Good.com", "https://good.com/", True),
        ("https://good.com/x.", "https://good.com/x", True),
        ("https://good.com/X", "https://good.com/x", False),
        ("https://good.com/x#a", "https://good.com/x", False),
        ("https://good.com@evil.com", "https://good.com", False),
        ("https://\u212aelvin.com", "https://kelvin.com", False),
        ("https://gооd.com", "https://good.com", False),
        ("http://good.com", "https://good.com", False),
    ],
)
def test_addresses_are_the_same_only_if_they_surely_are(one: str, other: str, same: bool) -> None:
    assert (canonical(one) == canonical(other)) is same
