"""Briefs: when the next is due, what was made of each, how it is delivered; outreach; where mail goes."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, let_move, protect, protect_personal, unforced

revision = "0006_briefs"
down_revision = "0004_productivity"
branch_labels = None
depends_on = None


_ALL = "SELECT, INSERT, UPDATE, DELETE"


# Who has talked to Robbie directly, or used a command, and the direct message that they wrote in last. What Robbie
# puts into the inbox by itself is nobody's word; nor is a question that is answered again a new one (robbie_app, which
# may not write here, puts it there).
_SPOKEN = """
    CREATE FUNCTION spoken_directly() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO direct_places AS known (person_id, org_id, conversation_id, at)
        SELECT NEW.person_id, NEW.org_id, CASE WHEN direct THEN id END, NEW.occurred_at FROM conversations
        WHERE id = NEW.conversation_id AND (direct OR NEW.detail ? 'command')
        ON CONFLICT (person_id) DO UPDATE SET conversation_id = excluded.conversation_id, at = excluded.at
        WHERE excluded.conversation_id IS NOT NULL AND (known.conversation_id IS NULL OR excluded.at > known.at
            + CASE WHEN excluded.conversation_id = known.conversation_id THEN interval '10 minutes' ELSE '0' END);
        RETURN NULL;
    END $$"""
_BY_ITSELF = "NEW.platform_id ~ '^(reminder|consent|win|brief):'"
_SPOKEN_BEFORE = """
    INSERT INTO direct_places (person_id, org_id, conversation_id, at)
    SELECT DISTINCT ON (person_id) messages.person_id, people.org_id, conversations.id, messages.occurred_at
    FROM messages JOIN conversations ON conversations.id = conversation_id JOIN people ON people.id = person_id
    WHERE direct AND people.org_id = conversations.org_id ORDER BY person_id, messages.occurred_at DESC"""


def upgrade() -> None:
    _direct_places()
    _times()
    _briefs()
    _weights()
    _outreach()
    _mail()


def _direct_places() -> None:
    op.execute("""
        CREATE TABLE direct_places (
            person_id bigint PRIMARY KEY REFERENCES people ON DELETE CASCADE,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            conversation_id bigint REFERENCES conversations ON DELETE SET NULL,
            at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX direct_places_conversation ON direct_places (conversation_id)")
    with unforced("messages", "conversations", "people"):
        op.execute(_SPOKEN_BEFORE)
    protect("direct_places", app="SELECT", system=_ALL)
    op.execute("GRANT SELECT (settings) ON channel_settings TO robbie_system")
    op.execute(_SPOKEN)
    op.execute(f"""
        CREATE TRIGGER spoken_directly AFTER INSERT ON inbox FOR EACH ROW
        WHEN (NEW.kind = 'message' AND NEW.person_id IS NOT NULL AND NOT NEW.detail ? 'redo_of' AND NOT {_BY_ITSELF})
        EXECUTE FUNCTION spoken_directly()""")


def _times() -> None:
    # The next occurrence, of a person or of a channel. What it was reckoned from is kept, so that a change is seen.
    # due_at is infinity for never; tenant is where it probably goes, for a platform takes only so much in a minute.
    op.execute("""
        CREATE TABLE brief_times (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            person_id bigint REFERENCES people ON DELETE CASCADE,
            room text NOT NULL DEFAULT '',
            kind text NOT NULL CHECK (kind IN ('morning', 'afternoon', 'evening')),
            local_date date NOT NULL,
            due_at timestamptz NOT NULL,
            zone text NOT NULL,
            reckoned_from text NOT NULL DEFAULT '',
            tenant text NOT NULL DEFAULT '',
            UNIQUE NULLS NOT DISTINCT (org_id, person_id, room, kind)
        )""")
    op.execute("CREATE INDEX brief_times_due ON brief_times (due_at)")
    op.execute("CREATE INDEX brief_times_person ON brief_times (person_id)")
    protect("brief_times", app=_ALL, system=_ALL)


def _briefs() -> None:
    # subject is whose it is: person:ID, human:UUID where several accounts are one human, or room:ROOM. worded tells who
    # may not read facts whether there are any to let go of.
    op.execute("""
        CREATE TABLE briefs (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint REFERENCES people ON DELETE CASCADE,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            subject text NOT NULL,
            kind text NOT NULL CHECK (kind IN ('morning', 'afternoon', 'evening')),
            local_date date NOT NULL,
            zone text NOT NULL,
            due_at timestamptz NOT NULL,
            state text NOT NULL DEFAULT 'due'
                CHECK (state IN ('due', 'composed', 'delivered', 'undelivered', 'skipped', 'empty')),
            facts jsonb,
            worded boolean NOT NULL GENERATED ALWAYS AS (facts IS NOT NULL AND facts <> '{}') STORED,
            composed_at timestamptz,
            settled_at timestamptz,
            problem text NOT NULL DEFAULT '',
            told_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (subject, kind, local_date)
        )""")
    op.execute("CREATE INDEX briefs_owner ON briefs (owner, due_at DESC)")
    op.execute("CREATE INDEX briefs_worded ON briefs (due_at) WHERE worded")
    op.execute("CREATE INDEX briefs_open ON briefs (due_at) WHERE state IN ('due', 'composed', 'undelivered')")
    protect_personal("briefs", app="SELECT, INSERT, UPDATE, DELETE", by_others=True)
    op.execute("CREATE POLICY system ON briefs TO robbie_system USING (true) WITH CHECK (true)")
    columns = "id, org_id, owner, room, subject, kind, local_date, zone, due_at, state, settled_at, problem, told_at"
    op.execute(f"""
        GRANT SELECT ({columns}, created_at, composed_at, worded), INSERT, DELETE,
              UPDATE (org_id, state, facts, settled_at, problem, told_at) ON briefs TO robbie_system""")
    # Each line that can be acted on, without its words: what it is about, its terms, and what became of it.
    op.execute("""
        CREATE TABLE brief_lines (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            brief_id bigint NOT NULL REFERENCES briefs ON DELETE CASCADE,
            number integer NOT NULL,
            section text NOT NULL,
            ref text NOT NULL,
            terms jsonb NOT NULL DEFAULT '{}',
            act text NOT NULL DEFAULT '',
            acted_at timestamptz,
            UNIQUE (brief_id, number)
        )""")
    op.execute("CREATE INDEX brief_lines_owner ON brief_lines (owner, id DESC)")
    # What is to come in no brief any more is looked for however long ago that was said.
    op.execute("CREATE INDEX brief_lines_settled ON brief_lines (owner, id DESC) WHERE act IN ('dismiss', 'done')")
    protect_personal("brief_lines", app="SELECT, INSERT, UPDATE, DELETE")
    let_move("brief_lines", "org_id, owner, brief_id, section, act, acted_at")
    # One way of delivering one brief. Chat goes by the inbox row whose answer it is; mail carries its message, and
    # handed_over_at is when its words began to go to the mail server: from then on nobody knows until it answers.
    op.execute("""
        CREATE TABLE deliveries (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint REFERENCES people ON DELETE CASCADE,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            brief_id bigint NOT NULL REFERENCES briefs ON DELETE CASCADE,
            channel text NOT NULL CHECK (channel IN ('chat', 'email')),
            state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'sending', 'sent', 'unknown', 'failed')),
            inbox_id bigint REFERENCES inbox ON DELETE SET NULL,
            mail jsonb,
            written boolean NOT NULL GENERATED ALWAYS AS (mail IS NOT NULL) STORED,
            attempts integer NOT NULL DEFAULT 0,
            not_before timestamptz NOT NULL DEFAULT '-infinity',
            lease_until timestamptz,
            handed_over_at timestamptz,
            problem text NOT NULL DEFAULT '',
            created_at timestamptz NOT NULL DEFAULT now(),
            sent_at timestamptz,
            UNIQUE (brief_id, channel)
        )""")
    op.execute("CREATE INDEX deliveries_recent ON deliveries (created_at)")
    op.execute("CREATE INDEX deliveries_failed ON deliveries (created_at) WHERE state IN ('failed', 'unknown')")
    op.execute("CREATE INDEX deliveries_written ON deliveries (created_at) WHERE written")
    op.execute("CREATE INDEX deliveries_open ON deliveries (channel, not_before) WHERE state IN ('ready', 'sending')")
    op.execute("CREATE INDEX deliveries_handed_over ON deliveries (handed_over_at) WHERE handed_over_at IS NOT NULL")
    op.execute("CREATE INDEX deliveries_owner ON deliveries (owner)")
    op.execute("CREATE INDEX deliveries_inbox ON deliveries (inbox_id)")
    protect_personal("deliveries", app="SELECT, INSERT, UPDATE, DELETE", by_others=True)
    op.execute("CREATE POLICY system ON deliveries TO robbie_system USING (true) WITH CHECK (true)")
    columns = "id, org_id, owner, brief_id, channel, state, inbox_id, attempts, not_before, lease_until, problem"
    changes = "org_id, state, inbox_id, attempts, not_before, lease_until, handed_over_at, problem, sent_at, mail"
    op.execute(f"""
        GRANT SELECT ({columns}, handed_over_at, created_at, sent_at, written), INSERT, UPDATE ({changes})
        ON deliveries TO robbie_system""")


def _weights() -> None:
    # What the terms of the priorities' formula weigh for one person: what they set by hand, what was learnt from what
    # they did with lines, and the evidence for it so far (core/briefs/weights.py), which counts what was done since.
    op.execute("""
        CREATE TABLE priority_weights (
            owner bigint PRIMARY KEY REFERENCES people ON DELETE CASCADE,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            chosen jsonb NOT NULL DEFAULT '{}',
            learnt jsonb NOT NULL DEFAULT '{}',
            evidence jsonb NOT NULL DEFAULT '{}',
            since timestamptz,
            updated_at timestamptz NOT NULL DEFAULT now()
        )""")
    protect_personal("priority_weights", app=_ALL)
    let_move("priority_weights")


def _outreach() -> None:
    op.execute("""
        CREATE TABLE outreach (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            owner bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            room text NOT NULL DEFAULT '',
            shared_with text NOT NULL DEFAULT '',
            contact_id bigint NOT NULL REFERENCES contacts ON DELETE CASCADE,
            deal_id bigint REFERENCES deals ON DELETE SET NULL,
            why jsonb NOT NULL DEFAULT '[]',
            terms jsonb NOT NULL DEFAULT '{}',
            reason text NOT NULL DEFAULT '',
            draft text NOT NULL DEFAULT '',
            edited boolean NOT NULL DEFAULT false,
            state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'sent', 'later', 'dropped')),
            later_until timestamptz,
            made_at timestamptz NOT NULL DEFAULT now(),
            settled_at timestamptz
        )""")
    op.execute("CREATE UNIQUE INDEX outreach_open ON outreach (owner, contact_id) WHERE state IN ('ready', 'later')")
    op.execute("CREATE INDEX outreach_contact ON outreach (contact_id)")
    op.execute("CREATE INDEX outreach_deal ON outreach (deal_id)")
    protect_personal("outreach", app=_ALL)
    let_move("outreach")


def _mail() -> None:
    # An address is used once its person has given back the code that was sent to it. Until then it is the one that is
    # wanted, and the one before stays in use. asks are the codes since asks_since, tries the wrong answers to the last.
    op.execute("""
        CREATE TABLE mail_addresses (
            person_id bigint PRIMARY KEY REFERENCES people ON DELETE CASCADE,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            address text NOT NULL DEFAULT '',
            wanted text NOT NULL DEFAULT '',
            digest bytea,
            until timestamptz,
            tries integer NOT NULL DEFAULT 0,
            asks integer NOT NULL DEFAULT 0,
            asks_since timestamptz NOT NULL DEFAULT now(),
            asked_at timestamptz NOT NULL DEFAULT now(),
            verified_at timestamptz,
            stopped_at timestamptz,
            bounced_at timestamptz
        )""")
    op.execute("CREATE INDEX mail_addresses_wanted ON mail_addresses (wanted)")
    protect("mail_addresses", app=_ALL, system="SELECT, UPDATE")
    # Mails to people outside, each sent once: no word of them.
    op.execute("""
        CREATE TABLE letters (
            person_id bigint NOT NULL REFERENCES people ON DELETE CASCADE,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            key text NOT NULL,
            state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'unknown', 'sent')),
            attempts integer NOT NULL DEFAULT 0,
            changed_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (person_id, key)
        )""")
    protect("letters", app=_ALL, system="SELECT, UPDATE")


def downgrade() -> None:
    op.execute("REVOKE SELECT (settings) ON channel_settings FROM robbie_system")
    op.execute("DROP TRIGGER spoken_directly ON inbox")
    op.execute("DROP FUNCTION spoken_directly")
    drop(
        "letters",
        "mail_addresses",
        "outreach",
        "priority_weights",
        "deliveries",
        "brief_lines",
        "briefs",
        "brief_times",
    )
    drop("direct_places")
