"""Logs: nothing that is secret is written, in whatever shape it comes, and nothing else is taken for a secret."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from functools import partial

import psycopg
import pytest
from pydantic import SecretStr

from bot.logs import Redact, configure
from bot.run import every
from core.notes.models import Note

KNOWN = "correct horse battery"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    yield
    root.handlers, root.level = before


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """The one line that was logged."""
    (line,) = capsys.readouterr().err.splitlines()
    found: dict[str, object] = json.loads(line)
    return found


@pytest.mark.parametrize(
    "text",
    [
        KNOWN,
        "xoxb-1234567890-abcdef",
        "xapp-1-A0-123456",
        "sk-ant-api03-abcdefgh",
        "sk-proj_abcdefgh",
        "gsk_abcdefgh1234",
        "postgresql://robbie:pa55word@db.example/robbie",
        "redis://:pa55word@127.0.0.1:6379/0",
        "Authorization: Bearer eyJhbGciOi",
        "Authorization: Bot MTIwMDAwMDAwMDAwMDAwMDAwMQ.GabcdE.abcdefgh-abcdefgh_abcdefgh123456",
        "https://discord.com/api/v10/webhooks/123456/abcdefgh-abc/messages/@original",
        "https://discord.com/api/v10/interactions/123456/abcdefgh/callback",
        "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MGFiY2RlZmdo",
    ],
)
def test_a_secret_is_not_written(text: str) -> None:
    cleaned = Redact([SecretStr(KNOWN)]).clean(f"asked with {text} and failed")
    assert "[secret]" in cleaned
    assert cleaned.startswith("asked with ")
    assert cleaned.endswith(" and failed")
    for part in (KNOWN, "1234567890", "123456", "abcdefgh", "pa55word", "eyJ", "MTIw", "MTIzNDU2"):
        assert part not in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "disk-encryption is on",
        "a task-management-board",
        "https://example.com/a:b",
        "postgresql://robbie@db/robbie",
        "a:b@c",
        "0190c0de-0000-7000-8000-000000000001",
        "adapters.discord.gateway.a-name-that-is-long",
    ],
)
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert Redact([SecretStr("abc")]).clean(text) == text


def test_the_host_of_an_address_stays() -> None:
    assert Redact([]).clean("redis://u:pa55word@cache:6379/0") == "redis://[secret]@cache:6379/0"


def test_an_argument_of_a_line_is_cleaned(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", [SecretStr(KNOWN)])
    logging.getLogger("robbie.test").warning("the key %s is wrong", KNOWN)
    assert written(capsys)["event"] == "the key [secret] is wrong"


def test_a_traceback_is_cleaned(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", [SecretStr(KNOWN)])
    try:
        raise ValueError(f"cannot log in with {KNOWN}")
    except ValueError:
        logging.getLogger("robbie.test").exception("failed")
    line = written(capsys)
    assert "cannot log in with [secret]" in str(line["exception"])
    assert KNOWN not in str(line)


def test_what_an_error_quotes_of_what_people_said_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", [])
    said = 'new row violates check constraint "c"\nDETAIL:  Failing row contains (1, she told me\nof the divorce).\n'
    for fails in (partial(Note.model_validate, {"text": [said]}), partial(_raise, psycopg.errors.CheckViolation(said))):
        try:
            fails()
        except (ValueError, psycopg.Error):
            logging.getLogger("robbie").exception("failed")
    lines = capsys.readouterr().err
    assert "divorce" not in lines
    assert lines.count("[hidden]") >= 2
    assert "Input should be a valid string" in lines
    assert "violates check constraint" in lines


def _raise(error: Exception) -> None:
    raise error


def test_values_of_any_shape_are_cleaned() -> None:
    event = {
        "event": "asked",
        "tries": 3,
        "nothing": None,
        "headers": {"Authorization": f"Basic {KNOWN}"},
        "all": [KNOWN, (KNOWN,)],
        "error": ValueError(KNOWN),
    }
    cleaned = Redact([SecretStr(KNOWN)])(None, "info", event)
    assert KNOWN not in repr(cleaned)
    assert cleaned["tries"] == 3
    assert cleaned["nothing"] is None
    assert cleaned["headers"] == {"Authorization": "Basic [secret]"}
    assert cleaned["error"] == "ValueError('[secret]')"


@pytest.mark.parametrize("quiet", [True, False])
def test_a_quiet_command_shows_warnings_only(capsys: pytest.CaptureFixture[str], quiet: bool) -> None:
    configure("json", [], quiet=quiet)
    logging.getLogger("robbie.test").info("a detail")
    logging.getLogger("uvicorn.error").info("Uvicorn running on an address that nobody needs twice")
    logging.getLogger("robbie.test").warning("look here")
    events = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert events == (["look here"] if quiet else ["a detail", "look here"])


def test_a_person_reads_text_and_a_machine_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure("text", [])
    logging.getLogger("robbie.test").warning("for people")
    text = capsys.readouterr().err
    assert "for people" in text
    assert not text.startswith("{")
    configure("auto", [])
    logging.getLogger("robbie.test").warning("for machines")
    assert written(capsys)["level"] == "warning"


async def test_what_people_said_is_in_no_line_on_background_work_that_fails(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json", ())
    again = asyncio.Event()

    async def work() -> None:
        if again.is_set():
            await asyncio.Event().wait()
        again.set()
        Note.model_validate({"id": "Ana is ill", "text": "Ana is ill"})

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(every(0, work), 0.2)
    line = written(capsys)
    assert "Ana is ill" not in str(line)
    assert "ValidationError" in str(line["event"])
    assert f"{__file__}:" in str(line["event"])
