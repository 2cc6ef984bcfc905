"""An answer as messages: how many there may be, and what goes out as a file instead."""

from __future__ import annotations

from core.conversation.composing import compose

LONG = "\n\n".join(f"Paragraph {number} says something." for number in range(200))


def test_as_many_messages_as_a_surface_takes_are_no_file() -> None:
    parts = compose(LONG, 2_000, most=4)
    assert len(parts) == 4
    assert not any(part.files for part in parts)


def test_case_14_more_than_that_is_the_first_of_them_and_a_file_with_all() -> None:
    (part,) = compose(LONG, 1_000, most=4, feedback=True)
    (file,) = part.files
    assert (file.name, file.data.decode()) == ("answer.md", LONG)
    assert part.body.startswith("Paragraph 0")
    assert part.body.endswith("the whole answer is in answer.md._")
    assert len(part.body) <= 1_000
    assert part.feedback


def test_the_first_message_of_a_long_answer_breaks_no_fence() -> None:
    code = "```python\n" + "x = 1\n" * 1_000 + "```"
    (part,) = compose(code, 500, most=2)
    assert part.body.count("```") == 2


def test_what_pings_in_a_message_does_not_ping_in_its_file() -> None:
    (part,) = compose(("@everyone hello " * 20 + "\n\n") * 20, 500, most=1)
    assert "@everyone" not in part.files[0].data.decode()


def test_a_surface_without_a_limit_takes_them_all() -> None:
    assert len(compose(LONG, 500)) > 10
