"""One org never reaches another's rows: every table, every verb, as the roles that serve."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from psycopg.rows import dict_row

from adapters.postgres.database import Database
from adapters.postgres.roles import RoleUrls

# What holds no tenant's data: the queue's ids, Alembic's own row, and when recurring work ran.
SHARED = ("alembic_version", "embedders", "embedding_leases", "leases", "schedules", "used_states", "procrastinate_%")

# What robbie_system crosses orgs with. More must be a decision.
SYSTEM = {
    "organizations": "IS",
    "tenants": "IS",
    "people": "ISU",
    "accounts": "IS",
    "conversations": "ISU",
    "messages": "ISU",
    "inbox": "DISU",
    "inbox_identities": "DIS",
    "outbox": "DSU",
    "reply_tokens": "DIS",
    "mentions": "DISU",
    "leases": "ISU",
    "embedders": "ISU",
    "embedding_leases": "DISU",
    "schedules": "DIS",
    "installations": "ISU",
    "used_states": "DIS",
    "uploads": "DS",
    "links": "ISU",
    "memories": "D",
    "notes": "D",
    "direct_places": "DISU",
    "brief_times": "DISU",
    "brief_changes": "DIS",
    "briefs": "DI",
    "brief_lines": "D",
    "deliveries": "I",
    "mail_addresses": "SU",
    "letters": "SU",
    "api_tokens": "SU",
    "companies": "D",
    "contacts": "D",
    "deals": "D",
    "imports": "D",
}


def _columns(seen: str, changed: str) -> set[str]:
    return {*(f"S:{name}" for name in seen.split()), *(f"U:{name}" for name in changed.split())}


# Of these tables it sees and changes the columns alone by which a direct message moves to its person's home, and by
# which memories are made of messages, embedded, and found by rare words.
MOVED = {
    "accounts": {"U:org_id"},
    "inbox_identities": {"U:org_id"},
    "reply_tokens": {"U:org_id"},
    "reactions": {"S:org_id", "S:message_id", "U:org_id"},
    "interactions": {"S:org_id", "S:id", "S:conversation_id", "U:org_id"},
    "model_calls": {"S:org_id", "S:interaction_id", "U:org_id"},
    "votes": {"S:org_id", "S:interaction_id", "U:org_id"},
    "signals": {"S:org_id", "S:interaction_id", "U:org_id"},
    "notes": {
        "S:id",
        "S:org_id",
        "S:owner",
        "U:org_id",
        "S:considered_at",
        "S:uses",
        "S:used_at",
        "U:uses",
        "U:used_at",
        "S:kind",
        "S:importance",
        "S:said_at",
        "S:due_at",
        "S:pinned",
        "S:shared_with",
        "S:found_by",
        "S:edited_at",
    },
    "drawn_on": {"S:org_id", "S:interaction_id", "S:memory_id", "S:counted", "U:org_id", "U:counted"},
    "note_sources": {"S:org_id", "S:note_id", "S:message_id", "U:org_id"},
    "memories": {
        "S:id",
        "S:org_id",
        "S:owner",
        "S:conversation_id",
        "S:text",
        "S:embedding",
        "S:embedded_by",
        "S:message_id",
        "S:words",
        "S:kind",
        "S:said_at",
        "S:room",
        "S:shared_with",
        "S:valid_to",
        "S:note_id",
        *(
            f"I:{name}"
            for name in (
                "org_id",
                "owner",
                "people",
                "conversation_id",
                "message_id",
                "kind",
                "room",
                "speaker",
                "text",
                "said_at",
            )
        ),
        "U:org_id",
        "U:embedding",
        "U:embedded_by",
    },
    "tasks": {"S:org_id", "S:owner", "U:org_id"},
    "goals": _columns("org_id owner", "org_id"),
    "task_ties": _columns("org_id owner", "org_id"),
    "calendar_events": _columns("org_id owner", "org_id"),
    "focus_blocks": _columns("org_id owner", "org_id"),
    "brief_lines": _columns("org_id owner brief_id section act acted_at", "org_id"),
    "priority_weights": _columns("org_id owner", "org_id"),
    "outreach": _columns("org_id owner settled_at", "org_id"),
    "companies": _columns("id org_id owner shared_with gone_at", "org_id"),
    "contacts": _columns("id org_id owner shared_with gone_at", "org_id"),
    "deals": _columns("id org_id owner shared_with gone_at", "org_id"),
    "imports": _columns("org_id owner created_at", "org_id"),
    "activities": _columns("org_id owner shared_with", "org_id"),
    "briefs": _columns(
        "id org_id owner room subject kind local_date zone"
        " due_at state settled_at problem told_at created_at composed_at worded",
        "org_id state facts settled_at problem told_at",
    ),
    "deliveries": _columns(
        "id org_id owner brief_id channel state inbox_id"
        " attempts not_before lease_until handed_over_at problem created_at sent_at written",
        "org_id state inbox_id attempts not_before lease_until handed_over_at problem sent_at mail",
    ),
    "calendars": _columns(
        "id kind failures synced_at sync_at lease_until removed_at org_id owner", "org_id lease_until"
    ),
    "refusals": {"S:org_id", "S:person_id", "U:org_id"},
    "consents": {
        "S:id",
        "S:org_id",
        "S:note_id",
        "S:person_id",
        "S:owner",
        "S:conversation_id",
        "S:part",
        "S:what",
        "S:audience",
        "S:state",
        "S:expires_at",
        "S:handed_over_at",
        "U:org_id",
        "U:conversation_id",
        "U:state",
        "U:settled_at",
        "U:expires_at",
        "U:handed_over_at",
    },
    "reminders": {
        "S:id",
        "S:org_id",
        "S:owner",
        "S:conversation_id",
        "S:due_at",
        "S:handed_over_at",
        "U:org_id",
        "U:handed_over_at",
    },
    "channel_settings": {
        "S:org_id",
        "S:surface",
        "S:tenant",
        "S:channel",
        "S:listens",
        "S:external",
        "S:settings",
        "I:org_id",
        "I:surface",
        "I:tenant",
        "I:channel",
        "I:external",
        "U:org_id",
        "U:external",
    },
}

_TABLES = """
    SELECT relname AS name, 'org_id' = ANY (names) AS owned, 'id' = ANY (names) AS numbered
    FROM pg_class, LATERAL (SELECT array_agg(attname) AS names FROM pg_attribute WHERE attrelid = pg_class.oid) AS own
    WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT relname LIKE ANY (%s)
    ORDER BY relname"""

_COLUMNS = """
    SELECT column_name AS name, data_type AS type FROM information_schema.columns
    WHERE table_name = %s AND table_schema = 'public' AND is_identity = 'NO' AND is_generated = 'NEVER'
      AND (is_nullable = 'NO' AND column_default IS NULL) ORDER BY ordinal_position"""

_PARENTS = """
    SELECT attname AS column, confrelid::regclass::text AS parent
    FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
    WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid <> conrelid"""

# A value that each type takes, and the few that a check constraint asks for.
_VALUES: Mapping[str, object] = {
    "text": "x",
    "bigint": 1,
    "integer": 1,
    "smallint": 1,
    "double precision": 1.0,
    "boolean": True,
    "date": date(2026, 1, 1),
    "timestamp with time zone": datetime(2026, 1, 1, tzinfo=UTC),
    "jsonb": "{}",
}
_CHOICES = {
    ("inbox", "state"): "received",
    ("outbox", "phase"): "final",
    ("signals", "kind"): "reask",
    ("consents", "part"): "owner",
    ("consents", "what"): "share",
    ("memories", "kind"): "message",
    ("activities", "kind"): "call",
    ("calendars", "kind"): "ics",
    ("brief_times", "kind"): "morning",
    ("briefs", "kind"): "morning",
    ("deliveries", "channel"): "chat",
}
# What must differ between two rows of one table.
_OTHERS: Mapping[str, object] = {
    "day": date(2026, 1, 2),
    "origin": 1_000_000,
    "inbox_id": 1_000_000,
    "what": "celebrate",
    "fingerprint": b"another",
}
_OTHERS_OF = {
    ("outbox", "part"): 7,
    ("brief_lines", "number"): 7,
    ("brief_times", "room"): "room",
    ("outreach", "state"): "dropped",
    ("signals", "kind"): "thanks",
    ("deliveries", "channel"): "email",
}

Admin = psycopg.Connection[dict[str, object]]


class House:
    """A database in which two orgs have one row in each tenant table."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        tables = admin.execute(_TABLES, [list(SHARED)]).fetchall()
        self.org_of = {str(table["name"]): "org_id" if table["owned"] else "id" for table in tables}
        self._numbered = {str(table["name"]) for table in tables if table["numbered"]}
        self.orgs = tuple(self._seed(mark) for mark in ("one", "two"))
        admin.execute("DELETE FROM memories WHERE note_id IS NOT NULL")  # those that follow the notes
        admin.execute(  # and those that follow people
            "DELETE FROM brief_changes WHERE id NOT IN (SELECT max(id) FROM brief_changes GROUP BY org_id)"
        )

    def count(self, table: str, org: int) -> int:
        """How many rows of an org there are, as the superuser sees them."""
        query = sql.SQL("SELECT count(*) AS n FROM {} WHERE {} = %s").format(_name(table), _name(self.org_of[table]))
        row = self._admin.execute(query, [org]).fetchone()
        assert row is not None
        return int(str(row["n"]))

    def row_of(self, table: str, org: int, mark: str) -> dict[str, object]:
        """A new row for an org, hanging on the org's own parents."""
        ids = {}
        for parent in self._numbered:
            query = sql.SQL("SELECT id FROM {} WHERE {} = %s").format(_name(parent), _name(self.org_of[parent]))
            ids[parent] = self._admin.execute(query, [org]).fetchall()[0]["id"]
        return self._row(table, ids, mark)

    def person(self, org: int | None) -> int | None:
        """The person of an org."""
        rows = self._admin.execute("SELECT id FROM people WHERE org_id = %s", [org]).fetchall()
        return int(str(rows[0]["id"])) if rows else None

    def empty_where_only_parents_differ(self, table: str, org: int) -> None:
        """Make room for the only row that these parents can have."""
        if table in ("note_sources", "drawn_on", "task_ties", "mail_addresses", "priority_weights", "direct_places"):
            self._admin.execute(sql.SQL("DELETE FROM {} WHERE org_id = %s").format(_name(table)), [org])

    def _seed(self, mark: str) -> int:
        made: dict[str, object] = {}
        waiting = list(self.org_of)
        while waiting:
            ready = [table for table in waiting if not (set(self.parents(table).values()) - made.keys() - {table})]
            assert ready, f"tables that hang on each other: {waiting}"
            for table in ready:
                made[table] = self._insert(table, self._row(table, made, mark))
                waiting.remove(table)
        return int(str(made["organizations"]))

    def parents(self, table: str) -> dict[str, str]:
        """The tables that its columns point to."""
        return {str(row["column"]): str(row["parent"]) for row in self._admin.execute(_PARENTS, [table])}

    def _row(self, table: str, ids: Mapping[str, object], mark: str) -> dict[str, object]:
        parents = self.parents(table)
        row = {}
        for column in self._admin.execute(_COLUMNS, [table]):
            name, kind = str(column["name"]), str(column["type"])
            value = {"text": mark, "bytea": mark.encode()}.get(kind) or _VALUES[kind]
            row[name] = ids.get(parents[name]) if name in parents else _CHOICES.get((table, name), value)
        if "inbox_id" in row and "inbox_id" not in parents:
            row["inbox_id"] = ids.get("inbox", 1)
        if "owner" in parents:
            row["owner"] = ids["people"]  # empty only where nobody alone owns it
        return row or {"name": mark}

    def _insert(self, table: str, row: Mapping[str, object]) -> object:
        query = _insert(table, row) + sql.SQL(" RETURNING {}").format(
            _name("id" if table in self._numbered else "org_id")
        )
        return next(iter(self._admin.execute(query, list(row.values())).fetchall()[0].values()))

    def may_insert(self, table: str) -> bool:
        """Whether robbie_app was granted it."""
        rows = self._admin.execute("SELECT has_table_privilege('robbie_app', %s, 'INSERT') AS may", [table]).fetchall()
        return bool(rows[0]["may"])


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _insert(table: str, row: Mapping[str, object]) -> sql.Composed:
    columns = sql.SQL(", ").join(map(_name, row))
    values = sql.SQL(", ").join([sql.Placeholder()] * len(row))
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(_name(table), columns, values)


