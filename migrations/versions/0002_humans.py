"""Accounts that are one human's, the codes that join them, and the org that is a human's home."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0002_humans"
down_revision = "0006_uploads"
branch_labels = None
depends_on = None

# What moves with a direct message that is in no workspace: robbie_system finds it by these, and sees no more of it.
_FOUND_BY = {
    "reactions": "message_id",
    "interactions": "id, conversation_id",
    "model_calls": "interaction_id",
    "votes": "interaction_id",
    "signals": "interaction_id",
    "channel_settings": "surface, tenant, channel",
}


def upgrade() -> None:
    # Of one human, at most one row is the home. Who is unsettled may have to move there.
    op.execute("""
        ALTER TABLE people
            ADD COLUMN human uuid,
            ADD COLUMN home boolean NOT NULL DEFAULT false,
            ADD COLUMN unsettled boolean NOT NULL DEFAULT false""")
    op.execute("CREATE INDEX people_human ON people (human) WHERE human IS NOT NULL")
    op.execute("CREATE UNIQUE INDEX people_home ON people (human) WHERE home")
    op.execute("CREATE INDEX people_unsettled ON people (id) WHERE unsettled")
    op.execute("CREATE INDEX accounts_account ON accounts (surface, account)")
    # A person's code, by its digest, and how many wrong ones the person has tried.
    op.execute("""
        CREATE TABLE links (
            person_id bigint PRIMARY KEY REFERENCES people ON DELETE CASCADE,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            digest bytea UNIQUE,
            until timestamptz,
            used_by bigint,
            tries integer NOT NULL DEFAULT 0,
            tries_since timestamptz NOT NULL DEFAULT now()
        )""")
    protect("links", app="SELECT (person_id, org_id)", system="SELECT, INSERT, UPDATE")
    for table, columns in _FOUND_BY.items():
        op.execute(f"CREATE POLICY system ON {table} TO robbie_system USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT (org_id, {columns}), UPDATE (org_id) ON {table} TO robbie_system")
    op.execute("GRANT UPDATE (org_id) ON accounts, inbox_identities, reply_tokens TO robbie_system")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (org_id) ON accounts, inbox_identities, reply_tokens FROM robbie_system")
    for table, columns in _FOUND_BY.items():
        op.execute(f"REVOKE SELECT (org_id, {columns}), UPDATE (org_id) ON {table} FROM robbie_system")  # noqa: S608
        op.execute(f"DROP POLICY system ON {table}")
    drop("links")
    op.execute("DROP INDEX accounts_account")
    op.execute("ALTER TABLE people DROP COLUMN unsettled, DROP COLUMN home, DROP COLUMN human")
