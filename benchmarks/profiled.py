"""Run Robbie with a sampling profiler on its CPU time; at the end the shares are written to ``profile.json``.

The timer counts the process's CPU time, so waiting is not sampled. A sample belongs to the innermost frame's library.
"""

from __future__ import annotations

import json
import re
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

INTERVAL = 0.002
_LIBRARY = re.compile(r"site-packages/([^/]+?)(?:\.py)?(?:/|$)")
_OURS = re.compile(r"/((?:core|adapters)/[^/]+)/")
ROOT = str(Path(__file__).resolve().parents[1])


class Profile:
    """Samples by library (innermost frame), and by the room of ours that the work is done for (innermost of ours)."""

    def __init__(self) -> None:
        self.libraries: Counter[str] = Counter()
        self.rooms: Counter[str] = Counter()
        self.lines: Counter[str] = Counter()

    def sample(self, _number: int, frame: FrameType | None) -> None:
        """One tick."""
        if frame is None:
            return
        self.libraries[_library(frame.f_code.co_filename)] += 1
        outermost = "the event loop itself"
        room: FrameType | None = frame
        while room is not None:
            name = room.f_code.co_filename
            if name.startswith(ROOT) and "site-packages" not in name and (found := _OURS.search(name)):
                self.rooms[found[1]] += 1
                self.lines[f"{name.removeprefix(ROOT)}:{room.f_code.co_qualname}"] += 1
                return
            if (library := _LIBRARY.search(name)) and library[1] not in ("typer", "click"):
                outermost = f"{library[1]} by itself"
            room = room.f_back
        self.rooms[outermost] += 1

    def as_json(self) -> dict[str, object]:
        """Shares in percent, the largest first."""
        total = max(1, sum(self.libraries.values()))

        def shares(counter: Counter[str], top: int) -> dict[str, float]:
            return {name: round(100 * count / total, 1) for name, count in counter.most_common(top)}

        return {
            "samples": total,
            "library": shares(self.libraries, 16),
            "room": shares(self.rooms, 16),
            "function": shares(self.lines, 40),
        }


def _library(filename: str) -> str:
    found = _LIBRARY.search(filename)
    if found:
        return found[1]
    if filename.startswith(ROOT):
        ours = _OURS.search(filename)
        return ours[1] if ours else "other"
    return "asyncio" if "/asyncio/" in filename else "standard library"


def main() -> None:
    """``python -m benchmarks.profiled run …``."""
    from bot.cli import main as robbie

    profile = Profile()
    signal.signal(signal.SIGPROF, profile.sample)
    signal.signal(signal.SIGUSR1, lambda *_: signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL))
    signal.signal(signal.SIGUSR2, lambda *_: signal.setitimer(signal.ITIMER_PROF, 0))
    try:
        robbie(sys.argv[1:])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        Path("profile.json").write_text(json.dumps(profile.as_json(), indent=2), "utf-8")


if __name__ == "__main__":
    main()
