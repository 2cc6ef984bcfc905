"""Rare words are found in all that an org remembers, however much that is."""

from __future__ import annotations

from alembic import op

revision = "0005_rare_words"
down_revision = "0002_forgetting"
branch_labels = None
depends_on = None

_OFTEN = ("autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_scale_factor")
_READS = "words, kind, said_at, room, shared_with, valid_to"


def upgrade() -> None:
    op.execute("CREATE INDEX memories_words ON memories USING gin (words) WHERE valid_to IS NULL")
    op.execute(f"GRANT SELECT ({_READS}) ON memories TO robbie_system")
    # The codes are read without the table where it has been vacuumed since it was changed.
    often = ", ".join(f"{name} = 0.05" for name in _OFTEN)
    op.execute(f"ALTER TABLE memories SET ({often})")


def downgrade() -> None:
    op.execute(f"ALTER TABLE memories RESET ({', '.join(_OFTEN)})")
    op.execute(f"REVOKE SELECT ({_READS}) ON memories FROM robbie_system")  # noqa: S608
    op.execute("DROP INDEX memories_words")
