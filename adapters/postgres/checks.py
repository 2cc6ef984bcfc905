"""What can be wrong with a database: the server, its roles, its row security and its schema. Nothing is changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence

import psycopg

from adapters.postgres.access import Access, Connection, Opened, Unopened, connect
from adapters.postgres.asking import one, row_of, rows_of
from adapters.postgres.migrate import revisions
from adapters.postgres.roles import ROLES
from core.health.models import Finding, Findings, ok, problem, skipped, warning

_OLDEST = 13  # procrastinate and pgvector want it
_SKEW_SECONDS = 30.0
_MIGRATE = "`robbie migrate` puts it right, or prints the SQL for somebody who may"
# What keeps organizations apart in a table of theirs, or in one of what is somebody's own (migrations/tables.py).
_POLICIES = ("org", "seen")
_POWERS = {
    "rolsuper": "is a superuser",
    "rolbypassrls": "bypasses row security",
    "rolcreatedb": "may make databases",
    "rolcreaterole": "may make roles",
}


async def database(access: Access) -> Findings:
    """Look at the database as its administrator."""
    try:
        opened = await access.open()
    except Unopened as refusal:
        yield refusal.finding
        return
    async with await connect(opened.admin) as admin:
        yield await _server(admin, opened)
        yield await _clock(admin)
        yield await _pgvector(admin)
        if not await one(admin, "SELECT to_regclass('public.alembic_version') IS NOT NULL"):
            yield await _unprepared(admin)
            return
        refused = await _refused(opened)
        yield await _roles(admin, refused)
        yield await _row_security(admin)
    yield await _migrations(opened) if "robbie_owner" not in refused else skipped("migrations", "needs robbie_owner")


async def _server(admin: Connection, opened: Opened) -> Finding:
    row = await row_of(
        admin,
        """SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
                  current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby,
                  pg_database_size(current_database()) / 1048576 AS megabytes""",
    )
    version = str(row["version"]).split()[0]
    started = "; started for this check, and stopped again" if opened.started else ""
    found = f"PostgreSQL {version} {opened.where}, {row['megabytes']} MB{started}"
    if int(str(row["number"])) < _OLDEST * 10_000:
        return problem("server", found, f"Robbie needs PostgreSQL {_OLDEST} or newer")
    if row["encoding"] != "UTF8":
        return problem("server", f"{found}, encoding {row['encoding']}", "make the database anew with ENCODING 'UTF8'")
    if row["standby"]:
        return problem("server", f"{found}, a read-only standby", "point DATABASE_URL to the primary")
    return ok("server", found)


async def _clock(admin: Connection) -> Finding:
    before = time.time()
    theirs = float(str(await one(admin, "SELECT extract(epoch FROM clock_timestamp())")))
    skew = theirs - (before + time.time()) / 2
    if abs(skew) > _SKEW_SECONDS:
        return warning("clock", f"the server's differs from ours by {skew:+.0f} s", "let NTP set both clocks")
    return ok("clock", "the server's agrees with ours")


async def _pgvector(admin: Connection) -> Finding:
    installed = await one(admin, "SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    if installed:
        return ok("pgvector", f"version {installed}")
    if await one(admin, "SELECT default_version FROM pg_available_extensions WHERE name = 'vector'"):
        return warning("pgvector", "is there, but not in this database", _MIGRATE)
    return problem(
        "pgvector", "this server does not have it", "install it there: github.com/pgvector/pgvector#installation"
    )


async def _unprepared(admin: Connection) -> Finding:
    if await one(admin, "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"):
        return skipped("migrations", "the database is still empty", "`robbie run` makes roles and schema")
    return warning(
        "migrations",
        "the database is still empty, and the user of DATABASE_URL may not make roles",
        "`robbie migrate` prints the SQL for somebody who may",
    )


async def _refused(opened: Opened) -> Sequence[str]:
    """The roles that cannot log in."""

    async def refused(url: str) -> bool:
        try:
            await (await connect(url)).close()
        except psycopg.OperationalError:
            return True
        return False

    urls = dict(zip(ROLES, (opened.roles.owner, opened.roles.app, opened.roles.system), strict=True))
    answers = await asyncio.gather(*map(refused, urls.values()))
    return [role for role, no in zip(urls, answers, strict=True) if no]


async def _roles(admin: Connection, refused: Iterable[str]) -> Finding:
    rows = await rows_of(admin, "SELECT * FROM pg_roles WHERE rolname = ANY(%s)", [list(ROLES)])
    missing = set(ROLES) - {str(row["rolname"]) for row in rows}
    wrong = [f"{role} is missing" for role in sorted(missing)]
    wrong += [f"{row['rolname']} {said}" for row in rows for power, said in _POWERS.items() if row[power]]
    wrong += [f"{role} cannot log in" for role in refused if role not in missing]
    if wrong:
        return problem("roles", ", ".join(wrong), _MIGRATE)
    return ok("roles", "all three, with no more power than they need")


async def _row_security(admin: Connection) -> Finding:
    rows = await rows_of(
        admin,
        """SELECT relname, relrowsecurity AND relforcerowsecurity AS forced,
                  EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid AND polname = ANY (%s)) AS guarded
           FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
             AND (relname = 'organizations' OR EXISTS (
                  SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'org_id' AND NOT attisdropped))
           ORDER BY relname""",
        [list(_POLICIES)],
    )
    open_ = [str(row["relname"]) for row in rows if not row["forced"]]
    unguarded = [str(row["relname"]) for row in rows if not row["guarded"]]
    if open_:
        return problem(
            "row security",
            f"is not forced on {', '.join(open_)}: one organization could reach another's rows",
            f"as robbie_owner: ALTER TABLE {open_[0]} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        )
    if unguarded:
        found = f"{', '.join(unguarded)}: the policy that keeps organizations apart is missing"
        return problem("row security", found, "make it again, as in migrations/tables.py")
    return ok("row security", f"forced on all {len(rows)} tables of organizations")


async def _migrations(opened: Opened) -> Finding:
    known = await asyncio.to_thread(revisions)
    async with await connect(opened.roles.owner) as owner:
        at = {str(row["version_num"]) for row in await rows_of(owner, "SELECT version_num FROM alembic_version")}
    done = [number for number, revision in enumerate(known, 1) if revision in at]
    if at and not done:
        return warning(
            "migrations",
            f"a newer Robbie made the schema ({', '.join(sorted(at))})",
            "it is left as it is; update this Robbie when you can",
        )
    behind = len(known) - max(done, default=0)
    if behind:
        found = f"the schema is {behind} of {len(known)} revisions behind"
        return problem("migrations", found, "`robbie migrate` (`robbie run` does so when it starts)")
    return ok("migrations", f"the schema is up to date ({known[-1]})")
