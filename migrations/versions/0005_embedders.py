"""By which embedder vectors are to be made: the one that was chosen last."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop

revision = "0005_embedders"
down_revision = "0006_asking"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE embedders (name text PRIMARY KEY, chosen_at timestamptz NOT NULL)")
    op.execute("GRANT SELECT, INSERT, UPDATE ON embedders TO robbie_system")


def downgrade() -> None:
    drop("embedders")
