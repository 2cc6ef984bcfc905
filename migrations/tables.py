"""What every tenant table has: its org, forced row-level security, and the grants of the serving roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

ORG = "nullif(current_setting('app.org', true), '')::bigint"

PERSON = "nullif(current_setting('app.person', true), '')::bigint"
ROOM = "nullif(current_setting('app.room', true), '')"
_PRIVATE = "current_setting('app.private', true) = 'on'"
_ORG_WIDE = "current_setting('app.org_wide', true) = 'on'"
# All accounts of the person, as far as they are in the org.
MINE = f"""ARRAY(SELECT id FROM people
    WHERE id = {PERSON} OR human = (SELECT human FROM people WHERE id = {PERSON}))"""  # noqa: S608  (from constants)


def protect(table: str, *, app: str, system: str = "", org_column: str = "org_id") -> None:
    """Force row-level security on ``table`` and grant just what each role needs.

    Args:
        table: a table with an org column.
        app: privileges of robbie_app, e.g. ``SELECT, INSERT``; the policy confines them to the transaction's org.
        system: privileges of robbie_system, which crosses orgs (intake, sweep, ticks); empty for none.
        org_column: the column that names the org.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY org ON {table} USING ({org_column} = {ORG}) WITH CHECK ({org_column} = {ORG})")
    op.execute(f"GRANT {app} ON {table} TO robbie_app")
    if system:
        op.execute(f"CREATE POLICY system ON {table} TO robbie_system USING (true) WITH CHECK (true)")
        op.execute(f"GRANT {system} ON {table} TO robbie_system")


def protect_personal(table: str, *, app: str, by_others: bool = False) -> None:
    """Force row-level security on a table of what is somebody's own.

    It is seen by its owner in private, where it was said, and where it is shared; what is shared with the org, by its
    members where nobody else reads. Only its owner changes it. The table has ``org_id``, ``owner``, ``room`` (where it
    was said; empty for a direct message) and ``shared_with`` (a room, ``*`` for the org, or empty).

    Args:
        table: the table.
        app: privileges of robbie_app.
        by_others: whether rows may be made for somebody else.
    """
    here = f"org_id = {ORG}"
    mine = f"{here} AND owner = ANY ({MINE})"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY seen ON {table} FOR SELECT USING ({seen()})")
    op.execute(f"CREATE POLICY made ON {table} FOR INSERT WITH CHECK ({here if by_others else mine})")
    op.execute(f"CREATE POLICY changed ON {table} FOR UPDATE USING ({mine}) WITH CHECK ({mine})")
    op.execute(f"CREATE POLICY gone ON {table} FOR DELETE USING ({mine})")
    op.execute(f"GRANT {app} ON {table} TO robbie_app")


def protect_common(table: str, *, app: str) -> None:
    """Force row-level security on a table of what a team keeps together, such as its contacts.

    The columns are those of ``protect_personal``; ``owner`` may be empty. What is shared with the org is seen and
    changed by its members where nobody else reads; the rest is its owner's.

    Args:
        table: the table.
        app: privileges of robbie_app.
    """
    here = f"org_id = {ORG}"
    theirs = f"{here} AND (owner = ANY ({MINE}) OR shared_with = '*' AND {_ORG_WIDE})"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY seen ON {table} FOR SELECT USING ({seen()})")
    op.execute(f"CREATE POLICY made ON {table} FOR INSERT WITH CHECK ({theirs})")
    op.execute(f"CREATE POLICY changed ON {table} FOR UPDATE USING ({theirs}) WITH CHECK ({theirs})")
    op.execute(f"CREATE POLICY gone ON {table} FOR DELETE USING ({theirs})")
    op.execute(f"GRANT {app} ON {table} TO robbie_app")


def let_move(table: str, columns: str = "org_id, owner") -> None:
    """Let robbie_system take a table's rows along when their person moves into another org, and see no more of them."""
    op.execute(f"CREATE POLICY system ON {table} TO robbie_system USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT ({columns}), UPDATE (org_id) ON {table} TO robbie_system")


def seen(*, once: bool = False, by_outsiders: bool = False) -> str:
    """Who sees a row of a personal table.

    Args:
        once: whether the settings are read once for a query, not once for a row.
        by_outsiders: whether what is shared with the org is seen by whoever is met in it, as it was at first.
    """
    settings = (ORG, ROOM, _PRIVATE, "true" if by_outsiders else _ORG_WIDE)
    org, room, private, org_wide = (f"(SELECT {value})" if once else value for value in settings)
    return f"""org_id = {org} AND ({private} AND owner = ANY ({MINE}) OR room <> '' AND room = {room}
        OR shared_with = '*' AND {org_wide} OR shared_with <> '' AND shared_with = {room})"""


@contextmanager
def unforced(*tables: str) -> Iterator[None]:
    """Let the migrating role, which owns the tables, see and change all their rows meanwhile."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def drop(*tables: str) -> None:
    """Drop tables in the given order; policies and grants go with them."""
    for table in tables:
        op.execute(f"DROP TABLE {table}")
