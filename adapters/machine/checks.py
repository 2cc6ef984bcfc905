"""What can be wrong with the machine: disk, memory, clock, time zones, and who has our port."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import socket
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
import psutil

from core.health.models import CannotCheck, Finding, Findings, ok, problem, warning

_MB = 1024 * 1024
_DISK_LITTLE, _DISK_NONE = 1024 * _MB, 200 * _MB
_MEMORY_MODEL = 400 * _MB
_BORN = datetime(2026, 1, 1, tzinfo=UTC)
_SOME_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney")


async def disk(home: Path) -> Findings:
    """Whether ``home`` can be written, and how much room is left there."""
    yield await asyncio.to_thread(_disk, home)


async def memory(*, embedded_model: bool) -> Findings:
    """Whether there is enough for the embedded model, where it is used."""
    free = psutil.virtual_memory().available
    found = f"{free // _MB} MB are free"
    if embedded_model and free < _MEMORY_MODEL:
        mend = f"the built-in model wants {_MEMORY_MODEL // _MB} MB: end something else, or connect another model"
        yield warning("memory", found, mend)
    else:
        yield ok("memory", found)


async def clock(now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Findings:
    """Whether the system's clock can be right."""
    here = now().astimezone()
    found = f"{here:%Y-%m-%d %H:%M}, UTC{here:%z}"
    if here < _BORN:
        yield problem("clock", f"it says {found}, which is before Robbie was made", "set the clock (NTP)")
    else:
        yield ok("clock", found)


async def zones(of_people: Callable[[], Awaitable[Sequence[str]]]) -> Findings:
    """Whether the machine knows the zones of the world, and those of all people."""
    if unknown := [zone for zone in _SOME_ZONES if not _known(zone)]:
        mend = "install the system's tzdata, or: .venv/bin/pip install tzdata"
        yield problem("time zones", f"this machine does not know {', '.join(unknown)}", mend)
        return
    try:
        people = await of_people()
    except CannotCheck:
        people = ()
    strange = [zone for zone in people if not _known(zone)]
    if strange:
        found = f"{len(strange)} of people's zones are not known here, e.g. {strange[0][:40]!r}"
        yield warning("time zones", found, "update tzdata; until then their times are shown in UTC")
    else:
        yield ok("time zones", f"known here{f', also the {len(people)} of the people in the database' * bool(people)}")


async def web_port(host: str, port: int) -> Findings:
    """Whether the web chat's port is free, or Robbie's already."""
    if port == 0:
        yield ok("web chat", "takes any free port")
        return
    where = f"{host}:{port}"
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
        yield ok("web chat", f"{where} is free for it")
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            mend = "write an address of this machine into web.host, and a port above 1023 into web.port"
            yield problem("web chat", f"it cannot listen on {where}: {os.strerror(error.errno or 0)}", mend)
            return
        yield await _who_listens(host, port)


async def _who_listens(host: str, port: int) -> Finding:
    """Robbie, if it answers as only Robbie does."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    url = f"http://[{reached}]:{port}/readyz" if ":" in reached else f"http://{reached}:{port}/readyz"
    try:
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as client:
            state = (await client.get(url)).json()
        ready = state["ready"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        mend = f"another port: ROBBIE_WEB__PORT={port + 1} in .env, or web.port in config.yaml"
        return problem("web chat", f"something else listens on {host}:{port}", mend)
    if not ready:
        return problem("web chat", f"a Robbie serves {host}:{port}, and says that it is not ready", "see its log")
    return ok("web chat", f"a running Robbie serves {host}:{port}")


def _disk(home: Path) -> Finding:
    # Where it is not made yet, what counts is the folder that it will be made in.
    place = next(folder for folder in (home.absolute(), *home.absolute().parents) if folder.exists())
    if not place.is_dir():
        return problem("disk", f"{place} is not a folder", "name another folder in `home` of config.yaml")
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"x")
    except OSError as error:
        return problem(
            "disk", f"{place} cannot be written: {error.strerror}", "let it belong to the user who runs Robbie"
        )
    free = shutil.disk_usage(place).free
    found = f"{free / 1024 / _MB:.1f} GB are free in {home}"
    if free < _DISK_NONE:
        return problem("disk", found, "make room: PostgreSQL stops when the disk is full")
    return warning("disk", found, "make room soon") if free < _DISK_LITTLE else ok("disk", found)


def _known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
