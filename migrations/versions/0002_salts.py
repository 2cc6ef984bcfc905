"""What each person's refusals are salted with."""

from __future__ import annotations

from alembic import op

revision = "0002_salts"
down_revision = "0005_embedding"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A person's, not an org's: refusals move with their person from one org to another.
    op.execute("""
        ALTER TABLE people
            ADD COLUMN salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())""")


def downgrade() -> None:
    op.execute("ALTER TABLE people DROP COLUMN salt")
