"""Notes get a kind, weights, a time, where they were said, with whom they are shared, and what they come from."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect, protect_personal, unforced

revision = "0005_sticky_notes"
down_revision = "0004_reminders"
branch_labels = None
depends_on = None

_ADDED = (
    "kind text NOT NULL DEFAULT 'note'",
    "importance real NOT NULL DEFAULT 0.5",
    "sharing real NOT NULL DEFAULT 0",
    "celebration real NOT NULL DEFAULT 0",
    "tone text NOT NULL DEFAULT ''",
    "subjects jsonb NOT NULL DEFAULT '[]'",
    "said_at timestamptz NOT NULL DEFAULT now()",
    "due_at timestamptz",
    "room text NOT NULL DEFAULT ''",
    "shared_with text NOT NULL DEFAULT ''",
    "pinned boolean NOT NULL DEFAULT false",
    "uses integer NOT NULL DEFAULT 0",
    "used_at timestamptz",
    "valid_to timestamptz",
    "superseded_by bigint REFERENCES notes ON DELETE SET NULL",
    "found_by text NOT NULL DEFAULT 'hand'",
    "edited_at timestamptz",
)


def upgrade() -> None:
    op.execute("ALTER TABLE notes " + ", ".join(f"ADD COLUMN {column}" for column in _ADDED))
    with unforced("notes"):
        op.execute("UPDATE notes SET said_at = created_at")
    # Only a note that somebody asked for has an inbox row that it comes from.
    op.execute("ALTER TABLE notes ALTER COLUMN origin DROP NOT NULL")
    op.execute("DROP POLICY org ON notes")
    op.execute("REVOKE ALL ON notes FROM robbie_app")
    protect_personal("notes", app="SELECT, INSERT, UPDATE, DELETE")
    op.execute("CREATE INDEX notes_room ON notes (org_id, room, said_at) WHERE room <> ''")
    op.execute("CREATE INDEX notes_shared ON notes (org_id, shared_with, said_at) WHERE shared_with <> ''")
    op.execute("CREATE INDEX notes_superseded ON notes (superseded_by) WHERE superseded_by IS NOT NULL")
    # What a note was made of. It goes with its note, and with the message.
    op.execute("""
        CREATE TABLE note_sources (
            note_id bigint NOT NULL REFERENCES notes ON DELETE CASCADE,
            message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            PRIMARY KEY (note_id, message_id)
        )""")
    op.execute("CREATE INDEX note_sources_message ON note_sources (message_id)")
    protect("note_sources", app="SELECT, INSERT, DELETE")
    op.execute("CREATE POLICY system ON note_sources TO robbie_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT (id) ON notes TO robbie_system")
    op.execute("GRANT SELECT (org_id, note_id, message_id), UPDATE (org_id) ON note_sources TO robbie_system")
    # How far a conversation has been looked through for notes; one that is off the record is not.
    op.execute("""
        ALTER TABLE conversations
            ADD COLUMN noticed_through bigint NOT NULL DEFAULT 0,
            ADD COLUMN noticed_at timestamptz,
            ADD COLUMN off_record boolean NOT NULL DEFAULT false""")


def downgrade() -> None:
    op.execute("ALTER TABLE conversations DROP noticed_through, DROP noticed_at, DROP off_record")
    drop("note_sources")
    op.execute("REVOKE SELECT (id) ON notes FROM robbie_system")
    with unforced("notes"):
        op.execute("DELETE FROM notes WHERE origin IS NULL")
    for policy in ("seen", "made", "changed", "gone"):
        op.execute(f"DROP POLICY {policy} ON notes")
    names = [column.split()[0] for column in _ADDED]
    op.execute("ALTER TABLE notes " + ", ".join(f"DROP COLUMN {name}" for name in names))
    op.execute("ALTER TABLE notes ALTER COLUMN origin SET NOT NULL")
    op.execute("REVOKE ALL ON notes FROM robbie_app")
    protect("notes", app="SELECT, INSERT, DELETE")
