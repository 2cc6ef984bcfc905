"""What people say is remembered: a message waits to become a memory, and loses the one it has when it is edited."""

# ruff: noqa: S608  (the statements are put together from constants)

from __future__ import annotations

from alembic import op

from migrations.tables import unforced

revision = "0005_said"
down_revision = "0002_salts"
branch_labels = None
depends_on = None

_INSERTED = "org_id, owner, people, conversation_id, message_id, kind, room, speaker, text, said_at"

# Whether it was said off the record is known when it is said, and not when somebody comes to look. What was edited
# stops to be recalled in the same moment; its author's eyes see the memory wherever it was said.
_SAID = """
    CREATE FUNCTION message_said() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        person text := coalesce(current_setting('app.person', true), '');
        private text := coalesce(current_setting('app.private', true), '');
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NEW.text = OLD.text THEN
                RETURN NEW;
            END IF;
            PERFORM set_config('app.person', NEW.person_id::text, true), set_config('app.private', 'on', true);
            DELETE FROM memories WHERE message_id = NEW.id;
            PERFORM set_config('app.person', person, true), set_config('app.private', private, true);
        END IF;
        NEW.to_remember := NEW.text <> '' AND NOT EXISTS (
            SELECT FROM conversations WHERE id = NEW.conversation_id AND off_record);
        RETURN NEW;
    END $$"""


def upgrade() -> None:
    op.execute("ALTER TABLE messages ADD COLUMN to_remember boolean NOT NULL DEFAULT false")
    with unforced("messages"):
        op.execute("UPDATE messages SET to_remember = true WHERE person_id IS NOT NULL AND text <> ''")
    op.execute("CREATE INDEX messages_to_remember ON messages (id) WHERE to_remember")
    op.execute(_SAID)
    op.execute("""
        CREATE TRIGGER said BEFORE INSERT OR UPDATE OF text ON messages
        FOR EACH ROW WHEN (NEW.person_id IS NOT NULL) EXECUTE FUNCTION message_said()""")
    op.execute(f"GRANT SELECT (message_id), INSERT ({_INSERTED}), DELETE ON memories TO robbie_system")


def downgrade() -> None:
    op.execute(f"REVOKE SELECT (message_id), INSERT ({_INSERTED}), DELETE ON memories FROM robbie_system")
    with unforced("memories"):
        op.execute("DELETE FROM memories WHERE kind = 'message'")
    op.execute("DROP TRIGGER said ON messages")
    op.execute("DROP FUNCTION message_said")
    op.execute("ALTER TABLE messages DROP COLUMN to_remember")
