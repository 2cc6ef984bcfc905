"""What the doctor makes of settings that could be read, and of a machine that is nearly full."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from adapters.machine import checks as machine
from bot.doctor_settings import look_at_settings
from bot.settings import load
from core.health.models import Finding, Findings
from core.routing.models import Level, ModelSpec

PAID = ModelSpec("openai/big", Level.GPT4_CLASS, input_usd=1.0)
FREE = ModelSpec("ollama/free", Level.LOCAL)
SMALL = ModelSpec("embedded/small", Level.LOCAL, small=True)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(probe: Findings) -> dict[str, Finding]:
    async def collect() -> dict[str, Finding]:
        return {finding.name: finding async for finding in probe}

    return asyncio.run(collect())


def seen(*usable: ModelSpec, secrets: int = 0, **environ: str) -> dict[str, Finding]:
    return found(look_at_settings(load(environ=environ), usable, secrets))


def test_the_chain_is_shown_in_the_order_in_which_it_is_asked() -> None:
    assert seen(SMALL, PAID)["chain"].found == "openai/big, then embedded/small"


def test_the_built_in_model_alone_is_worth_a_warning_and_none_at_all_a_problem() -> None:
    assert [seen(*usable)["chain"].status for usable in ((FREE,), (SMALL,), ())] == ["ok", "warning", "problem"]


def test_a_budget_of_nothing_is_a_warning_only_where_something_costs() -> None:
    nothing = {"ROBBIE_BUDGET__DAILY_USD": "0"}
    assert [seen(model, **nothing)["budget"].status for model in (PAID, FREE)] == ["warning", "ok"]


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", "ok"), ("::1", "ok"), ("0.0.0.0", "warning")])
def test_a_web_chat_that_others_reach_is_a_warning(host: str, status: str) -> None:
    assert seen(ROBBIE_WEB__HOST=host)["web access"].status == status


@pytest.mark.parametrize(
    ("mode", "secrets", "status"), [(0o600, 1, "ok"), (0o640, 1, "warning"), (0o604, 1, "warning"), (0o644, 0, "ok")]
)
def test_an_env_file_with_secrets_that_everybody_can_read_is_a_warning(mode: int, secrets: int, status: str) -> None:
    Path(".env").write_text("# nothing\n")
    os.chmod(".env", mode)
    assert seen(secrets=secrets)["files"].status == status


@pytest.mark.parametrize(("megabytes", "status"), [(5000, "ok"), (500, "warning"), (100, "problem")])
def test_a_disk_that_is_nearly_full_is_named(
    monkeypatch: pytest.MonkeyPatch, folder: Path, megabytes: int, status: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=megabytes * 1024 * 1024))
    assert found(machine.disk(folder / "var"))["disk"].status == status


@pytest.mark.parametrize(("embedded", "status"), [(True, "warning"), (False, "ok")])
def test_little_memory_matters_where_the_built_in_model_is_used(
    monkeypatch: pytest.MonkeyPatch, embedded: bool, status: str
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=200 * 1024 * 1024))
    assert found(machine.memory(embedded_model=embedded))["memory"].status == status
