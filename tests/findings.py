"""What a probe found, to be asked by name."""

from __future__ import annotations

from core.health.models import CannotCheck, Finding, Findings, Status


async def findings(probe: Findings) -> dict[str, Finding]:
    """All findings of a probe by their name, which is unique; each says what to do where something has to be done."""
    found: dict[str, Finding] = {}
    async for finding in probe:
        assert finding.name not in found
        assert "\n" not in finding.found + finding.mend
        assert finding.mend or finding.status in (Status.OK, Status.SKIPPED)
        found[finding.name] = finding
    return found


async def refused(probe: Findings) -> str:
    """Why a probe could not be made."""
    try:
        await findings(probe)
    except CannotCheck as why:
        return str(why)
    raise AssertionError("it could be made")


def statuses(found: dict[str, Finding]) -> dict[str, str]:
    """The status of each."""
    return {name: finding.status.value for name, finding in found.items()}
