"""What changes somebody's briefs is written down as it changes; old lines of briefs can be deleted."""

from __future__ import annotations

from alembic import op

from migrations.tables import drop, protect

revision = "0006_brief_changes"
down_revision = "0005_left_out"
branch_labels = None
depends_on = None

# Rows are only added, so that no writer waits for another, and a row is there when what it tells of is. Of a human whom
# an account leaves, or who loses one, all the others are looked at. What goes with its org is nobody's any more.
_PERSON = """
    CREATE FUNCTION brief_person_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            INSERT INTO brief_changes (org_id, human) SELECT id, OLD.human FROM organizations WHERE id = OLD.org_id;
        ELSE
            INSERT INTO brief_changes (org_id, person_id, human) VALUES (NEW.org_id, NEW.id, OLD.human);
        END IF;
        RETURN NULL;
    END $$"""
_ACCOUNT = """
    CREATE FUNCTION brief_account_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO brief_changes (org_id, person_id)
        SELECT org_id, people.id FROM people JOIN organizations ON organizations.id = org_id
        WHERE people.id IN (OLD.person_id, NEW.person_id);
        RETURN NULL;
    END $$"""
# When something was written last tells only which of a human's accounts is taken.
_PLACE = """
    CREATE FUNCTION brief_place_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO brief_changes (org_id, person_id)
        SELECT org_id, people.id FROM people JOIN organizations ON organizations.id = org_id
        WHERE people.id = coalesce(NEW.person_id, OLD.person_id)
          AND (TG_OP <> 'UPDATE' OR human IS NOT NULL OR OLD.conversation_id IS DISTINCT FROM NEW.conversation_id);
        RETURN NULL;
    END $$"""
_ROOM = """
    CREATE FUNCTION brief_room_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE place channel_settings := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    BEGIN
        INSERT INTO brief_changes (org_id, room)
        SELECT id, place.surface || '/' || place.tenant || '/' || place.channel
        FROM organizations WHERE id = place.org_id;
        RETURN NULL;
    END $$"""

# What adapters/postgres/brief_times_sql.py reads.
_TRIGGERS = {
    "people": (
        "brief_person_changed",
        "INSERT",
        "NEW.human IS NOT NULL",
        "UPDATE OF org_id, zone, human, home, settings",
        "(OLD.org_id, OLD.zone, OLD.human, OLD.home, OLD.settings -> 'briefs') IS DISTINCT FROM "
        "(NEW.org_id, NEW.zone, NEW.human, NEW.home, NEW.settings -> 'briefs')",
        "OLD.human IS NOT NULL",
    ),
    "accounts": (
        "brief_account_changed",
        "INSERT",
        "true",
        "UPDATE OF person_id, surface, tenant, is_bot",
        "(OLD.person_id, OLD.surface, OLD.tenant, OLD.is_bot) IS DISTINCT FROM "
        "(NEW.person_id, NEW.surface, NEW.tenant, NEW.is_bot)",
        "true",
    ),
    "direct_places": (
        "brief_place_changed",
        "INSERT",
        "true",
        "UPDATE",
        "(OLD.conversation_id, OLD.at) IS DISTINCT FROM (NEW.conversation_id, NEW.at)",
        "true",
    ),
    "channel_settings": (
        "brief_room_changed",
        "INSERT",
        "NEW.settings ? 'brief'",
        "UPDATE OF org_id, settings",
        "(OLD.org_id, OLD.settings -> 'brief') IS DISTINCT FROM (NEW.org_id, NEW.settings -> 'brief')",
        "OLD.settings ? 'brief'",
    ),
}
_FUNCTIONS = (_PERSON, _ACCOUNT, _PLACE, _ROOM)


def upgrade() -> None:
    op.execute("""
        CREATE TABLE brief_changes (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            org_id bigint NOT NULL REFERENCES organizations ON DELETE CASCADE,
            person_id bigint REFERENCES people ON DELETE CASCADE,
            human uuid,
            room text NOT NULL DEFAULT '',
            at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("CREATE INDEX brief_changes_person ON brief_changes (person_id)")
    protect("brief_changes", app="SELECT, INSERT", system="SELECT, INSERT, DELETE")
    op.execute("GRANT DELETE ON brief_lines TO robbie_system")
    for function in _FUNCTIONS:
        op.execute(function)
    for table, (function, added, if_added, changed, if_changed, if_gone) in _TRIGGERS.items():
        for name, event, so in (
            ("added", added, if_added),
            ("changed", changed, if_changed),
            ("gone", "DELETE", if_gone),
        ):
            op.execute(f"""
                CREATE TRIGGER brief_{name} AFTER {event} ON {table} FOR EACH ROW WHEN ({so})
                EXECUTE FUNCTION {function}()""")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON brief_lines FROM robbie_system")
    for table, (function, *_) in _TRIGGERS.items():
        for name in ("added", "changed", "gone"):
            op.execute(f"DROP TRIGGER brief_{name} ON {table}")
        op.execute(f"DROP FUNCTION {function}")
    drop("brief_changes")
