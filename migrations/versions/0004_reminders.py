"""Reminders."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0004_reminders"
down_revision = "0005_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # origin is the inbox row that asked for it, so that it is made once; that row may be purged.
    op.execute("""
        CREATE TABLE reminders (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE,
            origin bigint NOT NULL,
            text text NOT NULL,
            due_at timestamptz NOT NULL,
            handed_over_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (org_id, origin)
        )""")
    op.execute("CREATE INDEX reminders_due ON reminders (due_at) WHERE handed_over_at IS NULL")
    op.execute("CREATE INDEX reminders_owner ON reminders (owner, due_at)")
    protect("reminders", app="SELECT, INSERT, DELETE")
    # Ticks hand them over without reading them; they move with their person.
    op.execute("CREATE POLICY system ON reminders TO robbie_system USING (true) WITH CHECK (true)")
    op.execute("""
        GRANT SELECT (id, org_id, owner, conversation_id, due_at, handed_over_at), UPDATE (org_id, handed_over_at)
        ON reminders TO robbie_system""")


def downgrade() -> None:
    drop("reminders")
