"""Messages wait to be looked through for notes; channels may be listened to."""

from __future__ import annotations

from alembic import op

revision = "0005_noticing"
down_revision = "0005_embedders"
branch_labels = None
depends_on = None

# Fires after the trigger ``said``, which knows whether a message may be remembered.
_WAITS = """
    CREATE FUNCTION message_waits() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' OR NEW.text <> OLD.text THEN
            NEW.noticing := CASE WHEN NEW.to_remember THEN 'waiting' ELSE 'never' END;
        END IF;
        RETURN NEW;
    END $$"""


def upgrade() -> None:
    # A mark in each message's own row, and not a number up to which all were looked at: a message that is committed
    # late is not lost, and one that is edited waits again. What was said before is not looked through.
    op.execute("""
        ALTER TABLE messages ADD COLUMN noticing text NOT NULL DEFAULT ''
            CHECK (noticing IN ('', 'waiting', 'never'))""")
    op.execute("CREATE INDEX messages_noticing ON messages (conversation_id, id) WHERE noticing = 'waiting'")
    op.execute(_WAITS)
    op.execute("""
        CREATE TRIGGER waits BEFORE INSERT OR UPDATE OF text ON messages
        FOR EACH ROW WHEN (NEW.person_id IS NOT NULL) EXECUTE FUNCTION message_waits()""")
    op.execute("ALTER TABLE conversations DROP noticed_through, DROP noticed_at, ADD noticing_until timestamptz")
    op.execute("ALTER TABLE channel_settings ADD COLUMN listens boolean NOT NULL DEFAULT false")
    op.execute("GRANT SELECT (listens) ON channel_settings TO robbie_system")


def downgrade() -> None:
    op.execute("REVOKE SELECT (listens) ON channel_settings FROM robbie_system")
    op.execute("ALTER TABLE channel_settings DROP COLUMN listens")
    op.execute("""
        ALTER TABLE conversations DROP noticing_until, ADD noticed_through bigint NOT NULL DEFAULT 0,
            ADD noticed_at timestamptz""")
    op.execute("DROP TRIGGER waits ON messages")
    op.execute("DROP FUNCTION message_waits")
    op.execute("ALTER TABLE messages DROP COLUMN noticing")
