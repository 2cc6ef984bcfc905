"""What people attach in the web chat, which has no platform that would keep it for them."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0006_uploads"
down_revision = "0007_feedback"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The page makes the id; it is no secret, since the conversation's own is asked for with it.
    op.execute("""
        CREATE TABLE uploads (
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            id text NOT NULL,
            surface text NOT NULL,
            channel text NOT NULL,
            account text NOT NULL,
            content bytea NOT NULL,
            size bigint NOT NULL GENERATED ALWAYS AS (octet_length(content)) STORED,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (org_id, id)
        )""")
    op.execute("CREATE INDEX uploads_age ON uploads (created_at)")
    protect("uploads", app="SELECT, INSERT, DELETE", system="SELECT, DELETE")


def downgrade() -> None:
    drop("uploads")