@pytest.fixture
def house(admin_url: str) -> Iterator[House]:
    with psycopg.connect(admin_url, autocommit=True, row_factory=dict_row) as admin:
        yield House(admin)


def as_app(roles: RoleUrls, org: int | None, person: int | None = None) -> psycopg.Connection[tuple[object, ...]]:
    """Somebody of an org, who reads in private."""
    connection = psycopg.connect(roles.app)
    for name, value in {"org": org, "person": person, "private": "on" if person else None}.items():
        if value is not None:
            connection.execute("SELECT set_config(%s, %s, true)", [f"app.{name}", str(value)])
    return connection


def tried(connection: psycopg.Connection[tuple[object, ...]], query: sql.Composed, values: list[object]) -> int | None:
    """How many rows a statement reached; None when it is refused. Nothing of it stays."""
    try:
        with connection.transaction(force_rollback=True):
            cursor = connection.execute(query, values)
            return len(cursor.fetchall()) if cursor.description else cursor.rowcount
    except InsufficientPrivilege:
        return None


def test_no_verb_on_any_table_reaches_another_org_or_anything_without_one(house: House, roles: RoleUrls) -> None:
    one, two = house.orgs
    for table, org_column in house.org_of.items():
        where = sql.SQL(" WHERE {} = %s").format(_name(org_column))
        select = sql.SQL("SELECT 1 FROM {}").format(_name(table)) + where
        column = _name(org_column if org_column == "org_id" else "name")
        update = sql.SQL("UPDATE {} SET {} = {}").format(_name(table), column, column) + where
        delete = sql.SQL("DELETE FROM {}").format(_name(table)) + where
        assert house.count(table, one) == house.count(table, two) == 1, table
        for org, reached in ((one, {0, 1, None}), (two, {0, None}), (None, {0, None})):
            with as_app(roles, org, house.person(org)) as connection:
                for query in (update, delete):
                    assert tried(connection, query, [one]) in reached, (table, org)
                assert tried(connection, select, [one]) == (1 if org == one else 0), (table, org)


