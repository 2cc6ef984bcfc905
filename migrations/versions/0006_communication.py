"""The inbox, the outbox, and the jobs that say that one of them has something pending."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

from migrations.tables import drop, protect

revision = "0006_communication"
down_revision = "0005_memory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _inbox()
    _outbox()
    _jobs()


def _inbox() -> None:
    # conversation_id is empty for a reaction that came before the message it is on was recorded.
    op.execute("""
        CREATE TABLE inbox (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            conversation_id bigint REFERENCES conversations ON DELETE CASCADE,
            person_id bigint REFERENCES people ON DELETE CASCADE,
            message_id bigint REFERENCES messages ON DELETE SET NULL,
            kind text NOT NULL,
            state text NOT NULL CHECK (state IN ('received', 'claimed', 'answered', 'ignored', 'set_aside', 'expired')),
            platform_id text NOT NULL,
            detail jsonb NOT NULL DEFAULT '{}',
            occurred_at timestamptz NOT NULL,
            received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            fence bigint NOT NULL DEFAULT 0,
            attempts integer NOT NULL DEFAULT 0,
            lease_until timestamptz,
            cancel text CHECK (cancel IN ('stop', 'edit', 'delete')),
            closed_at timestamptz
        )""")
    op.execute("CREATE INDEX inbox_pending ON inbox (conversation_id, occurred_at, id) WHERE state = 'received'")
    op.execute("CREATE INDEX inbox_claimed ON inbox (lease_until) WHERE state = 'claimed'")
    op.execute("CREATE INDEX inbox_platform ON inbox (conversation_id, platform_id)")
    op.execute("CREATE INDEX inbox_message ON inbox (message_id)")
    protect("inbox", app="SELECT, UPDATE, DELETE", system="SELECT, INSERT, UPDATE, DELETE")
    op.execute("""
        CREATE TABLE inbox_identities (
            surface text NOT NULL,
            tenant text NOT NULL,
            identity text NOT NULL,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            inbox_id bigint NOT NULL REFERENCES inbox ON DELETE CASCADE,
            PRIMARY KEY (surface, tenant, identity)
        )""")
    op.execute("CREATE INDEX inbox_identities_inbox ON inbox_identities (inbox_id)")
    protect("inbox_identities", app="SELECT, DELETE", system="SELECT, INSERT, DELETE")


def _outbox() -> None:
    # edit_of names the row whose message this one edits; shown is what web and terminal show while a text grows.
    op.execute("""
        CREATE TABLE outbox (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE,
            inbox_id bigint NOT NULL REFERENCES inbox ON DELETE CASCADE,
            message_id bigint REFERENCES messages ON DELETE SET NULL,
            phase text NOT NULL CHECK (phase IN ('open', 'final')),
            part integer NOT NULL,
            edit_of bigint REFERENCES outbox ON DELETE CASCADE,
            surface text NOT NULL,
            tenant text NOT NULL,
            channel text NOT NULL,
            body text NOT NULL,
            shown text,
            state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'sending', 'sent', 'unknown', 'failed')),
            attempts integer NOT NULL DEFAULT 0,
            looks integer NOT NULL DEFAULT 0,
            not_before timestamptz NOT NULL DEFAULT '-infinity',
            lease_until timestamptz,
            platform_id text,
            error text,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            sent_at timestamptz,
            UNIQUE (inbox_id, phase, part)
        )""")
    op.execute("""
        CREATE INDEX outbox_pending ON outbox (surface, tenant, channel, id)
        WHERE state IN ('ready', 'sending', 'unknown')""")
    op.execute("CREATE INDEX outbox_edit_of ON outbox (edit_of)")
    op.execute("CREATE INDEX outbox_message ON outbox (message_id)")
    op.execute("CREATE INDEX outbox_conversation ON outbox (conversation_id, id)")
    op.execute("CREATE INDEX outbox_platform ON outbox (surface, tenant, channel, platform_id)")
    protect("outbox", app="SELECT, INSERT, UPDATE, DELETE", system="SELECT, UPDATE, DELETE")


def _jobs() -> None:
    # procrastinate's own tables hold ids only, no tenant's data, so they carry no org and no policy.
    # A percent sign would be read as a parameter by the driver.
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    for table in ("jobs", "events", "workers", "periodic_defers"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_{table} TO robbie_system")
        op.execute(f"GRANT USAGE ON SEQUENCE procrastinate_{table}_id_seq TO robbie_system")
    # Who serves people only defers: no policy stands between it and the jobs of another org.
    op.execute("GRANT INSERT, SELECT (id) ON procrastinate_jobs TO robbie_app")
    op.execute("GRANT INSERT ON procrastinate_events TO robbie_app")
    op.execute("GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq TO robbie_app")


def downgrade() -> None:
    op.execute("""
        DO $$ DECLARE thing text; BEGIN
            DROP TABLE procrastinate_periodic_defers, procrastinate_events, procrastinate_jobs, procrastinate_workers
                CASCADE;
            FOR thing IN SELECT oid::regprocedure::text FROM pg_proc
                         WHERE proname LIKE 'procrastinate%' AND pronamespace = 'public'::regnamespace LOOP
                EXECUTE 'DROP FUNCTION ' || thing || ' CASCADE';
            END LOOP;
            DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_status, procrastinate_job_event_type;
        END $$""")
    drop("outbox", "inbox_identities", "inbox")
