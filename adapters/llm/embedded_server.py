"""The child process that holds the embedded model: ``python -m adapters.llm.embedded_server FOLDER GGUF …``.

There is one per folder (it holds ``server.lock``), and it ends when nobody uses it (nobody holds ``users.lock``).
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import sys
import time
from pathlib import Path

_LOCK_PATIENCE = 3.0
_POLL = 0.5


def main() -> None:
    """Serve until the last user is gone."""
    folder, gguf = Path(sys.argv[1]), sys.argv[2]
    context, threads, slots = (int(number) for number in sys.argv[3:6])
    os.nice(10)
    lock = _only_one(folder)
    if lock is None:
        return
    state = folder / "server.json"
    state.unlink(missing_ok=True)
    key = secrets.token_urlsafe(24)
    _server, url = _serve(gguf, key, context, threads, slots)
    _write(state, {"url": url, "key": key, "pid": os.getpid()})
    users = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while not _try_lock(users):
        time.sleep(_POLL)
    state.unlink(missing_ok=True)
    os._exit(0)  # without waiting for the library's threads: nobody is left to answer


def _only_one(folder: Path) -> int | None:
    """The lock of the one server of this folder; None where another has it."""
    lock = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    give_up = time.monotonic() + _LOCK_PATIENCE  # a user may hold it for a moment, to see whether a server lives
    while not _try_lock(lock):
        if time.monotonic() > give_up:
            return None
        time.sleep(0.05)
    return lock


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _serve(gguf: str, key: str, context: int, threads: int, slots: int) -> tuple[object, str]:
    """Load the model and listen on a free port."""
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path = gguf
    params.model_alias = {"embedded"}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.n_parallel = slots
    params.n_ctx = context * slots
    params.ui = False
    params.endpoint_slots = False
    params.cache_ram_mib = 0
    params.verbosity = 0
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = threads
        cpu.poll = 0  # spinning threads starve the neighbours on a small machine
    server = Server(params)
    return server, str(server.listening_address)


def _write(path: Path, state: dict[str, object]) -> None:
    """Replace the file at once; it holds the key, so it is the owner's only."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(state, file)
    new.replace(path)


if __name__ == "__main__":
    main()
