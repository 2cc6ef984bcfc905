"""What a process of its own is denied while it reads what strangers wrote."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TooLong(Exception):
    """Something takes more time than it is given."""


def confine(megabytes: int, seconds: int) -> None:
    """Take away what is not needed. Windows has no such limits; the clock outside holds there too."""
    try:
        import resource
    except ImportError:
        return
    room = megabytes * 1024 * 1024
    for limit, value in (
        (resource.RLIMIT_AS, room),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # not on this system
            continue


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End what takes longer. Without such clocks, as on Windows, the one outside ends it all."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
