"""How often a conversation was taken to be looked through for notes without an end."""

from __future__ import annotations

from alembic import op

revision = "0005_tries"
down_revision = "0006_asked_where"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE conversations ADD COLUMN noticing_tries integer NOT NULL DEFAULT 0")


def downgrade() -> None:
    op.execute("ALTER TABLE conversations DROP noticing_tries")
