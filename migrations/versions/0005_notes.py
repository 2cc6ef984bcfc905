"""Notes that people keep."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0005_notes"
down_revision = "0002_humans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # origin is the inbox row that asked for it, so that it is made once; that row may be purged.
    op.execute("""
        CREATE TABLE notes (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            conversation_id bigint REFERENCES conversations ON DELETE SET NULL,
            origin bigint NOT NULL,
            text text NOT NULL,
            source text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (org_id, origin)
        )""")
    op.execute("CREATE INDEX notes_owner ON notes (owner, created_at)")
    protect("notes", app="SELECT, INSERT, DELETE")
    # A person's notes move with the person.
    op.execute("CREATE POLICY system ON notes TO robbie_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT (org_id, owner), UPDATE (org_id) ON notes TO robbie_system")


def downgrade() -> None:
    drop("notes")
