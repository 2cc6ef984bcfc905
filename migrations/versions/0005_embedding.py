"""Which memories are being embedded, and by which model the others were."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop

revision = "0005_embedding"
down_revision = "0008_audit"
branch_labels = None
depends_on = None

_READS = "id, text, embedding, embedded_by"
_WRITES = "embedding, embedded_by"


def upgrade() -> None:
    # Apart from the memories: a row that is only taken need not be written anew with its vector and its indexes.
    op.execute("""
        CREATE TABLE embedding_leases (
            memory_id bigint PRIMARY KEY REFERENCES memories ON DELETE CASCADE,
            until timestamptz NOT NULL
        )""")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON embedding_leases TO robbie_system")
    op.execute(f"GRANT SELECT ({_READS}), UPDATE ({_WRITES}) ON memories TO robbie_system")
    op.execute("CREATE INDEX memories_embedded_by ON memories (embedded_by) WHERE embedding IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX memories_embedded_by")
    op.execute(f"REVOKE SELECT ({_READS}), UPDATE ({_WRITES}) ON memories FROM robbie_system")  # noqa: S608
    drop("embedding_leases")
