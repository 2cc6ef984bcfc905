"""What was done with whom one could get in touch with, and what each term of that formula weighs for a person."""

from __future__ import annotations

from alembic import op

revision = "0006_acts"
down_revision = "0006_brief_changes"
branch_labels = None
depends_on = None

_WEIGHTS = ("outreach_chosen", "outreach_learnt", "outreach_evidence")


def upgrade() -> None:
    # Each act with the terms as they were shown: {"act", "terms", "at"}. Who is put off comes back with other terms.
    op.execute("ALTER TABLE outreach ADD acts jsonb NOT NULL DEFAULT '[]'")
    op.execute("GRANT SELECT (settled_at) ON outreach TO robbie_system")
    # The same three as of the priorities' formula, in the same row, so that both are set back at once.
    for column in _WEIGHTS:
        op.execute(f"ALTER TABLE priority_weights ADD {column} jsonb NOT NULL DEFAULT '{{}}'")


def downgrade() -> None:
    for column in _WEIGHTS:
        op.execute(f"ALTER TABLE priority_weights DROP {column}")
    op.execute("REVOKE SELECT (settled_at) ON outreach FROM robbie_system")
    op.execute("ALTER TABLE outreach DROP acts")
