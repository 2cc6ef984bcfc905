"""What one process holds at a time for all of them, such as a platform's connection."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop

revision = "0008_leases"
down_revision = "0006_reply_tokens"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The row stays when the lease ends, so that the fence only grows.
    op.execute("""
        CREATE TABLE leases (
            name text PRIMARY KEY,
            holder text NOT NULL,
            fence bigint NOT NULL,
            until timestamptz NOT NULL
        )""")
    op.execute("GRANT SELECT, INSERT, UPDATE ON leases TO robbie_system")


def downgrade() -> None:
    drop("leases")
