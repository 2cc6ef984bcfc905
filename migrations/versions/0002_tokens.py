"""Tokens with which other programs act for a person."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0002_tokens"
down_revision = "0006_briefs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A token is known by its digest alone.
    op.execute("""
        CREATE TABLE api_tokens (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            name text NOT NULL,
            digest bytea NOT NULL UNIQUE,
            created_at timestamptz NOT NULL DEFAULT now(),
            used_at timestamptz,
            until timestamptz
        )""")
    op.execute("CREATE INDEX api_tokens_person ON api_tokens (person_id)")
    protect("api_tokens", app="SELECT, INSERT, UPDATE, DELETE", system="SELECT, UPDATE")


def downgrade() -> None:
    drop("api_tokens")
