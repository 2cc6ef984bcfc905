"""Where Robbie listed notes or tasks, each by its number: what is forgotten is taken out of such lists."""

from __future__ import annotations

from alembic import op

revision = "0006_lists"
down_revision = "0005_tries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX messages_lists ON messages (org_id) WHERE person_id IS NULL AND text ~ '#[0-9]+[*][*]'""")


def downgrade() -> None:
    op.execute("DROP INDEX messages_lists")
