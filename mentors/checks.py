"""What can be wrong with mentors."""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.health.models import Finding, Findings, ok, problem
from mentors.loading import SHIPPED, load


async def mentors(folder: Path) -> Findings:
    """Whether every mentor's file can be used."""
    yield await asyncio.to_thread(_mentors, folder)


def _mentors(folder: Path) -> Finding:
    loaded = load(folder)
    if not loaded.problems:
        own = sum(path.parent != SHIPPED for path in loaded.sources.values())
        return ok("mentors", f"{len(loaded.mentors)}, {own} of them from {folder}" if own else str(len(loaded.mentors)))
    first, *others = loaded.problems
    more = f" (and {len(others)} more)" if others else ""
    return problem("mentors", f"{first}{more}", f"{first.mend}; robbie mentors check tells all")
