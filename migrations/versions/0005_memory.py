"""Conversations and their messages; interactions and what each model call cost."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0005_memory"
down_revision = "0002_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _conversations()
    _messages()
    _interactions()


def _conversations() -> None:
    # fence grows with every claim of a turn; who holds an old one can no longer close anything.
    op.execute("""
        CREATE TABLE conversations (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            surface text NOT NULL,
            tenant text NOT NULL,
            channel text NOT NULL,
            thread text NOT NULL DEFAULT '',
            direct boolean NOT NULL,
            fence bigint NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT now(),
            last_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (surface, tenant, channel, thread)
        )""")
    op.execute("CREATE INDEX conversations_recent ON conversations (surface, tenant, last_at)")
    protect("conversations", app="SELECT, UPDATE", system="SELECT, INSERT, UPDATE")


def _messages() -> None:
    # person_id is empty for Robbie's own messages; platform_id is empty until the platform has taken the message.
    op.execute("""
        CREATE TABLE messages (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE,
            person_id bigint REFERENCES people ON DELETE CASCADE,
            platform_id text,
            text text NOT NULL,
            files jsonb NOT NULL DEFAULT '[]',
            occurred_at timestamptz NOT NULL,
            edited_at timestamptz,
            UNIQUE (conversation_id, platform_id)
        )""")
    op.execute("CREATE INDEX messages_order ON messages (conversation_id, occurred_at, id)")
    op.execute("CREATE INDEX messages_person ON messages (person_id)")
    protect("messages", app="SELECT, INSERT, UPDATE, DELETE", system="SELECT, INSERT, UPDATE")
    op.execute("""
        CREATE TABLE reactions (
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
            person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            name text NOT NULL,
            occurred_at timestamptz NOT NULL,
            PRIMARY KEY (message_id, person_id, name)
        )""")
    protect("reactions", app="SELECT, INSERT, UPDATE, DELETE")


def _interactions() -> None:
    op.execute("""
        CREATE TABLE interactions (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            conversation_id bigint NOT NULL REFERENCES conversations ON DELETE CASCADE,
            person_id bigint REFERENCES people ON DELETE CASCADE,
            inbox_id bigint NOT NULL UNIQUE,
            answer_id bigint REFERENCES messages ON DELETE SET NULL,
            outcome text NOT NULL,
            policy text NOT NULL,
            arm text NOT NULL,
            propensity double precision NOT NULL CHECK (propensity > 0 AND propensity <= 1),
            level smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
            model text NOT NULL,
            input_tokens integer NOT NULL,
            output_tokens integer NOT NULL,
            cost_usd double precision NOT NULL,
            latency_ms double precision NOT NULL,
            versions jsonb NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE INDEX interactions_answer ON interactions (answer_id)")
    op.execute("CREATE INDEX interactions_person ON interactions (org_id, person_id, created_at)")
    protect("interactions", app="SELECT, INSERT, UPDATE, DELETE")
    op.execute("""
        CREATE TABLE model_calls (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            interaction_id bigint NOT NULL REFERENCES interactions ON DELETE CASCADE,
            level smallint NOT NULL,
            model text NOT NULL,
            error text,
            input_tokens integer NOT NULL,
            output_tokens integer NOT NULL,
            estimate_usd double precision NOT NULL,
            cost_usd double precision NOT NULL,
            latency_ms double precision NOT NULL,
            first_token_ms double precision
        )""")
    op.execute("CREATE INDEX model_calls_interaction ON model_calls (interaction_id)")
    protect("model_calls", app="SELECT, INSERT, DELETE")


def downgrade() -> None:
    drop("model_calls", "interactions", "reactions", "messages", "conversations")
