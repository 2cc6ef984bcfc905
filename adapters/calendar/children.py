"""A program of ours in a process of its own, which is asked one thing and killed when its time is over."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

logger = logging.getLogger(__name__)

# What a Python on Windows, or in an odd place, does not start without; which authorities and proxies are trusted.
_NEEDED = (
    "SYSTEMROOT",
    "PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)


async def ask(
    program: Path, asked: Mapping[str, object], seconds: float, *arguments: str
) -> Mapping[str, object] | None:
    """What the program answers; None where it says nothing, or not in time.

    Args:
        program: a file of ours.
        asked: written to its standard input, so that no list of processes shows it.
        seconds: it is killed after so many.
        arguments: of its command line.
    """
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-X", "utf8", str(program), *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _NEEDED if name in os.environ},
    )
    out = b""
    try:
        async with asyncio.timeout(seconds):
            out, _ = await child.communicate(json.dumps(asked).encode())
    except TimeoutError:
        logger.info("%s took longer than %s s", program.name, seconds)
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    try:
        said = json.loads(out)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
