"""Ticks let go of notes that Robbie found itself and that have faded: they read what a note weighs by, and no text."""

from __future__ import annotations

from alembic import op

revision = "0005_fading"
down_revision = "0005_provenance"
branch_labels = None
depends_on = None

_WEIGHED_BY = "kind, importance, said_at, due_at, pinned, shared_with, found_by, edited_at"


def upgrade() -> None:
    op.execute(f"GRANT SELECT ({_WEIGHED_BY}), DELETE ON notes TO robbie_system")
    op.execute("""
        CREATE INDEX notes_fading ON notes (said_at)
        WHERE found_by <> 'hand' AND NOT pinned AND shared_with = '' AND edited_at IS NULL""")


def downgrade() -> None:
    op.execute("DROP INDEX notes_fading")
    op.execute(f"REVOKE SELECT ({_WEIGHED_BY}), DELETE ON notes FROM robbie_system")  # noqa: S608
