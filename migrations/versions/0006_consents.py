"""What people were asked before something of theirs is shared, what they said, and what is not to be proposed again."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0006_consents"
down_revision = "0005_memories"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # person_id is who is asked: the note's owner, or the person whom a personal note is about. wording is what
    # exactly would be shared, and audience with whom: a room, or * for the org.
    op.execute("""
        CREATE TABLE consents (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            note_id bigint NOT NULL REFERENCES notes ON DELETE CASCADE,
            person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE,
            part text NOT NULL CHECK (part IN ('owner', 'subject')),
            what text NOT NULL CHECK (what IN ('share', 'celebrate', 'task')),
            audience text NOT NULL,
            wording text NOT NULL,
            state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'yes', 'no', 'expired', 'revoked')),
            asked_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL,
            settled_at timestamptz,
            UNIQUE (note_id, person_id, what)
        )""")
    op.execute("CREATE INDEX consents_waiting ON consents (expires_at) WHERE state = 'waiting'")
    op.execute("CREATE INDEX consents_person ON consents (person_id)")
    protect("consents", app="SELECT, INSERT, UPDATE, DELETE")
    op.execute("CREATE POLICY system ON consents TO robbie_system USING (true) WITH CHECK (true)")
    op.execute("""
        GRANT SELECT (id, org_id, note_id, person_id, conversation_id, state, expires_at),
              UPDATE (org_id, state, settled_at) ON consents TO robbie_system""")
    # What a person declined or had forgotten, by a salted digest that tells nothing of the content.
    op.execute("""
        CREATE TABLE refusals (
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            fingerprint bytea NOT NULL,
            refused_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (person_id, fingerprint)
        )""")
    protect("refusals", app="SELECT, INSERT, DELETE")
    op.execute("CREATE POLICY system ON refusals TO robbie_system USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT (org_id, person_id), UPDATE (org_id) ON refusals TO robbie_system")


def downgrade() -> None:
    drop("refusals", "consents")
