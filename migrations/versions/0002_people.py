"""People, and their accounts on the platforms."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0002_people"
down_revision = "0001_organizations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE people (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            name text NOT NULL DEFAULT '',
            zone text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE INDEX people_org ON people (org_id)")
    protect("people", app="SELECT, UPDATE", system="SELECT, INSERT, UPDATE")
    op.execute("""
        CREATE TABLE accounts (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            surface text NOT NULL,
            tenant text NOT NULL,
            account text NOT NULL,
            is_bot boolean NOT NULL DEFAULT false,
            refreshed_at timestamptz,
            UNIQUE (surface, tenant, account)
        )""")
    op.execute("CREATE INDEX accounts_person ON accounts (person_id)")
    protect("accounts", app="SELECT, UPDATE", system="SELECT, INSERT")


def downgrade() -> None:
    drop("accounts", "people")
