"""Tasks: what somebody wants to have done, by when."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect_personal

revision = "0004_tasks"
down_revision = "0006_consents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A task is made once of a note (note_id) or of what asked for it (origin, an inbox row).
    op.execute("""
        CREATE TABLE tasks (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            conversation_id bigint REFERENCES conversations ON DELETE SET NULL,
            note_id bigint UNIQUE REFERENCES notes ON DELETE SET NULL,
            origin bigint,
            text text NOT NULL,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            due_at timestamptz,
            done_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (org_id, origin)
        )""")
    op.execute("CREATE INDEX tasks_owner ON tasks (owner, due_at) WHERE done_at IS NULL")
    protect_personal("tasks", app="SELECT, INSERT, UPDATE, DELETE")
    op.execute("CREATE POLICY system ON tasks TO robbie_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT (org_id, owner), UPDATE (org_id) ON tasks TO robbie_system")


def downgrade() -> None:
    drop("tasks")
