"""What is done side by side ends together."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest

from core.together import side_by_side


class Work:
    """The first fails, or is cancelled, at once; the second takes until it is let go on."""

    def __init__(self) -> None:
        self.numbers, self.go_on, self.begun, self.done = count(), asyncio.Event(), asyncio.Event(), 0

    async def __call__(self) -> int:
        if next(self.numbers) == 0:
            await self.begun.wait()
            raise ValueError("no")
        self.begun.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            await self.go_on.wait()  # what it has begun, it ends
        self.done += 1
        return self.done


@pytest.mark.parametrize(("cancelled", "error"), [(False, ValueError), (True, asyncio.CancelledError)])
async def test_it_ends_only_when_all_have_ended(cancelled: bool, error: type[BaseException]) -> None:
    work = Work()
    doing = asyncio.create_task(side_by_side(2, work))
    await work.begun.wait()
    if cancelled:
        doing.cancel()
    await asyncio.sleep(0.01)
    assert not doing.done()
    work.go_on.set()
    with pytest.raises(error):
        await doing
    assert work.done == 1


async def test_it_returns_what_each_brought() -> None:
    numbers = count()

    async def work() -> int:
        return next(numbers)

    assert await side_by_side(3, work) == [0, 1, 2]
