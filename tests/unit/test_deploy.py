"""The units in deploy/ are what systemd can read, and start what exists."""

from __future__ import annotations

import shlex
from configparser import RawConfigParser
from pathlib import Path

import pytest
import typer.main

from bot.cli import app
from bot.roles import ALL, Role, parse
from bot.settings import load

DEPLOY = Path(__file__).parents[2] / "deploy"
ONCE = DEPLOY / "robbie-tick.service"
UNITS = sorted(set(DEPLOY.glob("*.service")) - {ONCE})
INSTANCES = {"robbie@.service": [*Role, "gateway,scheduler"], "robbie-worker@.service": ["1", "2"]}


def _sections(unit: Path, instance: str) -> dict[str, dict[str, str]]:
    parser = RawConfigParser(strict=True, delimiters=("=",), comment_prefixes=("#",), inline_comment_prefixes=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text().replace("%i", instance))
    return {name: dict(parser[name]) for name in parser.sections()}


def _started() -> list[tuple[Path, str]]:
    return [(unit, instance) for unit in UNITS for instance in INSTANCES.get(unit.name, [""])]


@pytest.mark.parametrize(("unit", "instance"), _started(), ids=lambda value: getattr(value, "name", value))
def test_a_unit_starts_a_command_that_exists_and_gives_it_time_to_end(unit: Path, instance: str) -> None:
    sections = _sections(unit, instance)
    assert list(sections) == ["Unit", "Service", "Install"]
    service = sections["Service"]
    program, *arguments = shlex.split(service["ExecStart"])
    assert program == f"{service['WorkingDirectory']}/.venv/bin/robbie"
    command = typer.main.get_command(app)
    with command.make_context("robbie", arguments) as context:
        name, run, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert run is not None
        given = run.make_context(name, rest, parent=context).params
    roles = parse(given["role"] or ())
    assert roles == (
        ALL if unit.name == "robbie.service" else parse([instance if "worker" not in unit.name else "worker"])
    )
    drain = load(config=Path("/dev/null"), env_file=Path("/dev/null"), environ={}).worker.drain_seconds
    assert float(service["TimeoutStopSec"]) > drain + 15
    assert service["KillMode"] == "mixed"
    assert service["Restart"] == "always"


@pytest.mark.parametrize(("unit", "instance"), _started(), ids=lambda value: getattr(value, "name", value))
def test_what_a_unit_sets_is_a_setting(unit: Path, instance: str) -> None:
    environment = _sections(unit, instance)["Service"].get("Environment", "")
    given = dict(pair.split("=", 1) for pair in shlex.split(environment))
    settings = load(config=Path("/dev/null"), env_file=Path("/dev/null"), environ=given)
    assert settings.web.port == int(given.get("ROBBIE_WEB__PORT", 8080))


def _command_of(line: str) -> str:
    """What a command line starts, which exists."""
    program, *arguments = shlex.split(line)
    assert program.endswith(".venv/bin/robbie")
    command = typer.main.get_command(app)
    with command.make_context("robbie", arguments) as context:
        name, run, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert run is not None
        assert not rest
    return str(name)


def test_a_timer_and_a_crontab_call_the_same_command_each_minute() -> None:
    once = _sections(ONCE, "")
    assert once["Service"]["Type"] == "oneshot"
    assert _command_of(once["Service"]["ExecStart"]) == "tick"
    assert _sections(ONCE.with_suffix(".timer"), "")["Timer"]["OnCalendar"] == "*:*:00"
    (line,) = [line for line in (DEPLOY / "crontab").read_text().splitlines() if line and not line.startswith("#")]
    minute, hour, day, month, weekday, *rest = line.split()
    assert [minute, hour, day, month, weekday] == ["*"] * 5
    assert _command_of(shlex.join(rest[rest.index(".venv/bin/robbie") :])) == "tick"
