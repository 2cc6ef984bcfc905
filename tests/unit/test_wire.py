"""What a provider sent, read from the bytes."""

from __future__ import annotations

from adapters.llm.wire import Evidence


def test_a_byte_order_mark_hides_nothing() -> None:
    assert Evidence().feed(b'\xef\xbb\xbfdata: {"choices": []}\n') == [{"choices": []}]
