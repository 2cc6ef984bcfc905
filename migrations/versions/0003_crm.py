"""Whom a team deals with: companies, contacts, deals, and what passed between them."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, let_move, protect_common, protect_personal

revision = "0003_crm"
down_revision = "0002_members"
branch_labels = None
depends_on = None


_ALL = "SELECT, INSERT, UPDATE, DELETE"


def upgrade() -> None:
    # shared_with is * for what the team keeps together, and empty for what is its owner's alone. key is what an
    # import knows a row by, so that a second import changes it instead of doubling it. before is what the last change
    # replaced, for Undo. What is gone can be brought back for 30 days.
    op.execute("""
        CREATE TABLE companies (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint REFERENCES people ON DELETE SET NULL,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '*',
            name text NOT NULL,
            domain text NOT NULL DEFAULT '',
            about text NOT NULL DEFAULT '',
            key text,
            origin bigint,
            before jsonb,
            changed_at timestamptz NOT NULL DEFAULT now(),
            gone_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (org_id, origin)
        )""")
    # rhythm_days is how often one is in touch, where somebody has said so.
    op.execute("""
        CREATE TABLE contacts (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint REFERENCES people ON DELETE SET NULL,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '*',
            company_id bigint REFERENCES companies ON DELETE SET NULL,
            name text NOT NULL,
            email text NOT NULL DEFAULT '',
            phone text NOT NULL DEFAULT '',
            title text NOT NULL DEFAULT '',
            about text NOT NULL DEFAULT '',
            birthday date,
            rhythm_days integer CHECK (rhythm_days > 0),
            key text,
            origin bigint,
            before jsonb,
            changed_at timestamptz NOT NULL DEFAULT now(),
            gone_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (org_id, origin)
        )""")
    op.execute("""
        CREATE TABLE deals (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint REFERENCES people ON DELETE SET NULL,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '*',
            company_id bigint REFERENCES companies ON DELETE SET NULL,
            contact_id bigint REFERENCES contacts ON DELETE SET NULL,
            name text NOT NULL,
            value numeric(14, 2) CHECK (value >= 0),
            currency text NOT NULL DEFAULT '',
            stage text NOT NULL DEFAULT 'lead'
                CHECK (stage IN ('lead', 'qualified', 'proposal', 'negotiation', 'won', 'lost')),
            stage_since timestamptz NOT NULL DEFAULT now(),
            closes_on date,
            next_step text NOT NULL DEFAULT '',
            key text,
            origin bigint,
            before jsonb,
            changed_at timestamptz NOT NULL DEFAULT now(),
            gone_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (org_id, origin)
        )""")
    op.execute("""
        CREATE TABLE activities (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint REFERENCES people ON DELETE SET NULL,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '*',
            contact_id bigint REFERENCES contacts ON DELETE CASCADE,
            company_id bigint REFERENCES companies ON DELETE CASCADE,
            deal_id bigint REFERENCES deals ON DELETE CASCADE,
            kind text NOT NULL CHECK (kind IN ('call', 'meeting', 'email', 'message', 'note')),
            text text NOT NULL DEFAULT '',
            happened_at timestamptz NOT NULL,
            key text,
            origin bigint,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (org_id, origin)
        )""")
    # A file that was looked at and waits for its person's yes.
    op.execute("""
        CREATE TABLE imports (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            name text NOT NULL,
            content bytea NOT NULL,
            origin bigint,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (org_id, origin)
        )""")
    op.execute("CREATE INDEX imports_owner ON imports (owner)")
    op.execute("CREATE INDEX companies_org ON companies (org_id, lower(name))")
    op.execute("CREATE INDEX contacts_org ON contacts (org_id, lower(name))")
    op.execute("CREATE INDEX contacts_email ON contacts (org_id, lower(email)) WHERE email <> ''")
    op.execute("CREATE INDEX contacts_company ON contacts (company_id)")
    op.execute("CREATE INDEX deals_owner ON deals (owner) WHERE stage NOT IN ('won', 'lost')")
    op.execute("CREATE INDEX deals_company ON deals (company_id)")
    op.execute("CREATE INDEX deals_contact ON deals (contact_id)")
    op.execute("CREATE INDEX activities_contact ON activities (contact_id, happened_at DESC)")
    op.execute("CREATE INDEX activities_company ON activities (company_id)")
    op.execute("CREATE INDEX activities_deal ON activities (deal_id, happened_at DESC)")
    for table in ("companies", "contacts", "deals", "activities"):
        op.execute(f"CREATE UNIQUE INDEX {table}_key ON {table} (org_id, key) WHERE shared_with = '*'")
        op.execute(f"CREATE UNIQUE INDEX {table}_own_key ON {table} (owner, key) WHERE shared_with = ''")
        op.execute(f"CREATE INDEX {table}_owned ON {table} (owner)")
        protect_common(table, app=_ALL)
        let_move(table, "org_id, owner, shared_with")
    # The daily tick takes away what was deleted a month ago, and files that nobody said yes to.
    for table in ("companies", "contacts", "deals"):
        op.execute(f"CREATE INDEX {table}_gone ON {table} (gone_at) WHERE gone_at IS NOT NULL")
        op.execute(f"GRANT SELECT (id, gone_at), DELETE ON {table} TO robbie_system")
    protect_personal("imports", app="SELECT, INSERT, DELETE")
    let_move("imports")
    op.execute("GRANT SELECT (created_at), DELETE ON imports TO robbie_system")


def downgrade() -> None:
    drop("imports", "activities", "deals", "contacts", "companies")
