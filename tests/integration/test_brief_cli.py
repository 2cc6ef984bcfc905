"""``robbie brief preview``: the brief of any moment, computed again. It reads only."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import psycopg

from adapters.postgres.roles import RoleUrls
from tests.integration.test_cli import robbie
from tests.integration.test_demo import DAY, seed


def preview(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return robbie(folder, "brief", "preview", *arguments, environ={"DATABASE_URL": url})


def written(url: str) -> list[object]:
    """How often rows of any table were written so far."""
    with psycopg.connect(url) as admin:
        admin.execute("SELECT pg_stat_force_next_flush()")
        query = "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables ORDER BY relname"
        return list(admin.execute(query).fetchall())


def test_a_preview_has_facts_and_brief_and_writes_nothing(roles: RoleUrls, admin_url: str, tmp_path: Path) -> None:
    seed(roles)
    with psycopg.connect(admin_url) as admin:
        found = admin.execute("SELECT id, name, zone FROM people ORDER BY id").fetchall()
    id, name, zone = found[0]
    before = written(admin_url)
    done = preview(tmp_path, admin_url, "--person", str(id), "--at", f"{DAY}T08:00", "--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert (made["facts"]["reader"]["name"], made["facts"]["reader"]["zone"]) == (name, zone)
    assert (made["facts"]["kind"], made["facts"]["local_date"]) == ("morning", str(DAY))
    said = {line["ref"] for part in made["brief"]["parts"] for line in part["lines"]}
    assert {one["ref"] for one in made["facts"]["priorities"]} <= said
    assert written(admin_url) == before
    evening = preview(tmp_path, admin_url, "--person", name, "--at", f"{DAY}T08:00", "--kind", "evening")
    assert evening.stdout.startswith("Good evening")
    page = preview(tmp_path, admin_url, "--person", name, "--at", f"{DAY}T15:00", "--html").stdout
    assert page.startswith("<!doctype html>")
    assert "Good afternoon" in page


def test_a_name_that_several_have_is_asked_back(roles: RoleUrls, admin_url: str, tmp_path: Path) -> None:
    seed(roles)
    with psycopg.connect(admin_url) as admin:
        admin.execute("UPDATE people SET name = 'Kim ' || id, human = gen_random_uuid()")
        ids = [str(row[0]) for row in admin.execute("SELECT id FROM people").fetchall()]
    several = preview(tmp_path, admin_url, "--person", "kim")
    assert several.returncode == 2
    assert all(f"{id}: Kim {id}" in several.stderr for id in ids)
    assert "nobody is called" in preview(tmp_path, admin_url, "--person", "Zora").stderr
    assert "no moment" in preview(tmp_path, admin_url, "--person", ids[0], "--at", "soon").stderr
    for far in ("0001-01-01T00:00", "9999-12-31T23:59"):
        assert "too far away" in preview(tmp_path, admin_url, "--person", ids[0], "--at", far).stderr
