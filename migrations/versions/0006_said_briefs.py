"""The turns that said briefs are found by who read them: what is taken back is looked for there each time."""

from __future__ import annotations

from alembic import op

revision = "0006_said_briefs"
down_revision = "0006_mentions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX inbox_said_briefs ON inbox (person_id)
        WHERE starts_with(platform_id, 'brief:') OR detail #>> '{command,command}' = 'brief'""")


def downgrade() -> None:
    op.execute("DROP INDEX inbox_said_briefs")
