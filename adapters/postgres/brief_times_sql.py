"""The queries by which the times of briefs are kept right: who gets any, whose changed, and what is written down."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

# What was changed since it was looked at last (migrations/versions/0006_brief_changes.py), with all accounts of each
# human that it is about. Another change of the same person may be written meanwhile: it stands in a row of its own.
CHANGES = "SELECT id, person_id, human, room FROM brief_changes ORDER BY id LIMIT %(limit)s"
LOOKED_AT = "DELETE FROM brief_changes WHERE id = ANY (%(ids)s)"
CONCERNED = """
    SELECT id FROM people WHERE id = ANY (%(people)s)
    UNION SELECT same.id FROM people JOIN people AS same USING (human) WHERE people.id = ANY (%(people)s)
    UNION SELECT id FROM people WHERE human = ANY (%(humans)s::uuid[])"""

# Whoever talked to Robbie directly, or used a command, and can be reached. Accounts that are one human's count once:
# by the surface that was chosen, else at home, else where something was last written. What is read here of a person,
# an account or a place is what a change of is written down.
_SUBJECTS = """
    met AS MATERIALIZED (
        SELECT people.id, people.org_id, people.human, at, coalesce(settings -> 'briefs', '{{}}') AS chosen,
               coalesce(nullif(zone, ''), (
                   SELECT zone FROM people AS same WHERE same.human = people.human AND zone <> ''
                   ORDER BY home DESC, id LIMIT 1), 'UTC') AS zone,
               coalesce(place.surface, account.surface, '') AS surface,
               coalesce(place.tenant, account.tenant, '') AS tenant,
               human IS NOT NULL AND EXISTS (
                   SELECT FROM people AS same
                   WHERE same.human = people.human AND same.home AND same.org_id = people.org_id) AS at_home
        FROM direct_places JOIN people ON people.id = person_id
        LEFT JOIN conversations AS place ON place.id = conversation_id
        LEFT JOIN accounts AS account ON conversation_id IS NULL AND account.person_id = people.id
            AND account.surface = 'slack'
        WHERE {whom} AND NOT EXISTS (SELECT FROM accounts AS bot WHERE bot.person_id = people.id AND bot.is_bot)
    ),
    subjects AS MATERIALIZED (
        SELECT id, org_id, human, zone, chosen, surface, tenant FROM met WHERE human IS NULL
        UNION ALL
        (SELECT DISTINCT ON (human) id, org_id, human, zone, chosen, surface, tenant FROM met WHERE human IS NOT NULL
         ORDER BY human, surface = chosen ->> 'by' DESC NULLS LAST, surface IN ('web', 'console', ''), at_home DESC,
                  at DESC, id)
    ),
    wanted AS MATERIALIZED (
        SELECT id, org_id, human, zone, chosen, '' AS room,
               CASE WHEN chosen ->> 'by' = 'email' THEN 'email' ELSE surface || '/' || tenant END AS tenant,
               concat_ws(' ', zone, surface || '/' || tenant, human, chosen) AS reckoned_from
        FROM subjects
        WHERE chosen ->> 'by' IN ('web', 'email') OR surface NOT IN ('web', 'console', '')
    )"""
_EVERYBODY = _SUBJECTS.format(whom="true")
_THESE = _SUBJECTS.format(whom="people.id = ANY (%(only)s)")

_KNOWN = """
    LEFT JOIN brief_times AS known ON known.person_id = wanted.id AND known.kind = 'morning'
    WHERE known.reckoned_from IS DISTINCT FROM wanted.reckoned_from"""
# All accounts of a human are looked at for what was reckoned and made before they were joined, as it was before any of
# it goes.
_ACCOUNTS = "people.id = wanted.id OR people.human = wanted.human"
PEOPLE = f"""
    WITH {_THESE}, gone AS (
        DELETE FROM brief_times WHERE person_id = ANY (%(only)s) AND person_id NOT IN (SELECT id FROM wanted)
    )
    SELECT wanted.*, ARRAY(
               SELECT jsonb_build_object('kind', kind, 'zone', brief_times.zone, 'local_date', local_date,
                                         'due_at', nullif(due_at, 'infinity'))
               FROM brief_times JOIN people ON people.id = person_id WHERE {_ACCOUNTS}
               ORDER BY due_at DESC) AS before,
           ARRAY(SELECT jsonb_build_object('kind', kind, 'last', max(local_date))
                 FROM briefs JOIN people ON people.id = owner WHERE room = '' AND ({_ACCOUNTS})
                 GROUP BY kind) AS made
    FROM wanted {_KNOWN}"""

_ROOMS = """
    rooms AS (
        SELECT org_id, surface || '/' || tenant || '/' || channel AS room, surface || '/' || tenant AS tenant,
               settings -> 'brief' AS chosen, (settings -> 'brief')::text AS reckoned_from
        FROM channel_settings WHERE jsonb_typeof(settings -> 'brief') = 'object'
    )"""
_KNOWN_ROOM = """
    LEFT JOIN brief_times AS known
      ON known.org_id = rooms.org_id AND known.room = rooms.room AND known.kind = 'morning'
    WHERE known.reckoned_from IS DISTINCT FROM rooms.reckoned_from"""
_NO_ROOM = """
    person_id IS NULL AND NOT EXISTS (
        SELECT FROM rooms WHERE (rooms.org_id, rooms.room) = (brief_times.org_id, brief_times.room))"""
ROOMS = f"""
    WITH {_ROOMS}, gone AS (DELETE FROM brief_times WHERE {_NO_ROOM} AND room = ANY (%(only)s))
    SELECT rooms.*, NULL::bigint AS id, NULL::uuid AS human, '' AS zone, ARRAY(
               SELECT jsonb_build_object('kind', kind, 'zone', zone, 'local_date', local_date,
                                         'due_at', nullif(due_at, 'infinity'))
               FROM brief_times WHERE brief_times.room = rooms.room AND brief_times.org_id = rooms.org_id) AS before,
           ARRAY(SELECT jsonb_build_object('kind', kind, 'last', max(local_date))
                 FROM briefs WHERE subject = 'room:' || rooms.room GROUP BY kind) AS made
    FROM rooms {_KNOWN_ROOM} AND rooms.room = ANY (%(only)s)"""

# Whatever was changed in a way that nobody writes down is found by looking at everybody.
COMPARE = f"""
    WITH {_EVERYBODY}, {_ROOMS}
    INSERT INTO brief_changes (org_id, person_id, room)
    SELECT wanted.org_id, wanted.id, '' FROM wanted {_KNOWN}
    UNION ALL SELECT rooms.org_id, NULL, rooms.room FROM rooms {_KNOWN_ROOM}
    UNION ALL SELECT org_id, person_id, room FROM brief_times WHERE kind = 'morning' AND (
        {_NO_ROOM} OR person_id IS NOT NULL AND person_id NOT IN (SELECT id FROM wanted))"""

KEEP = """
    INSERT INTO brief_times (org_id, person_id, room, kind, local_date, due_at, zone, reckoned_from, tenant)
    SELECT org_id, person_id, room, kind, local_date, due_at, zone, reckoned_from, tenant
    FROM jsonb_to_recordset(%(times)s) AS it (org_id bigint, person_id bigint, room text, kind text, local_date date,
        due_at timestamptz, zone text, reckoned_from text, tenant text)
    ON CONFLICT (org_id, person_id, room, kind) DO UPDATE SET
        local_date = excluded.local_date, due_at = excluded.due_at, zone = excluded.zone,
        reckoned_from = excluded.reckoned_from, tenant = excluded.tenant"""
