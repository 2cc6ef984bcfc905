"""How a command is answered: the platform's token for it, encrypted, for as long as the platform takes it."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0006_reply_tokens"
down_revision = "0008_operations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE reply_tokens (
            inbox_id bigint PRIMARY KEY REFERENCES inbox ON DELETE CASCADE,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            sealed bytea NOT NULL,
            until timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX reply_tokens_until ON reply_tokens (until)")
    protect("reply_tokens", app="SELECT", system="SELECT, INSERT, DELETE")


def downgrade() -> None:
    drop("reply_tokens")
