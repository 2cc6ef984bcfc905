"""Whom a message in a channel speaks to by name, and when they answered: ids alone."""

from __future__ import annotations

from alembic import op

from migrations.tables import MINE, ORG

revision = "0006_mentions"
down_revision = "0006_acts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # thread is the one that the message was said in, also where it is only heard. public: that the person can read it
    # is known by their being a member alone; else they had spoken in that channel themselves.
    op.execute("""
        CREATE TABLE mentions (
            message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
            owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            said_by bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            room text NOT NULL,
            thread text NOT NULL,
            public boolean NOT NULL,
            said_at timestamptz NOT NULL,
            answered_at timestamptz,
            PRIMARY KEY (message_id, owner)
        )""")
    op.execute("CREATE INDEX mentions_owner ON mentions (owner, said_at)")
    op.execute("CREATE INDEX mentions_said_by ON mentions (said_by)")
    op.execute("ALTER TABLE mentions ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE mentions FORCE ROW LEVEL SECURITY")
    # Who is mentioned, and who mentioned them, where nobody else reads.
    op.execute(f"""
        CREATE POLICY seen ON mentions FOR SELECT USING (
            org_id = {ORG} AND current_setting('app.private', true) = 'on'
            AND (owner = ANY ({MINE}) OR said_by = ANY ({MINE})))""")
    op.execute(f"CREATE POLICY made ON mentions FOR INSERT WITH CHECK (org_id = {ORG})")
    op.execute("GRANT SELECT ON mentions TO robbie_app")
    op.execute("CREATE POLICY system ON mentions TO robbie_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON mentions TO robbie_system")


def downgrade() -> None:
    op.execute("DROP TABLE mentions")
