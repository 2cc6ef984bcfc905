"""The words of health: what was looked at, what was found, and how it is mended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How well something is."""

    OK = "ok"
    WARNING = "warning"  # Robbie works, and somebody should know
    PROBLEM = "problem"  # something that was asked for does not work
    SKIPPED = "skipped"  # not asked for, or not to be seen from here


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found.

    Attributes:
        name: what was looked at; stays the same whatever is found.
        found: one line.
        mend: one line of what to do about it; empty where nothing has to be done.
    """

    name: str
    status: Status
    found: str
    mend: str = ""


def ok(name: str, found: str) -> Finding:
    """It is well."""
    return Finding(name, Status.OK, found)


def warning(name: str, found: str, mend: str) -> Finding:
    """It works, and somebody should know."""
    return Finding(name, Status.WARNING, found, mend)


def problem(name: str, found: str, mend: str) -> Finding:
    """It does not work."""
    return Finding(name, Status.PROBLEM, found, mend)


def skipped(name: str, found: str, mend: str = "") -> Finding:
    """It was not looked at, and that is no fault."""
    return Finding(name, Status.SKIPPED, found, mend)


class CannotCheck(Exception):
    """What a probe needs is not there, which another check reports; the message says what is missing."""


Findings = AsyncIterator[Finding]


@dataclass(frozen=True, slots=True)
class Check:
    """A probe of one neighbour, with a limit on its time.

    Attributes:
        name: what the probe itself is called where it fails or hangs.
        probe: tells one finding after the other; those told before it fails or hangs count.
        seconds: the limit.
    """

    group: str
    name: str
    probe: Callable[[], Findings]
    seconds: float = 3.0


@dataclass(frozen=True, slots=True)
class Result:
    """A finding in its group, with the seconds that it took."""

    group: str
    finding: Finding
    seconds: float
