"""``robbie import``: a dry run, then the import, for a person who is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from core.work.headers import KINDS

_DOCS = Path(__file__).parents[2] / "docs" / "how-to" / "contacts.md"
CSV = "Name,Email,Company\nAna Pohl,ana@acme.com,Acme\nBen,nowhere,\nCy Young,cy@acme.com,Acme\n"


def robbie(url: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": url, "ROBBIE_HOME": str(home / "var"), "COLUMNS": "200"}
    command = [sys.executable, "-c", "from bot.cli import main; main()", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.slow
def test_a_file_is_looked_at_and_imported_for_whom_it_is_said(admin_url: str, tmp_path: Path) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for number, name in enumerate(("Ana", "Ben"), 1):
            admin.execute(
                """WITH org AS (INSERT INTO organizations (name) VALUES (%(t)s) RETURNING id),
                   tenant AS (INSERT INTO tenants SELECT 'slack', %(t)s, id FROM org),
                   person AS (INSERT INTO people (org_id, name) SELECT id, %(name)s FROM org RETURNING id, org_id)
                   INSERT INTO accounts (org_id, person_id, surface, tenant, account, is_member)
                   SELECT org_id, id, 'slack', %(t)s, %(t)s, true FROM person""",
                {"t": f"T{number}", "name": name},
            )
    file = tmp_path / "people.csv"
    file.write_text(CSV, "utf-8")
    whose = robbie(admin_url, tmp_path, "import", str(file))
    assert whose.returncode == 2
    assert "Say --person" in whose.stderr, whose.stderr
    assert "nobody is called" in robbie(admin_url, tmp_path, "import", str(file), "--person", "Zoe").stderr
    looked = robbie(admin_url, tmp_path, "import", str(file), "--person", "ana", "--dry-run")
    assert looked.returncode == 1
    assert "2 new, 1 wrong" in looked.stdout
    assert "line 3: “nowhere”" in looked.stdout
    with psycopg.connect(admin_url) as admin:
        assert admin.execute("SELECT count(*) FROM contacts").fetchone() == (0,)
    done = robbie(admin_url, tmp_path, "import", str(file), "--person", "ana", "--json")
    said = json.loads(done.stdout)
    assert [one["name"] for one in said["new"]] == ["Ana Pohl", "Cy Young"]
    assert said["wrong"][0]["line"] == 3
    with psycopg.connect(admin_url) as admin:
        rows = admin.execute(
            "SELECT people.name, shared_with FROM contacts JOIN people ON people.id = owner"
        ).fetchall()
    assert rows == [("Ana", "*"), ("Ana", "*")]


def test_the_guide_names_every_column_that_is_understood() -> None:
    guide = _DOCS.read_text("utf-8")
    for kind, table in KINDS.items():
        assert f"| {kind} | columns |" in guide
        for field, names in table.items():
            assert f"| {field} | {', '.join(names)} |" in guide
