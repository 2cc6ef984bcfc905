"""The index of what can be recalled: notes, what people said, and summaries, with their words and vectors."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect_personal, unforced

revision = "0005_memories"
down_revision = "0005_sticky_notes"
branch_labels = None
depends_on = None

# A note's memory follows it, so that no code can share, take back or forget one without the other.
_FOLLOW = """
    CREATE FUNCTION note_remembered() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO memories (org_id, owner, people, conversation_id, note_id, kind, room, shared_with, speaker,
                                  text, said_at, importance, valid_to)
            VALUES (NEW.org_id, NEW.owner, ARRAY[NEW.owner], NEW.conversation_id, NEW.id, 'note', NEW.room,
                    NEW.shared_with, coalesce((SELECT name FROM people WHERE id = NEW.owner), ''), NEW.text,
                    NEW.said_at, NEW.importance, NEW.valid_to);
        ELSE
            UPDATE memories SET room = NEW.room, shared_with = NEW.shared_with, said_at = NEW.said_at,
                importance = NEW.importance, valid_to = NEW.valid_to, text = NEW.text,
                embedding = CASE WHEN text = NEW.text THEN embedding END,
                embedded_by = CASE WHEN text = NEW.text THEN embedded_by ELSE '' END
            WHERE note_id = NEW.id;
        END IF;
        RETURN NULL;
    END $$"""


def upgrade() -> None:
    # owner is empty for a summary of what several people said in a room; people are all whose words it holds.
    op.execute("""
        CREATE TABLE memories (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint REFERENCES people ON DELETE CASCADE,
            people bigint[] NOT NULL DEFAULT '{}',
            conversation_id bigint REFERENCES conversations ON DELETE CASCADE,
            note_id bigint UNIQUE REFERENCES notes ON DELETE CASCADE,
            message_id bigint UNIQUE REFERENCES messages ON DELETE CASCADE,
            kind text NOT NULL CHECK (kind IN ('note', 'message', 'summary')),
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            speaker text NOT NULL DEFAULT '',
            text text NOT NULL,
            said_at timestamptz NOT NULL,
            importance real NOT NULL DEFAULT 0.5,
            valid_to timestamptz,
            words tsvector GENERATED ALWAYS AS (to_tsvector('english', text)) STORED,
            embedding halfvec(384),
            embedded_by text NOT NULL DEFAULT ''
        )""")
    op.execute("CREATE INDEX memories_owner ON memories (org_id, owner, said_at)")
    op.execute("CREATE INDEX memories_room ON memories (org_id, room, said_at) WHERE room <> ''")
    op.execute("CREATE INDEX memories_shared ON memories (org_id, shared_with, said_at) WHERE shared_with <> ''")
    op.execute("CREATE INDEX memories_conversation ON memories (conversation_id, said_at, id)")
    op.execute("CREATE INDEX memories_waiting ON memories (id) WHERE embedding IS NULL")
    protect_personal("memories", app="SELECT, INSERT, UPDATE, DELETE", by_others=True)
    op.execute("CREATE POLICY system ON memories TO robbie_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT (org_id, owner, conversation_id), UPDATE (org_id) ON memories TO robbie_system")
    op.execute(_FOLLOW)
    op.execute("""
        CREATE TRIGGER remembered AFTER INSERT OR UPDATE OF text, room, shared_with, said_at, importance, valid_to
        ON notes FOR EACH ROW EXECUTE FUNCTION note_remembered()""")
    with unforced("notes", "people", "memories"):
        op.execute("""
            INSERT INTO memories (org_id, owner, people, conversation_id, note_id, kind, speaker, text, said_at)
            SELECT notes.org_id, owner, ARRAY[owner], conversation_id, notes.id, 'note', name, text, said_at
            FROM notes JOIN people ON people.id = owner""")


def downgrade() -> None:
    op.execute("DROP TRIGGER remembered ON notes")
    op.execute("DROP FUNCTION note_remembered")
    drop("memories")
