"""The three database roles, on a real server: with passwords, without, and for users who may not make them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from adapters.postgres import roles
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.roles import ROLES, RolesError, RoleUrls, bootstrap

HBA_WITH_PASSWORDS = "local all postgres trust\nlocal all all scram-sha-256\n"
PASSWORD = "p@ss/wörd %&?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("pg"), settings={"fsync": "off"}) as postgres:
        yield postgres


@pytest.fixture(scope="module")
def hba(server: EmbeddedPostgres) -> Path:
    return Path(str(run(server.url(), "SHOW hba_file")))


@pytest.fixture
def database(server: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database in a server without our roles; yields the superuser's URL of it."""
    name = f"a db/{request.node.name[:40]}"
    run(server.url(), sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield server.url(database=name)
    run(server.url(), sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    for role in (*ROLES, "admin", "dba"):
        run(server.url(), sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


@pytest.fixture
def with_passwords(server: EmbeddedPostgres, hba: Path) -> Iterator[None]:
    """The server asks everybody but postgres for a password."""
    before = hba.read_text()
    hba.write_text(HBA_WITH_PASSWORDS)
    run(server.url(), "SELECT pg_reload_conf()")
    yield
    hba.write_text(before)
    run(server.url(), "SELECT pg_reload_conf()")


def run(url: str, statement: str | sql.Composed) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def make_admin(server: EmbeddedPostgres, database: str, attributes: str) -> str:
    """Make a user with PASSWORD who owns the database; returns his URL of it."""
    name = conninfo_to_dict(database)["dbname"]
    verb = sql.SQL("CREATE ROLE admin LOGIN {} PASSWORD {}")
    run(server.url(), verb.format(sql.SQL(attributes), sql.Literal(PASSWORD)))
    run(server.url(), sql.SQL("ALTER DATABASE {} OWNER TO admin").format(sql.Identifier(str(name))))
    return database.replace("postgresql://postgres@", f"postgresql://admin:{quote(PASSWORD, safe='')}@")


def whoami(urls: RoleUrls) -> list[object]:
    return [run(url, "SELECT current_user::text") for url in (urls.owner, urls.app, urls.system)]


def test_roles_are_made_without_power_over_the_server_or_row_security(database: str) -> None:
    urls = bootstrap(database)
    assert whoami(urls) == list(ROLES)
    with psycopg.connect(database) as connection:
        powers = connection.execute(
            "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles "
            "WHERE rolname = ANY(%s)",
            [list(ROLES)],
        ).fetchall()
    assert powers == [(True, False, False, False, False)] * 3
    assert run(urls.app, "SELECT '[1,2]'::vector::text") == "[1,2]"


def test_only_the_owner_makes_tables(database: str) -> None:
    urls = bootstrap(database)
    run(urls.owner, "CREATE TABLE mine (n int)")
    for url in (urls.app, urls.system):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(url, "CREATE TABLE theirs (n int)")


def test_grants_do_not_lean_on_public(database: str) -> None:
    name = sql.Identifier(str(conninfo_to_dict(database)["dbname"]))
    run(database, sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    run(database, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    urls = bootstrap(database)
    assert whoami(urls) == list(ROLES)
    assert run(urls.app, "SELECT has_schema_privilege('public', 'USAGE')") is True


def test_repeating_changes_nothing(database: str) -> None:
    versions = "SELECT array_agg(rolname || xmin::text ORDER BY rolname) FROM pg_authid WHERE rolname LIKE 'robbie%'"
    first = bootstrap(database)
    before = run(database, versions)
    assert bootstrap(database) == first
    assert run(database, versions) == before


def test_many_at_once_over_two_databases_agree(server: EmbeddedPostgres, database: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(bootstrap, [database, server.url()] * 4))
    assert len(set(results)) == 2
    assert whoami(results[0]) == list(ROLES)
    for role in ROLES:
        run(server.url(), sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))


def test_passwords_follow_from_the_administrators(
    server: EmbeddedPostgres, database: str, with_passwords: None
) -> None:
    run(database, "CREATE EXTENSION vector")
    admin = make_admin(server, database, "CREATEROLE")
    urls = bootstrap(admin)
    assert whoami(urls) == list(ROLES)
    assert bootstrap(admin) == urls
    passwords = {conninfo_to_dict(url)["password"] for url in (urls.owner, urls.app, urls.system)}
    assert len(passwords) == 3
    assert PASSWORD not in passwords
    assert not any(str(password) in repr(urls) for password in passwords)


def test_changed_administrators_password_changes_the_roles(
    server: EmbeddedPostgres, database: str, with_passwords: None
) -> None:
    run(database, "CREATE EXTENSION vector")
    admin = make_admin(server, database, "CREATEROLE")
    old = bootstrap(admin)
    run(server.url(), "ALTER ROLE admin PASSWORD 'another'")
    new = bootstrap(admin.replace(quote(PASSWORD, safe=""), "another"))
    assert whoami(new) == list(ROLES)
    with pytest.raises(psycopg.OperationalError):
        run(old.app, "SELECT 1")


def test_administrator_who_may_not_make_roles_is_told_the_sql_that_helps(
    server: EmbeddedPostgres, database: str, with_passwords: None
) -> None:
    admin = make_admin(server, database, "NOCREATEROLE")
    with pytest.raises(RolesError) as refused:
        bootstrap(admin)
    message = str(refused.value)
    assert PASSWORD not in message
    assert all(roles._derived(PASSWORD, role) not in message for role in ROLES)
    for statement in message.split("start again:\n")[1].split(";\n")[:-1]:
        run(database, statement)
    assert whoami(bootstrap(admin)) == list(ROLES)


def test_missing_right_to_make_the_extension_is_told(
    server: EmbeddedPostgres, database: str, with_passwords: None
) -> None:
    bootstrap(database)
    run(database, "DROP EXTENSION vector")
    name = sql.Identifier(str(conninfo_to_dict(database)["dbname"]))
    admin = make_admin(server, database, "CREATEROLE")
    run(server.url(), sql.SQL("ALTER DATABASE {} OWNER TO postgres").format(name))
    run(server.url(), "GRANT robbie_owner, robbie_app, robbie_system TO admin WITH ADMIN OPTION")
    with pytest.raises(RolesError, match='CREATE EXTENSION IF NOT EXISTS "vector"'):
        bootstrap(admin)


def test_role_with_too_much_power_loses_it(database: str) -> None:
    run(database, "CREATE ROLE robbie_app LOGIN SUPERUSER BYPASSRLS")
    bootstrap(database)
    assert run(database, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'robbie_app'") is False


@pytest.mark.parametrize(
    ("admin", "app"),
    [
        (
            "postgresql://root:a%40b@db.example:6543/my%20db?sslmode=require&application_name=x%26y",
            "postgresql://robbie_app:s@/my%20db?sslmode=require&application_name=x%26y&host=db.example&port=6543",
        ),
        ("postgres://u@h1:1,h2:2/d", "postgresql://robbie_app:s@/d?host=h1%2Ch2&port=1%2C2"),
        ("host='/var/run/my dir' dbname=d user=u", "postgresql://robbie_app:s@/d?host=/var/run/my%20dir"),
    ],
)
def test_everything_but_the_user_stays_in_the_url(admin: str, app: str) -> None:
    params = {key: str(value) for key, value in conninfo_to_dict(admin).items() if value is not None}
    made = roles._url(params, "robbie_app", "s")
    expected = {**params, "user": "robbie_app", "password": "s"}
    assert conninfo_to_dict(made) == conninfo_to_dict(app)
    assert {key: str(value) for key, value in conninfo_to_dict(made).items()} == expected
