"""The three database roles (see docs/architecture.md): made, kept right, and given their URLs."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

Connection = psycopg.Connection[TupleRow]

OWNER, APP, SYSTEM = ROLES = ("robbie_owner", "robbie_app", "robbie_system")
ATTRIBUTES = sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
LOCK_KEY = 0x526F6C6573  # "Roles"
CONNECT_TIMEOUT = "15"
ATTEMPTS = 10
# Roles are shared by the databases of a server, the lock is not: another database's bootstrap can get in between.
COLLISIONS = (errors.UniqueViolation, errors.DuplicateObject, errors.InternalError_)


class RolesError(Exception):
    """The roles are not as they must be, and the given user may not change that; the message holds the SQL to run."""


@dataclass(frozen=True, slots=True)
class RoleUrls:
    """The libpq URLs of the three roles. They may hold passwords, so they are not shown.

    Attributes:
        owner: owns the tables; migrations.
        app: serves people, confined to one org.
        system: intake, sweep and ticks, which cross orgs.
    """

    owner: str
    app: str
    system: str

    def __repr__(self) -> str:
        return "RoleUrls(...)"


def bootstrap(admin_url: str) -> RoleUrls:
    """Make the database ready for Robbie: its roles, their grants, and pgvector. Repeating it changes nothing.

    Args:
        admin_url: a libpq URL (or connection string) of a user who may create roles, unless they are there already.

    Raises:
        RolesError: something is missing that this user may not make.
        psycopg.OperationalError: the server cannot be reached.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        secrets = _secrets(admin_url, connection)
        urls = _urls(admin_url, connection, secrets)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                _Bootstrap(connection, secrets, urls).run()
                break
            except COLLISIONS:
                if attempt == ATTEMPTS:
                    raise
    return RoleUrls(owner=urls[OWNER], app=urls[APP], system=urls[SYSTEM])


def role_urls(admin_url: str, connection: psycopg.BaseConnection[TupleRow]) -> RoleUrls:
    """The roles' URLs as ``bootstrap`` makes them, whether or not they work; changes nothing.

    Args:
        admin_url: what the connection was opened with.
        connection: an open connection of that user.
    """
    urls = _urls(admin_url, connection, _secrets(admin_url, connection))
    return RoleUrls(owner=urls[OWNER], app=urls[APP], system=urls[SYSTEM])


