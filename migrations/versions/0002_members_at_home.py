"""Who writes to Robbie alone is a member where another account of theirs is one, not by the direct message itself."""

from __future__ import annotations

from alembic import op

from migrations.tables import unforced

revision = "0002_members_at_home"
down_revision = "0006_said_briefs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with unforced("accounts", "people"):
        op.execute(
            """UPDATE accounts SET is_member = false WHERE starts_with(tenant, 'dm-') AND is_member AND NOT EXISTS (
                   SELECT FROM accounts AS home JOIN people ON people.id = home.person_id
                   JOIN people AS me ON me.human = people.human
                   WHERE me.id = accounts.person_id AND home.org_id = accounts.org_id AND home.is_member
                     AND NOT starts_with(home.tenant, 'dm-'))"""
        )


def downgrade() -> None:
    with unforced("accounts"):
        op.execute("UPDATE accounts SET is_member = true WHERE starts_with(tenant, 'dm-') AND surface <> 'slack'")
