"""Who is a member of the workspace, and where others read: they do not see what is shared with everybody in it."""

from __future__ import annotations

from alembic import op

from migrations.tables import seen, unforced

revision = "0002_members"
down_revision = "0005_recalled"
branch_labels = None
depends_on = None

# Which of them read their settings once for a query.
_PERSONAL = {"notes": False, "memories": True, "tasks": False}
_GRANTS = "SELECT (external), INSERT (org_id, surface, tenant, channel, external), UPDATE (external)"


def upgrade() -> None:
    op.execute("ALTER TABLE accounts ADD COLUMN is_member boolean NOT NULL DEFAULT false")
    # Slack is asked again before the next answer, for it has guests and people of other companies.
    with unforced("accounts"):
        op.execute("UPDATE accounts SET is_member = true WHERE surface <> 'slack'")
        op.execute("UPDATE accounts SET refreshed_at = NULL WHERE surface = 'slack'")
    op.execute("ALTER TABLE channel_settings ADD COLUMN external boolean")
    op.execute(f"GRANT {_GRANTS} ON channel_settings TO robbie_system")
    for table, once in _PERSONAL.items():
        op.execute(f"ALTER POLICY seen ON {table} USING ({seen(once=once)})")


def downgrade() -> None:
    for table, once in _PERSONAL.items():
        op.execute(f"ALTER POLICY seen ON {table} USING ({seen(once=once, by_outsiders=True)})")
    op.execute(f"REVOKE {_GRANTS} ON channel_settings FROM robbie_system")
    op.execute("ALTER TABLE channel_settings DROP COLUMN external")
    op.execute("ALTER TABLE accounts DROP COLUMN is_member")
