"""Workspaces that installed Robbie, with their tokens encrypted; and which installs were finished already."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0002_installations"
down_revision = "0006_messages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # sealed is empty where the token comes from the settings, and once the app was removed.
    op.execute("""
        CREATE TABLE installations (
            surface text NOT NULL,
            tenant text NOT NULL,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            name text NOT NULL DEFAULT '',
            sealed bytea,
            bot_user text NOT NULL DEFAULT '',
            bot_id text NOT NULL DEFAULT '',
            scopes text[] NOT NULL DEFAULT '{}',
            installed_by text NOT NULL DEFAULT '',
            installed_at timestamptz NOT NULL,
            removed_at timestamptz,
            removed_because text NOT NULL DEFAULT '',
            PRIMARY KEY (surface, tenant),
            CHECK (sealed IS NULL OR removed_at IS NULL)
        )""")
    op.execute("CREATE INDEX installations_org ON installations (org_id)")
    # Who serves people reads where Robbie is installed, and no token.
    readable = "surface, tenant, org_id, name, installed_at, removed_at"
    protect("installations", app=f"SELECT ({readable})", system="SELECT, INSERT, UPDATE")
    # What a browser brought back once is kept until it would not be taken any more anyway.
    op.execute("""
        CREATE TABLE used_states (
            digest bytea PRIMARY KEY,
            until timestamptz NOT NULL
        )""")
    op.execute("GRANT SELECT, INSERT, DELETE ON used_states TO robbie_system")


def downgrade() -> None:
    drop("used_states", "installations")
