"""File locks that the kernel gives back when their holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FileLock:
    """A ``flock`` on a file of its own. Forked children share it; executed programs do not inherit it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    @property
    def fd(self) -> int:
        """The descriptor that holds the lock; who inherits it holds the lock too."""
        if self._fd is None:
            raise RuntimeError(f"{self._path} is not held")
        return self._fd

    @property
    def held(self) -> bool:
        """Whether we hold it."""
        return self._fd is not None

    def acquire(self, *, shared: bool = False) -> bool:
        """Take the lock, or change how we hold it, if that is possible now.

        Returns False when others are in the way, and then we hold nothing.
        """
        if self._fd is None:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Let go; a program that inherited the descriptor holds on."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
