"""A question says in which conversation it was really asked, so that its words are found there when they are to go."""

from __future__ import annotations

from alembic import op

revision = "0006_asked_where"
down_revision = "0005_fading"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT UPDATE (conversation_id) ON consents TO robbie_system")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (conversation_id) ON consents FROM robbie_system")
