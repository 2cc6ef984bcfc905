"""What messages have beside their text, what people and channels chose, and whose voice an answer has."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0006_messages"
down_revision = "0008_leases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # extras is everything of a message but its text: persona, buttons, files, its only reader.
    op.execute("ALTER TABLE outbox ADD COLUMN extras jsonb NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE people ADD COLUMN settings jsonb NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE accounts ADD COLUMN is_admin boolean NOT NULL DEFAULT false")
    op.execute("""
        ALTER TABLE interactions
            ADD COLUMN mentor text NOT NULL DEFAULT '',
            ADD COLUMN mood text NOT NULL DEFAULT '',
            ADD COLUMN voice jsonb NOT NULL DEFAULT '{}'""")
    op.execute("""
        CREATE TABLE channel_settings (
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            surface text NOT NULL,
            tenant text NOT NULL,
            channel text NOT NULL,
            settings jsonb NOT NULL DEFAULT '{}',
            PRIMARY KEY (surface, tenant, channel)
        )""")
    op.execute("CREATE INDEX channel_settings_org ON channel_settings (org_id)")
    protect("channel_settings", app="SELECT, INSERT, UPDATE, DELETE")


def downgrade() -> None:
    drop("channel_settings")
    op.execute("ALTER TABLE interactions DROP COLUMN voice, DROP COLUMN mood, DROP COLUMN mentor")
    op.execute("ALTER TABLE accounts DROP COLUMN is_admin")
    op.execute("ALTER TABLE people DROP COLUMN settings")
    op.execute("ALTER TABLE outbox DROP COLUMN extras")
