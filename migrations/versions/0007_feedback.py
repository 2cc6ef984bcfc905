"""Votes on answers, what people's next words say of them, and answers that are given again or taken back."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0007_feedback"
down_revision = "0002_installations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A person may vote by a button and by several reactions: each is kept, and the last one counts.
    op.execute("""
        CREATE TABLE votes (
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            interaction_id bigint NOT NULL REFERENCES interactions ON DELETE CASCADE,
            person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            source text NOT NULL,
            value smallint NOT NULL CHECK (value IN (-1, 1)),
            reason text NOT NULL DEFAULT '',
            occurred_at timestamptz NOT NULL,
            PRIMARY KEY (interaction_id, person_id, source)
        )""")
    protect("votes", app="SELECT, INSERT, UPDATE, DELETE")
    op.execute("""
        CREATE VIEW feedback WITH (security_invoker = true) AS
        SELECT DISTINCT ON (interaction_id, person_id)
               org_id, interaction_id, person_id, value, reason, source, occurred_at
        FROM votes ORDER BY interaction_id, person_id, occurred_at DESC""")
    op.execute("GRANT SELECT ON feedback TO robbie_app")
    op.execute("""
        CREATE TABLE signals (
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            interaction_id bigint NOT NULL REFERENCES interactions ON DELETE CASCADE,
            person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            kind text NOT NULL CHECK (kind IN ('reask', 'correction', 'thanks')),
            occurred_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (interaction_id, person_id, kind)
        )""")
    protect("signals", app="SELECT, INSERT, DELETE")
    # An answer is taken back by a row that names the message to delete; giving it again is an inbox row of its own.
    op.execute("ALTER TABLE outbox DROP CONSTRAINT outbox_phase_check")
    op.execute("ALTER TABLE outbox ADD CONSTRAINT outbox_phase_check CHECK (phase IN ('open', 'final', 'gone'))")
    op.execute("GRANT INSERT ON inbox TO robbie_app")


def downgrade() -> None:
    op.execute("REVOKE INSERT ON inbox FROM robbie_app")
    op.execute("DELETE FROM outbox WHERE phase = 'gone'")
    op.execute("ALTER TABLE outbox DROP CONSTRAINT outbox_phase_check")
    op.execute("ALTER TABLE outbox ADD CONSTRAINT outbox_phase_check CHECK (phase IN ('open', 'final'))")
    op.execute("DROP VIEW feedback")
    drop("signals", "votes")
