"""What is left out of memory stays out when it is edited."""

from __future__ import annotations

from alembic import op

revision = "0005_left_out"
down_revision = "0002_tokens"
branch_labels = None
depends_on = None

# As in 0005_said, but for what somebody has said that is not to be remembered.
_SAID = """
    CREATE OR REPLACE FUNCTION message_said() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        person text := coalesce(current_setting('app.person', true), '');
        private text := coalesce(current_setting('app.private', true), '');
        left_out boolean := false;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NEW.text = OLD.text THEN
                RETURN NEW;
            END IF;
            {left_out}
            PERFORM set_config('app.person', NEW.person_id::text, true), set_config('app.private', 'on', true);
            DELETE FROM memories WHERE message_id = NEW.id;
            PERFORM set_config('app.person', person, true), set_config('app.private', private, true);
        END IF;
        NEW.to_remember := NEW.text <> '' AND NOT left_out AND NOT EXISTS (
            SELECT FROM conversations WHERE id = NEW.conversation_id AND off_record);
        RETURN NEW;
    END $$"""
# A message that came without a word of its own, with a file, was left out for want of words.
_LEFT_OUT = "left_out := OLD.noticing = 'never' AND OLD.text <> '';"


def upgrade() -> None:
    op.execute(_SAID.format(left_out=_LEFT_OUT))


def downgrade() -> None:
    op.execute(_SAID.format(left_out=""))
