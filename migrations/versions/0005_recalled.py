"""How many memories an answer was given: once one of them is gone or not to be seen, it is not given again."""

from __future__ import annotations

from alembic import op

from migrations.tables import unforced

revision = "0005_recalled"
down_revision = "0006_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE interactions ADD COLUMN recalled integer NOT NULL DEFAULT 0")
    with unforced("interactions", "drawn_on"):
        op.execute("""
            UPDATE interactions SET recalled = drawn.memories
            FROM (SELECT interaction_id, count(*) AS memories FROM drawn_on GROUP BY interaction_id) AS drawn
            WHERE id = interaction_id""")


def downgrade() -> None:
    op.execute("ALTER TABLE interactions DROP COLUMN recalled")
