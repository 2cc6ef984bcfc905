"""Thirty days of small talk: what matters is found in it, and next to nothing else becomes a note."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row
from pydantic import SecretStr

from adapters.doubles.providers import ProviderDouble
from adapters.embedding import LocalEmbedder
from adapters.llm.breakers import PyBreakers
from adapters.postgres.budget import PostgresBudget
from adapters.postgres.database import Database
from adapters.postgres.noticing import PostgresWindows
from bot.model_settings import Model
from bot.models import chat_models, router_for
from bot.settings import Secrets, Settings
from core.conversation.models import Author
from core.notes.detecting import detector
from core.notes.extracting import ModelExtractor
from core.notes.meaning import Meaning
from core.notes.noticing import Extractor, Noticing, When
from core.notes.policy import ALIKE, Thresholds
from core.notes.refusals import likeness, stems
from tests.integration.conftest import PLACE, Desk, message
from tests.smalltalk import PLANTED, Spoken, days

DAYS, A_DAY = 30, 70
FOUND = 16
OTHERS = 1 / 200

_SAY = """
    INSERT INTO messages (org_id, conversation_id, text, occurred_at)
    SELECT org_id, id, %s, %s FROM conversations ORDER BY id DESC LIMIT 1"""


class Month:
    """A month in an office whose people Robbie listens to."""

    def __init__(
        self,
        database: Database,
        admin_url: str,
        extractor: Extractor | None = None,
        meaning: Meaning | None = None,
    ) -> None:
        self.people = 0
        self._admin = admin_url
        self._now = datetime(2026, 10, 1, 8, tzinfo=UTC)
        self._desk = Desk(database, lambda: self._now)
        self._noticing = Noticing(PostgresWindows(database, When(0.0, 1)), detector, Thresholds(), extractor, meaning)

    async def live(self, spoken: Sequence[Spoken]) -> None:
        """Say it all, and look through it now and then."""
        for number, one in enumerate(spoken, 1):
            self._now += timedelta(minutes=7)
            await self._say(number, one)
            if number % 20 == 0:
                await self._noticing.notice()
        await self._noticing.notice()

    async def _say(self, number: int, one: Spoken) -> None:
        if not one.speaker:
            await self._desk.execute(_SAY, one.text, self._now)
            return
        self.people += 1
        author = Author(account=f"U{one.speaker}", name=one.speaker, zone="Europe/Berlin")
        place = PLACE.model_copy(update={"thread": f"day{one.day}"})
        await self._desk.accept(message(number, text=one.text, author=author, place=place, occurred_at=self._now))

    def notes(self) -> list[dict[str, object]]:
        """All notes, each with the texts of its sources."""
        with psycopg.connect(self._admin, row_factory=dict_row) as admin:
            return admin.execute(
                """SELECT notes.*, ARRAY(
                       SELECT messages.text FROM note_sources JOIN messages ON message_id = messages.id
                       WHERE note_id = notes.id) AS sources
                   FROM notes ORDER BY id"""
            ).fetchall()

    def held(self) -> None:
        """What was promised of the month holds."""
        notes, planted = self.notes(), {text for _, text in PLANTED}
        found = planted & {str(text) for note in notes for text in _texts(note)}
        others = [str(note["text"]) for note in notes if planted.isdisjoint(_texts(note))]
        assert len(found) >= FOUND, planted - found
        assert len(others) <= self.people * OTHERS, others
        for one, other in combinations(notes, 2):
            same = one["owner"] == other["owner"] and other["valid_to"] == one["valid_to"] is None
            assert not same or likeness(stems(str(one["text"])), stems(str(other["text"]))) < ALIKE, (one, other)


def _texts(note: dict[str, object]) -> Sequence[str]:
    sources = note["sources"]
    assert isinstance(sources, list)
    return sources


def chatter() -> list[str]:
    """What people say in comments (GoEmotions, Apache-2.0), where the data is there."""
    file = Path(os.environ.get("ROBBIE_DATA", "data")) / "notes" / "emotions_dev.jsonl.gz"
    if not file.exists():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        texts = [str(json.loads(line)["text"]) for line in lines]
    return [text for text in texts if 15 < len(text) < 200][:3_000]


@pytest.mark.slow
@pytest.mark.parametrize("vectors", [True, False])
async def test_a_month_of_small_talk_gives_what_was_planted_and_next_to_nothing_else(
    database: Database, admin_url: str, vectors: bool
) -> None:
    month = Month(database, admin_url, meaning=Meaning.by(LocalEmbedder()) if vectors else None)
    await month.live(list(days(DAYS, A_DAY, chatter())))
    month.held()


@pytest.mark.slow
async def test_a_model_that_sees_the_same_thing_in_everything_gives_no_copies_of_it(
    database: Database, admin_url: str
) -> None:
    asked = 0

    def obsessed(body: object) -> str:
        nonlocal asked
        asked += 1
        text = f"User prefers {('dark mode', 'the dark mode', 'dark mode always')[asked % 3]} in every tool."
        note = {"text": text, "kind": "personal", "importance": 0.99, "sharing": 0.9, "messages": [1]}
        return json.dumps({"notes": [note] * 3})

    async with ProviderDouble() as double:
        double.reply(obsessed)
        settings = Settings(
            models=(Model(level=1, provider="openai", model="gpt-4o"),),
            secrets=Secrets(openai_api_key=SecretStr("k"), openai_base_url=double.openai_url),
        )
        models = chat_models(settings)
        router = router_for(settings, models, PyBreakers(), PostgresBudget(database, daily_usd=100.0))
        month = Month(database, admin_url, ModelExtractor(router, 0.7))
        await month.live(list(days(DAYS, A_DAY, chatter())))
        for model in models.values():
            await model.aclose()
    assert asked > 10
    assert not [note for note in month.notes() if "dark" in str(note["text"])]
    month.held()