class _Bootstrap:
    """One attempt, in one transaction."""

    def __init__(self, connection: Connection, secrets: dict[str, str | None], urls: dict[str, str]) -> None:
        self._connection = connection
        self._secrets = secrets
        self._urls = urls
        self._database = sql.Identifier(connection.info.dbname)

    def run(self) -> None:
        with self._connection.transaction():
            self._connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
            required = [*self._role_statements(), *self._extension_statements()]
            try:
                with self._connection.transaction():
                    for statement in required:
                        self._connection.execute(statement)
            except errors.InsufficientPrivilege as error:
                raise self._refused([*required, *self._grants()]) from error
            except (errors.FeatureNotSupported, errors.UndefinedFile) as error:
                raise RolesError(
                    "This PostgreSQL server does not have pgvector. Install it there (https://github.com/pgvector/"
                    "pgvector#installation), or point DATABASE_URL to a server that has it."
                ) from error
            self._grant()

    def _role_statements(self) -> Iterator[sql.Composed]:
        """What is missing of the roles, their attributes and their passwords."""
        rows = self._connection.execute(
            "SELECT rolname, rolcanlogin AND NOT (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole) "
            "FROM pg_roles WHERE rolname = ANY(%s)",
            [list(ROLES)],
        )
        right = {str(name): bool(well) for name, well in rows}
        for role in ROLES:
            name, password = sql.Identifier(role), self._password(role)
            if role not in right:
                yield sql.SQL("CREATE ROLE {} {}{}").format(name, ATTRIBUTES, password)
                continue
            if not right[role]:
                yield sql.SQL("ALTER ROLE {} {}").format(name, ATTRIBUTES)
            if self._secrets[role] and not self._may_log_in(role):
                yield sql.SQL("ALTER ROLE {}{}").format(name, password)

    def _extension_statements(self) -> Iterator[sql.Composed]:
        if not self._connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'vector'").fetchone():
            yield sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier("vector"))

    def _grants(self) -> Iterator[sql.Composed]:
        owner, others = sql.Identifier(OWNER), sql.SQL(", ").join(map(sql.Identifier, (APP, SYSTEM)))
        yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(self._database, owner, others)
        yield sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(owner)
        yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(others)

    def _grant(self) -> None:
        """Grant, and look at the result: PostgreSQL only warns when somebody grants what he may not."""
        try:
            with self._connection.transaction():
                for statement in self._grants():
                    self._connection.execute(statement)
        except errors.InsufficientPrivilege:
            pass
        row = self._connection.execute(
            "SELECT bool_and(has_database_privilege(role, current_database(), 'CONNECT')"
            " AND has_schema_privilege(role, 'public', 'USAGE'))"
            " AND has_schema_privilege(%s, 'public', 'CREATE') FROM unnest(%s::name[]) AS role",
            [OWNER, list(ROLES)],
        ).fetchone()
        if row is None or not row[0]:
            raise self._refused([*self._grants()])

    def _refused(self, statements: list[sql.Composed]) -> RolesError:
        script = "".join(f"  {statement.as_string(self._connection)};\n" for statement in statements)
        return RolesError(
            f"The user {self._connection.info.user!r} of DATABASE_URL may not prepare the database "
            f"{self._connection.info.dbname!r}. Let an administrator run this there once, then start again:\n{script}"
        )

    def _password(self, role: str) -> sql.Composable:
        """The password as its SCRAM verifier, so that neither the server's log nor an error shows it."""
        secret = self._secrets[role]
        if secret is None:
            return sql.SQL("")
        verifier = self._connection.pgconn.encrypt_password(secret.encode(), role.encode(), b"scram-sha-256")
        return sql.SQL(" PASSWORD {}").format(sql.Literal(verifier.decode()))

    def _may_log_in(self, role: str) -> bool:
        try:
            psycopg.connect(self._urls[role], connect_timeout=CONNECT_TIMEOUT).close()
        except psycopg.OperationalError:
            return False
        return True


def _params(admin_url: str) -> dict[str, str]:
    return {key: str(value) for key, value in conninfo_to_dict(admin_url).items() if value is not None}


def _secrets(admin_url: str, connection: psycopg.BaseConnection[TupleRow]) -> dict[str, str | None]:
    """The roles' passwords; none where the administrator needs none."""
    used = connection.info.password if connection.pgconn.used_password else ""
    password = _params(admin_url).get("password") or used
    return {role: _derived(password, role) if password else None for role in ROLES}


def _urls(
    admin_url: str, connection: psycopg.BaseConnection[TupleRow], secrets: dict[str, str | None]
) -> dict[str, str]:
    params = {**_params(admin_url), "dbname": connection.info.dbname}
    return {role: _url(params, role, secret) for role, secret in secrets.items()}


def _derived(password: str, role: str) -> str:
    """A role's password: the same on every machine that knows the administrator's."""
    digest = hmac.new(password.encode(), role.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _url(params: dict[str, str], role: str, password: str | None) -> str:
    """The administrator's URL with a role in his place; hosts, ports and options stay as they are."""
    kept = {key: value for key, value in params.items() if key not in {"user", "password", "dbname", "passfile"}}
    credentials = role if password is None else f"{role}:{password}"
    query = urlencode(kept, quote_via=quote, safe="/")
    return f"postgresql://{credentials}@/{quote(params['dbname'], safe='')}" + (f"?{query}" if query else "")
