"""``robbie eval notes --model``: a model behind its real client, measured as the detector is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from adapters.doubles.providers import ProviderDouble
from bot.cli import app
from tests.robbie_process import provider_environment

ROWS = [
    {"thread": "a", "speaker": "PM", "text": "We decided to ship on Friday.", "labels": ["decision"]},
    {"thread": "a", "speaker": "ME", "text": "okay", "labels": []},
    {"thread": "b", "speaker": "ME", "text": "I am so proud of us!", "labels": ["pride"]},
]


@pytest.fixture
async def provider() -> AsyncIterator[ProviderDouble]:
    async with ProviderDouble() as double:
        yield double


async def measured(provider: ProviderDouble, folder: Path, *options: str) -> Result:
    file = folder / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)), "utf-8")
    run = CliRunner(env=provider_environment(provider)).invoke
    return await asyncio.to_thread(run, app, ["eval", "notes", str(file), "--json", *options])


async def test_a_model_is_asked_once_a_window_and_its_labels_are_measured(
    provider: ProviderDouble, tmp_path: Path
) -> None:
    said = {"lines": [{"line": 1, "labels": ["decision", "pride", "gossip"]}, {"line": 9, "labels": ["decision"]}]}
    provider.reply(f"```json\n{json.dumps(said)}\n```")
    done = await measured(provider, tmp_path, "--model", "openai/gpt-4o")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(provider.requests) == 2  # a thread each
    assert "We decided to ship on Friday." in str(provider.requests[0].messages)
    assert (found["model"], found["unanswered"]) == ("openai/gpt-4o", 0)
    assert found["cost_usd"] > 0
    # It calls the first line of each thread both.
    decision, pride = found["labels"]["decision"], found["labels"]["pride"]
    assert (decision["precision"], decision["recall"]) == (0.5, 1.0)
    assert (pride["precision"], pride["recall"]) == (0.5, 1.0)
    assert found["labels"]["win"]["recall"] == 1.0
    assert found["window"]["decision"]["recall"] == 1.0


async def test_what_a_model_does_not_answer_is_said_and_the_rest_is_measured(
    provider: ProviderDouble, tmp_path: Path
) -> None:
    provider.reply("I would rather not.")
    done = await measured(provider, tmp_path, "--model", "openai/gpt-4o")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["unanswered"] == 3
    assert "rows 1 to 2: the answer is no list of labels" in done.stderr


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--model", "openai/none"), "There is no model openai/none"),
        (("--model", "openai/gpt-4o", "--most-usd", "0.0000001"), "allow it with --most-usd"),
    ],
)
async def test_what_cannot_be_asked_costs_nothing_and_is_one_line(
    provider: ProviderDouble, tmp_path: Path, options: tuple[str, ...], why: str
) -> None:
    done = await measured(provider, tmp_path, *options)
    assert done.exit_code != 0
    assert why in str(done.exception) + done.stderr
    assert not provider.requests