def test_no_row_can_be_written_into_another_org(house: House, roles: RoleUrls) -> None:
    one, two = house.orgs
    for table in house.org_of.keys() - {"organizations"}:
        row = house.row_of(table, one, "new")
        row |= {name: value for name, value in _OTHERS.items() if name in row and name not in house.parents(table)}
        row |= {name: value for (of, name), value in _OTHERS_OF.items() if of == table}
        house.empty_where_only_parents_differ(table, one)
        with as_app(roles, one, house.person(one)) as connection:
            own = tried(connection, _insert(table, row), list(row.values()))
        for org in (two, None):
            with as_app(roles, org, house.person(org)) as connection:
                assert tried(connection, _insert(table, row), list(row.values())) is None, (table, org)
        assert own == (1 if house.may_insert(table) else None), table


def test_no_row_can_be_moved_into_another_org(house: House, roles: RoleUrls) -> None:
    one, two = house.orgs
    for table, org_column in house.org_of.items():
        move = sql.SQL("UPDATE {} SET {} = %s").format(_name(table), _name(org_column))
        with as_app(roles, two, house.person(two)) as connection:
            if org_column == "org_id":
                assert tried(connection, move, [one]) is None, table
        assert house.count(table, two) == 1, table


def test_the_system_role_has_only_the_grants_that_its_statements_use(admin_url: str) -> None:
    with psycopg.connect(admin_url) as admin:
        granted = admin.execute(
            """SELECT table_name, string_agg(left(privilege_type, 1), '' ORDER BY privilege_type)
               FROM information_schema.role_table_grants
               WHERE grantee = 'robbie_system' AND table_name NOT LIKE 'procrastinate%' GROUP BY 1"""
        ).fetchall()
    assert dict(granted) == SYSTEM


