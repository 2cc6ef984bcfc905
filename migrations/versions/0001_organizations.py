"""Organizations, and the platform tenants (workspaces, guilds) that belong to each."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0001_organizations"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE organizations (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        )""")
    protect("organizations", app="SELECT, UPDATE", system="SELECT, INSERT", org_column="id")
    op.execute("""
        CREATE TABLE tenants (
            surface text NOT NULL,
            tenant text NOT NULL,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            PRIMARY KEY (surface, tenant)
        )""")
    op.execute("CREATE INDEX tenants_org ON tenants (org_id)")
    protect("tenants", app="SELECT", system="SELECT, INSERT")


def downgrade() -> None:
    drop("tenants", "organizations")
