"""What Robbie tells people to write, they write: in a direct message, without a prefix, and it is the command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.commands import REGISTRY
from core.registry import Invocation

CORE = Path(__file__).resolve().parents[2] / "core"
NOT_ALONE = re.compile(r"task|goal|contact|company|deal|brief later|calendar .*[A-Z]{4,}.*|brief channel.*")
"""What lacks what the person is to say, or is for channels."""


def told() -> list[str]:
    """The lines that texts of briefs, work and mail tell people to write, as they stand there."""
    texts = [path.read_text() for folder in ("briefs", "work", "mail") for path in sorted((CORE / folder).glob("*.py"))]
    lines = {line for text in texts for line in re.findall(r"`([a-z]+(?: [^`{}]+)?)`", text)}
    commands = {command.name for command in REGISTRY.offered if command.bare is not None}
    return sorted(line for line in lines if line.partition(" ")[0] in commands and not NOT_ALONE.fullmatch(line))


def test_every_line_that_robbie_tells_people_to_write_is_understood_as_it_stands() -> None:
    lines = told()
    assert len(lines) > 30
    assert [line for line in lines if REGISTRY.spoken(line, direct=True) is None] == []


@pytest.mark.parametrize(
    ("line", "command", "arguments"),
    [
        ("brief off", "brief", {"what": "off"}),
        ("Brief done 2", "brief", {"what": "done 2"}),
        ("brief", "brief", {}),
        ("email code 123456", "email", {"what": "code 123456"}),
        ("email off", "email", {"what": "off"}),
        ("notes", "notes", {}),
        ("notes decisions", "notes", {"which": "decision"}),
        ("done #7", "done", {"id": "#7"}),
        ("agenda Friday", "agenda", {"day": "Friday"}),
        ("contact Ana Pohl, Acme, ana@acme.com", "contact", {"text": "Ana Pohl, Acme, ana@acme.com"}),
        ("deal 3 won", "deal", {"text": "3 won"}),
        ("task Call Ben by Friday", "task", {"text": "Call Ben by Friday"}),
    ],
)
def test_a_command_needs_no_prefix_where_only_robbie_reads(line: str, command: str, arguments: dict[str, str]) -> None:
    wanted = Invocation(command=command, arguments=arguments)
    assert REGISTRY.spoken(line, direct=True) == wanted
    assert REGISTRY.spoken(line) is None


@pytest.mark.parametrize("name", sorted(command.name for command in REGISTRY if command.bare is not None))
@pytest.mark.parametrize("word", ["at 9 ", "on the 3rd ", "A1 ", "1k, ", "a."])
def test_what_is_long_is_no_command_without_a_prefix(name: str, word: str) -> None:
    """It is read at intake, where nothing may take long."""
    assert REGISTRY.bare(f"{name} {word * 20_000}") is None


@pytest.mark.parametrize(
    "text",
    [
        "brief me on the merger, please", "brief history of time", "contact them tomorrow", "Contact form is broken",
        "contact me, Ben", "company policy says no, right?", "deal with it by 5pm", "Deal with the 40k problem",
        "deal or no deal", "tasks are piling up", "done with the report", "drop it", "change my mind",
        "focus on what matters", "email Ben about it", "outreach strategy for Q1", "progress is slow",
        "calendar is broken", "log in does not work", "agenda for the offsite", "token limit exceeded, why?",
        "contacts are missing in the list", "note that Ben is away",
    ],
)  # fmt: skip
def test_a_sentence_that_begins_with_a_commands_name_stays_a_sentence(text: str) -> None:
    assert REGISTRY.spoken(text, direct=True) is None
