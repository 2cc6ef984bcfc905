"""Who serves people may erase one who asks for it, with the conversations that nobody else reads."""

from __future__ import annotations

from alembic import op

revision = "0002_forgetting"
down_revision = "0005_nearest"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT DELETE ON people, conversations TO robbie_app")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON people, conversations FROM robbie_app")
