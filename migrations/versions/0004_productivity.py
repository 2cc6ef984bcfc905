"""What is to be done gets weights and ties; goals, calendars with their events, and time that is kept free."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, let_move, protect_personal

revision = "0004_productivity"
down_revision = "0003_crm"
branch_labels = None
depends_on = None


_ALL = "SELECT, INSERT, UPDATE, DELETE"

# importance is from 1 (hardly) to 5 (very); waiting is who waits for it; promised says that it was promised to them.
_OF_TASKS = (
    "importance smallint CHECK (importance BETWEEN 1 AND 5)",
    "effort_minutes integer CHECK (effort_minutes BETWEEN 1 AND 14400)",
    "energy text NOT NULL DEFAULT '' CHECK (energy IN ('', 'low', 'high'))",
    "waiting text NOT NULL DEFAULT ''",
    "promised boolean NOT NULL DEFAULT false",
    "blocked text NOT NULL DEFAULT ''",
    "snoozed_until timestamptz",
    "snoozes integer NOT NULL DEFAULT 0",
    "dropped_at timestamptz",
    "goal_id bigint REFERENCES goals ON DELETE SET NULL",
    "deal_id bigint REFERENCES deals ON DELETE SET NULL",
    "contact_id bigint REFERENCES contacts ON DELETE SET NULL",
)


def upgrade() -> None:
    op.execute("""
        CREATE TABLE goals (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            text text NOT NULL,
            importance smallint NOT NULL DEFAULT 3 CHECK (importance BETWEEN 1 AND 5),
            due_on date,
            progress smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
            done_at timestamptz,
            dropped_at timestamptz,
            origin bigint,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (org_id, origin)
        )""")
    op.execute("ALTER TABLE tasks " + ", ".join(f"ADD COLUMN {column}" for column in _OF_TASKS))
    for tie in ("goal_id", "deal_id", "contact_id"):
        op.execute(f"CREATE INDEX tasks_{tie} ON tasks ({tie}) WHERE {tie} IS NOT NULL")
    op.execute("CREATE INDEX tasks_done ON tasks (owner, done_at) WHERE done_at IS NOT NULL")
    # One task waits for another, of the same owner.
    op.execute("""
        CREATE TABLE task_ties (
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            task_id bigint NOT NULL REFERENCES tasks ON DELETE CASCADE,
            after_id bigint NOT NULL REFERENCES tasks ON DELETE CASCADE,
            PRIMARY KEY (task_id, after_id)
        )""")
    op.execute("CREATE INDEX task_ties_after ON task_ties (after_id)")
    op.execute("CREATE INDEX task_ties_owner ON task_ties (owner)")
    # sealed holds the address, and how one gets in; state is what the server said of its events' version.
    # One that was removed can be brought back until its next sync is due, which deletes it.
    op.execute("""
        CREATE TABLE calendars (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            kind text NOT NULL CHECK (kind IN ('ics', 'caldav', 'own')),
            name text NOT NULL,
            sealed bytea,
            state jsonb NOT NULL DEFAULT '{}',
            problem text NOT NULL DEFAULT '',
            failures integer NOT NULL DEFAULT 0,
            failing_since timestamptz,
            synced_at timestamptz,
            sync_at timestamptz NOT NULL DEFAULT now(),
            lease_until timestamptz,
            removed_at timestamptz,
            origin bigint,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (org_id, origin)
        )""")
    op.execute("CREATE INDEX calendars_due ON calendars (sync_at) WHERE kind <> 'own'")
    # One row for each occurrence within the time that is looked at. occurrence tells those of one uid apart.
    # ends_on is the first day after an all-day event.
    op.execute("""
        CREATE TABLE calendar_events (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            calendar_id bigint NOT NULL REFERENCES calendars ON DELETE CASCADE,
            uid text NOT NULL,
            occurrence text NOT NULL DEFAULT '',
            title text NOT NULL DEFAULT '',
            starts_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL CHECK (ends_at >= starts_at),
            all_day boolean NOT NULL DEFAULT false,
            starts_on date,
            ends_on date,
            busy boolean NOT NULL DEFAULT true,
            answer text NOT NULL DEFAULT '',
            place text NOT NULL DEFAULT '',
            url text NOT NULL DEFAULT '',
            people jsonb NOT NULL DEFAULT '[]',
            UNIQUE (calendar_id, uid, occurrence)
        )""")
    op.execute("CREATE INDEX calendar_events_time ON calendar_events (owner, starts_at)")
    op.execute("""
        CREATE TABLE focus_blocks (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            starts_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL CHECK (ends_at >= starts_at),
            text text NOT NULL DEFAULT '',
            task_id bigint REFERENCES tasks ON DELETE CASCADE,
            origin bigint,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (org_id, origin)
        )""")
    op.execute("CREATE INDEX focus_blocks_time ON focus_blocks (owner, starts_at)")
    op.execute("CREATE INDEX focus_blocks_task ON focus_blocks (task_id)")
    for table in ("goals", "calendars", "calendar_events", "focus_blocks"):
        op.execute(f"CREATE INDEX {table}_owner ON {table} (owner)")
    for table in ("goals", "task_ties", "calendars", "calendar_events", "focus_blocks"):
        protect_personal(table, app=_ALL)
        let_move(table)
    # Workers take what is due without reading it; doctor counts what fails.
    op.execute("""
        GRANT SELECT (id, kind, failures, synced_at, sync_at, lease_until, removed_at), UPDATE (lease_until)
        ON calendars TO robbie_system""")


def downgrade() -> None:
    drop("focus_blocks", "calendar_events", "calendars", "task_ties")
    names = ", ".join(f"DROP COLUMN {column.split()[0]}" for column in _OF_TASKS)
    op.execute("DROP INDEX tasks_done")
    op.execute(f"ALTER TABLE tasks {names}")
    drop("goals")
