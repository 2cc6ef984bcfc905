"""What an org's day has cost against its cap, and when recurring work last ran."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0008_operations"
down_revision = "0006_communication"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # cap_usd is empty where the org uses the configured cap.
    op.execute("""
        CREATE TABLE budgets (
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            day date NOT NULL,
            cap_usd double precision,
            spent_usd double precision NOT NULL DEFAULT 0,
            PRIMARY KEY (org_id, day)
        )""")
    protect("budgets", app="SELECT, INSERT, UPDATE")
    # One row per kind of recurring work and local date that it ran for: it happens once, however many ask.
    op.execute("""
        CREATE TABLE schedules (
            kind text NOT NULL,
            subject text NOT NULL,
            local_date date NOT NULL,
            ran_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (kind, subject, local_date)
        )""")
    op.execute("GRANT SELECT, INSERT, DELETE ON schedules TO robbie_system")


def downgrade() -> None:
    drop("schedules", "budgets")
