"""Which memories an answer was given, so that it can say why it says so."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0005_provenance"
down_revision = "0005_rare_words"
branch_labels = None
depends_on = None

_COUNTS = "uses, used_at"


def upgrade() -> None:
    # It holds ids alone: who asks for it joins the memories, of which row-level security shows what may be seen.
    op.execute("""
        CREATE TABLE drawn_on (
            interaction_id bigint NOT NULL REFERENCES interactions ON DELETE CASCADE,
            memory_id bigint NOT NULL REFERENCES memories ON DELETE CASCADE,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            counted boolean NOT NULL DEFAULT false,
            PRIMARY KEY (interaction_id, memory_id)
        )""")
    op.execute("CREATE INDEX drawn_on_memory ON drawn_on (memory_id)")
    op.execute("CREATE INDEX drawn_on_uncounted ON drawn_on (memory_id) WHERE NOT counted")
    protect("drawn_on", app="SELECT, INSERT")
    op.execute("CREATE POLICY system ON drawn_on TO robbie_system USING (true) WITH CHECK (true)")
    op.execute("""
        GRANT SELECT (org_id, interaction_id, memory_id, counted), UPDATE (org_id, counted) ON drawn_on
        TO robbie_system""")
    op.execute("GRANT SELECT (note_id) ON memories TO robbie_system")
    op.execute(f"GRANT SELECT ({_COUNTS}), UPDATE ({_COUNTS}) ON notes TO robbie_system")


def downgrade() -> None:
    op.execute(f"REVOKE SELECT ({_COUNTS}), UPDATE ({_COUNTS}) ON notes FROM robbie_system")  # noqa: S608
    op.execute("REVOKE SELECT (note_id) ON memories FROM robbie_system")
    drop("drawn_on")
