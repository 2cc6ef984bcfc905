"""Which notes were looked at for what could be shared, and consents that only those see whom they concern."""

from __future__ import annotations

from alembic import op

from migrations.tables import MINE, ORG, unforced

revision = "0006_asking"
down_revision = "0005_said"
branch_labels = None
depends_on = None

# What somebody wrote down is not proposed. What was shared is shared in its words only: with others, it is asked anew.
_CONSIDERED = """
    CREATE FUNCTION note_considered() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.found_by = 'hand' THEN NEW.considered_at := now(); END IF;
        ELSIF NEW.text <> OLD.text AND OLD.shared_with <> '' THEN
            NEW.shared_with := '';
            NEW.considered_at := NULL;
        END IF;
        RETURN NEW;
    END $$"""

# It holds a note's words, so it is seen in private only: by who is asked, and by the note's owner.
_OURS = f"""org_id = {ORG} AND current_setting('app.private', true) = 'on'
    AND (person_id = ANY ({MINE}) OR owner = ANY ({MINE}))"""
_OWN = f"org_id = {ORG} AND owner = ANY ({MINE})"

_SEES = "owner, part, what, audience, handed_over_at"
_WRITES = "handed_over_at, expires_at"


def upgrade() -> None:
    op.execute("ALTER TABLE notes ADD COLUMN considered_at timestamptz")
    with unforced("notes"):
        op.execute("UPDATE notes SET considered_at = now()")
    op.execute("CREATE INDEX notes_unconsidered ON notes (id) WHERE considered_at IS NULL")
    op.execute(_CONSIDERED)
    op.execute("""
        CREATE TRIGGER considered BEFORE INSERT OR UPDATE OF text ON notes
        FOR EACH ROW EXECUTE FUNCTION note_considered()""")
    op.execute("GRANT SELECT (considered_at) ON notes TO robbie_system")
    # owner is the note's, kind too; handed_over_at is when its conversation was told how it stands, or is to be.
    op.execute("""
        ALTER TABLE consents ADD COLUMN owner bigint REFERENCES people ON DELETE CASCADE,
            ADD COLUMN kind text NOT NULL DEFAULT 'note', ADD COLUMN handed_over_at timestamptz""")
    with unforced("consents", "notes"):
        op.execute("UPDATE consents SET owner = notes.owner, kind = notes.kind FROM notes WHERE notes.id = note_id")
    op.execute("ALTER TABLE consents ALTER COLUMN owner SET NOT NULL")
    op.execute("CREATE INDEX consents_owner ON consents (owner)")
    op.execute("""
        CREATE INDEX consents_untold ON consents (id) WHERE handed_over_at IS NULL AND state IN ('waiting', 'yes')""")
    op.execute("CREATE INDEX consents_told ON consents (conversation_id, handed_over_at)")
    op.execute("DROP POLICY org ON consents")
    op.execute(f"CREATE POLICY seen ON consents FOR SELECT USING ({_OURS})")
    op.execute(f"CREATE POLICY made ON consents FOR INSERT WITH CHECK ({_OWN})")
    op.execute(f"CREATE POLICY changed ON consents FOR UPDATE USING ({_OURS}) WITH CHECK ({_OURS})")
    op.execute(f"CREATE POLICY gone ON consents FOR DELETE USING ({_OURS})")
    op.execute(f"GRANT SELECT ({_SEES}), UPDATE ({_WRITES}) ON consents TO robbie_system")


def downgrade() -> None:
    op.execute(f"REVOKE SELECT ({_SEES}), UPDATE ({_WRITES}) ON consents FROM robbie_system")  # noqa: S608
    for policy in ("seen", "made", "changed", "gone"):
        op.execute(f"DROP POLICY {policy} ON consents")
    op.execute(f"CREATE POLICY org ON consents USING (org_id = {ORG}) WITH CHECK (org_id = {ORG})")
    op.execute("DROP INDEX consents_told")
    op.execute("ALTER TABLE consents DROP owner, DROP kind, DROP handed_over_at")
    op.execute("REVOKE SELECT (considered_at) ON notes FROM robbie_system")
    op.execute("DROP TRIGGER considered ON notes")
    op.execute("DROP FUNCTION note_considered")
    op.execute("ALTER TABLE notes DROP considered_at")
