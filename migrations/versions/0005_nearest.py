"""What the nearest vectors are found with: a short code of each in indexes, and a graph of what a whole org sees."""

from __future__ import annotations

from alembic import op

from migrations.tables import seen

revision = "0005_nearest"
down_revision = "0005_noticing"
branch_labels = None
depends_on = None

_LIVE = "valid_to IS NULL AND code IS NOT NULL"
# By what a viewer is shown it. What row-level security asks is in the index too, so that the table is not read.
_CODES = {
    "owner": ("room, shared_with", _LIVE),
    "room": ("owner, shared_with", f"room <> '' AND {_LIVE}"),
    "shared_with": ("owner, room", f"shared_with <> '' AND {_LIVE}"),
}


def upgrade() -> None:
    # This writes the table anew, and nobody reads it meanwhile: about a minute for a million rows. The graph takes
    # some minutes for 200,000 rows that are shared (docs/decisions/0020); the rest, seconds.
    op.execute("""
        ALTER TABLE memories ADD COLUMN code bit(384)
            GENERATED ALWAYS AS (binary_quantize(embedding)::bit(384)) STORED""")
    for column, (others, which) in _CODES.items():
        op.execute(f"""
            CREATE INDEX memories_{column}_codes ON memories (org_id, {column})
                INCLUDE (id, {others}, embedded_by, code) WHERE {which}""")
    op.execute("""
        CREATE INDEX memories_graph ON memories USING hnsw (embedding halfvec_cosine_ops)
            WHERE shared_with = '*' AND valid_to IS NULL""")
    op.execute(f"ALTER POLICY seen ON memories USING ({seen(once=True)})")


def downgrade() -> None:
    op.execute(f"ALTER POLICY seen ON memories USING ({seen()})")
    for name in ("graph", *(f"{column}_codes" for column in _CODES)):
        op.execute(f"DROP INDEX memories_{name}")
    op.execute("ALTER TABLE memories DROP COLUMN code")
