"""What a tick does: what fails keeps nothing else waiting, and what may take minutes is not in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.briefs import BriefTicks
from bot.run import tick, tidy
from bot.settings import BriefsSettings, SchedulerSettings, Settings

NOW = datetime(2026, 11, 30, 7, tzinfo=UTC)


class Steps:
    """Notes what is done, and lets some of it fail."""

    def __init__(self, *failing: str) -> None:
        self.done: list[str] = []
        self.given: list[object] = []
        self._failing = failing

    def step(self, name: str, result: object = None) -> Callable[..., Any]:
        async def work(*given: object) -> object:
            self.done.append(name)
            self.given += given
            if name in self._failing:
                raise RuntimeError(name)
            return result

        return work

    async def now(self) -> datetime:
        return NOW

    def app(self) -> Any:
        return SimpleNamespace(
            settings=Settings(scheduler=SchedulerSettings(purge_hour=0)),
            reminders=SimpleNamespace(hand_over=self.step("reminders")),
            briefs=SimpleNamespace(tick=self.step("briefs")),
            schedules=SimpleNamespace(now=self.now, purge=self.step("purge"), fade=self.step("fade")),
        )


async def test_reminders_that_cannot_be_handed_over_keep_no_brief_waiting_and_the_failure_is_seen() -> None:
    steps = Steps("reminders")
    with pytest.raises(RuntimeError, match="reminders"):
        await tick(steps.app())
    assert steps.done == ["reminders", "briefs"]


async def test_a_tick_goes_by_the_databases_clock_whatever_its_machines_own_says() -> None:
    steps = Steps()
    await tick(steps.app())
    assert steps.given == [NOW, NOW]


async def test_what_lets_go_of_old_things_is_beside_the_tick() -> None:
    steps = Steps("purge")
    await tick(steps.app())
    assert steps.done == ["reminders", "briefs"]
    with pytest.raises(RuntimeError, match="purge"):
        await tidy(steps.app())
    assert steps.done[2:] == ["purge", "fade"]


@pytest.mark.parametrize("failing", ["settle", "compare", "reckon"])
async def test_a_brief_that_is_due_is_handed_over_whatever_else_fails(failing: str) -> None:
    steps = Steps(failing)
    ticks = BriefTicks(SimpleNamespace(), BriefsSettings(), lambda _place, _year: ())  # type: ignore[arg-type]
    handed = SimpleNamespace(made=1, skipped=0, nowhere=0)
    ticks._delivery = SimpleNamespace(settle=steps.step("settle", SimpleNamespace(undelivered=0)))  # type: ignore[assignment]
    ticks._times = SimpleNamespace(compare=steps.step("compare"), reckon=steps.step("reckon"))  # type: ignore[assignment]
    ticks._due = SimpleNamespace(hand_over=steps.step("hand over", handed))  # type: ignore[assignment]
    with pytest.raises(RuntimeError, match=failing):
        await ticks.tick(NOW)
    assert steps.done == ["settle", "compare", "reckon", "hand over"]
