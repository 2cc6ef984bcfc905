"""The failover exam, with the real router over HTTP, and with clients that must not pass it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from adapters.doubles.providers import ProviderDouble
from bot.evals.failover import Client, EvalError, chosen, exam, scenarios_in
from bot.evals.faults import SCENARIOS
from bot.evals.judge import FALLBACK, PRIMARY, Outcome

QUICK = [one for one in SCENARIOS if one not in ("S06", "S07", "S09", "S15")]


def results(played: dict[str, object]) -> dict[str, str]:
    entries = played["scenarios"]
    assert isinstance(entries, dict)
    return {scenario: entry["result"] for scenario, entry in entries.items()}


async def test_the_router_passes_what_takes_no_patience() -> None:
    played = await exam(QUICK, lambda line: None)
    assert results(played) == dict.fromkeys(QUICK, "pass")
    assert played["passed"] == len(QUICK)


@pytest.mark.slow
async def test_the_router_passes_all_sixteen() -> None:
    played = await exam(list(SCENARIOS), lambda line: None)
    assert results(played) == dict.fromkeys(SCENARIOS, "pass")


class Naive:
    """One try, and whatever came is the answer: its beginning, or the error's text."""

    def __init__(self, double: ProviderDouble) -> None:
        self.double = double

    async def ask(self, text: str) -> Outcome:
        at, shown = time.time(), ""
        async with httpx.AsyncClient(timeout=5) as http:
            try:
                shown = await self.read(http, text)
            except httpx.HTTPError as error:
                shown = shown or f"Error: {error}"
        return Outcome(at, time.time() - at, shown, answered=True, model=PRIMARY)

    async def read(self, http: httpx.AsyncClient, text: str) -> str:
        body = {"model": PRIMARY, "messages": [{"role": "user", "content": text}], "stream": True}
        url, headers = f"{self.double.openai_url}/chat/completions", {"Authorization": "Bearer k"}
        shown = ""
        async with http.stream("POST", url, json=body, headers=headers) as answer:
            if answer.status_code != 200:
                return (await answer.aread()).decode()
            try:
                async for line in answer.aiter_lines():
                    shown += self.text(line)
            except httpx.HTTPError:
                return shown
        return shown

    def text(self, line: str) -> str:
        try:
            choices = json.loads(line.removeprefix("data: "))["choices"]
        except (ValueError, KeyError):
            return ""
        return str(choices[0]["delta"].get("content") or "") if choices else ""


class RoundAbout(Naive):
    """Asks the next one whatever happened, with what came so far as the beginning of its answer, and is glad."""

    async def read(self, http: httpx.AsyncClient, text: str) -> str:
        begun = await super().read(http, text)
        if "other" in begun or begun.endswith("first59"):
            return begun
        said = [{"role": "user", "content": text}, *([{"role": "assistant", "content": begun}] if begun else [])]
        body = {"model": FALLBACK, "messages": said, "max_tokens": 500}
        headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
        answer = await http.post(f"{self.double.anthropic_url}/v1/messages", json=body, headers=headers)
        if answer.status_code == 400:
            answer = await http.post(
                f"{self.double.anthropic_url}/v1/messages", json={**body, "messages": said[:1]}, headers=headers
            )
        return str(answer.json()["content"][0]["text"])


async def test_a_naive_client_fails() -> None:
    found = results(await exam(QUICK, lambda line: None, Naive))
    assert found == {**dict.fromkeys(QUICK, "fail"), "S11": "partial"}  # reads to the end, but knows no usage


async def test_going_round_everything_is_only_partly_right() -> None:
    played = ["S03", "S12", "S13", "S14", "S16"]
    assert results(await exam(played, lambda line: None, RoundAbout)) == dict.fromkeys(played, "partial")


async def test_a_client_that_hangs_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hangs:
        def __init__(self, double: ProviderDouble) -> None:
            self.double = double

        async def ask(self, text: str) -> Outcome:
            return Outcome(time.time(), 120.0, "", answered=False, reason="hangs")

    maker: type[Client] = Hangs
    assert results(await exam(["S05"], lambda line: None, maker)) == {"S05": "fail"}


# What is asked for


def scenarios_file(folder: Path, *ids: str) -> Path:
    file = folder / "failover_scenarios.json"
    file.write_text(json.dumps([{"id": one, "fault": "", "correct": "", "check": ""} for one in ids]))
    return file


def test_the_scenarios_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "routing").mkdir()
    file = scenarios_file(tmp_path / "routing", "S02", "S13")
    assert scenarios_in(file) == scenarios_in(file.parent) == scenarios_in(tmp_path) == ["S02", "S13"]
    assert chosen(["S13"], ["S02", "S13"]) == ["S13"]


def test_an_unknown_scenario_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="S99"):
        chosen(["S99"], ["S01"])
    with pytest.raises(EvalError, match="S77"):
        scenarios_in(scenarios_file(tmp_path, "S01", "S77"))
    with pytest.raises(EvalError, match=r"no failover_scenarios\.json"):
        scenarios_in(tmp_path / "elsewhere")


def test_the_command_prints_one_object_and_its_progress_apart(tmp_path: Path) -> None:
    scenarios_file(tmp_path, "S12", "S13")
    command = [sys.executable, "-m", "bot.cli", "eval", "failover", str(tmp_path), "--scenario", "S13", "--json"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(run.stdout)
    assert found["passed"] == 1
    assert found["scenarios"]["S13"].keys() == {"result", "attempts", "seconds", "shown"}
    assert "S13 pass" in run.stderr
    wrong = subprocess.run([*command[:-2], "S42"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "S42" in wrong.stderr
