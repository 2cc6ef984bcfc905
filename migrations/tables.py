"""What every tenant table has: its org, forced row-level security, and the grants of the serving roles."""

from __future__ import annotations

from alembic import op

ORG = "nullif(current_setting('app.org', true), '')::bigint"


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


def drop(*tables: str) -> None:
    """Drop tables in the given order; policies and grants go with them."""
    for table in tables:
        op.execute(f"DROP TABLE {table}")