def test_the_system_role_reads_and_changes_the_columns_alone_by_which_conversations_move(admin_url: str) -> None:
    with psycopg.connect(admin_url) as admin:
        granted = admin.execute(
            """SELECT relname, left(privilege_type, 1) || ':' || attname
               FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid, aclexplode(attacl) AS acl
               WHERE acl.grantee = 'robbie_system'::regrole"""
        ).fetchall()
    found: dict[str, set[str]] = {}
    for table, column in granted:
        found.setdefault(table, set()).add(column)
    assert found == MOVED


def test_neither_serving_role_may_empty_alter_or_hang_triggers_on_a_table(admin_url: str) -> None:
    """TRUNCATE and REFERENCES see through row-level security."""
    with psycopg.connect(admin_url) as admin:
        found = admin.execute(
            """SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants
               WHERE grantee IN ('robbie_app', 'robbie_system', 'PUBLIC') AND table_schema = 'public'
                 AND privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')"""
        ).fetchall()
    assert found == []


def test_functions_and_views_run_with_the_rights_of_who_calls_them(admin_url: str) -> None:
    """One that ran as its owner would carry robbie_app past the policies."""
    with psycopg.connect(admin_url) as admin:
        found = admin.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        ).fetchall()
        views = admin.execute(
            """SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
                 AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'"""
        ).fetchall()
    assert (found, views) == ([], [])


