"""Homes of an embedded PostgreSQL: fresh, or a copy of one that was used before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded_server import Spawn, fresh_home, make_cluster, spawning, used_home


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_cluster(tmp_path_factory.mktemp("cluster"))


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    with fresh_home(tmp_path) as home:
        yield home


@pytest.fixture
def home(tmp_path: Path, cluster: Path) -> Iterator[Path]:
    with used_home(tmp_path, cluster) as home:
        yield home


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    with spawning() as start:
        yield start
