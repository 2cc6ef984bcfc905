"""The audit log: who did what, when and how much of it; never the content."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0008_audit"
down_revision = "0004_tasks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No reference to people: a line stays when its person is forgotten.
    op.execute("""
        CREATE TABLE audit_log (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            actor bigint NOT NULL,
            action text NOT NULL,
            counts jsonb NOT NULL DEFAULT '{}',
            at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE INDEX audit_log_at ON audit_log (org_id, at)")
    protect("audit_log", app="SELECT, INSERT")


def downgrade() -> None:
    drop("audit_log")