@pytest.mark.parametrize(
    "trick",
    [
        "SET ROLE robbie_system",
        "SET ROLE robbie_owner",
        "SET SESSION AUTHORIZATION robbie_owner",
        "ALTER TABLE messages NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE messages DISABLE ROW LEVEL SECURITY",
        "DROP POLICY org ON messages",
        "CREATE POLICY mine ON messages USING (true)",
        "GRANT robbie_system TO robbie_app",
        "ALTER ROLE robbie_app BYPASSRLS",
        "TRUNCATE messages CASCADE",
        "CREATE FUNCTION peek() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "COPY messages TO PROGRAM 'cat'",
        "SELECT pg_read_file('PG_VERSION')",
    ],
)
def test_the_serving_role_cannot_raise_itself(roles: RoleUrls, trick: str) -> None:
    with psycopg.connect(roles.app, autocommit=True) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(trick)


def test_switching_row_security_off_makes_a_query_fail_instead_of_seeing_more(house: House, roles: RoleUrls) -> None:
    with as_app(roles, house.orgs[0]) as connection:
        connection.execute("SET LOCAL row_security = off")
        with pytest.raises(InsufficientPrivilege):
            connection.execute("SELECT * FROM messages")


@pytest.mark.parametrize("end", ["commit", "error"])
async def test_an_org_does_not_stay_on_a_pooled_connection(house: House, roles: RoleUrls, end: str) -> None:
    one, two = house.orgs
    database = Database(roles.app, roles.system, size=2)
    await database.open()
    try:
        assert await asyncio.gather(*(_seen(database, one) for _ in range(2))) == [[{"org_id": one}]] * 2
        if end == "error":
            with pytest.raises(psycopg.errors.DivisionByZero):
                async with database.app(one) as tx:
                    await tx.execute("SELECT 1 / 0")
        assert await _seen(database, two) == [{"org_id": two}]
        async with database._app.connection() as connection:  # as a statement outside of ``app`` would find it
            assert await (await connection.execute("SELECT 1 FROM messages")).fetchall() == []
    finally:
        await database.close()


async def _seen(database: Database, org: int) -> list[dict[str, object]]:
    async with database.app(org) as tx:
        return await (await tx.execute("SELECT DISTINCT org_id FROM messages")).fetchall()


async def test_an_org_that_injected_sql_set_for_the_session_is_not_the_next_transactions(
    house: House, roles: RoleUrls
) -> None:
    one, two = house.orgs
    database = Database(roles.app, roles.system, size=2)
    await database.open()
    try:
        async with database.app(one) as tx:
            await tx.execute("SELECT set_config('app.org', %s, false)", [str(one)])
        assert await _seen(database, two) == [{"org_id": two}]
    finally:
        await database.close()
