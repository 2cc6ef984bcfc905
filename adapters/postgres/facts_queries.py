"""What briefs read. Each query is one statement of one round trip, served by an index, and bounded."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from adapters.postgres.visible import ACCOUNTS, MINE

_TO_DO = "kind IN ('commitment', 'action', 'deadline')"
_HOLDS = "(valid_to IS NULL OR valid_to > %(at)s)"

# Of many open tasks those are looked at that are due nearest to the moment, and those that matter most; of those that
# are done, the last two weeks', since a note may say the same as one of them.
TASKS = f"""
    WITH open AS MATERIALIZED (
        SELECT id, due_at, importance, promised, waiting, created_at FROM tasks
        WHERE {MINE} AND done_at IS NULL AND created_at <= %(at)s
          AND (dropped_at IS NULL OR dropped_at > %(at)s) AND (snoozed_until IS NULL OR snoozed_until <= %(ahead)s)
        UNION ALL
        SELECT id, due_at, importance, promised, waiting, created_at FROM tasks
        WHERE {MINE} AND done_at > %(at)s AND created_at <= %(at)s
          AND (dropped_at IS NULL OR dropped_at > %(at)s) AND (snoozed_until IS NULL OR snoozed_until <= %(ahead)s)
    ),
    looked_at AS (
        (SELECT id FROM open WHERE due_at IS NOT NULL
         ORDER BY abs(extract(epoch FROM due_at - %(at)s)), id LIMIT 100)
        UNION
        (SELECT id FROM open ORDER BY promised DESC, waiting = '', importance DESC NULLS LAST, created_at DESC, id
         LIMIT 60)
        UNION
        (SELECT id FROM tasks WHERE {MINE} AND done_at >= %(today)s - interval '14 days' AND done_at <= %(at)s
         ORDER BY done_at DESC LIMIT 40)
    )
    SELECT tasks.id, tasks.text, tasks.created_at, tasks.due_at, tasks.done_at, tasks.importance, effort_minutes,
           energy, waiting, promised, blocked, snoozed_until, coalesce(contacts.name, '') AS contact,
           coalesce(goals.text, '') AS goal, coalesce(goals.importance, 0) AS goal_importance,
           coalesce(deals.name, '') AS deal_name, deals.value::float8 AS deal_value,
           coalesce(deals.currency, '') AS deal_currency, coalesce(deals.stage, '') AS deal_stage,
           deals.closes_on AS deal_closes_on,
           ARRAY(SELECT ARRAY['task:' || before.id, before.text] FROM task_ties JOIN tasks AS before
                   ON before.id = after_id
                 WHERE task_id = tasks.id AND (before.done_at IS NULL OR before.done_at > %(at)s)
                   AND (before.dropped_at IS NULL OR before.dropped_at > %(at)s)
                 ORDER BY after_id LIMIT 10) AS after,
           (SELECT count(*) FROM task_ties JOIN tasks AS later ON later.id = task_id
            WHERE after_id = tasks.id AND (later.done_at IS NULL OR later.done_at > %(at)s)
              AND (later.dropped_at IS NULL OR later.dropped_at > %(at)s)) AS unblocks
    FROM looked_at JOIN tasks USING (id)
    LEFT JOIN goals ON goals.id = goal_id LEFT JOIN deals ON deals.id = tasks.deal_id
    LEFT JOIN contacts ON contacts.id = tasks.contact_id
    ORDER BY tasks.id"""

# An event of several days begins before the day that it is in; the index needs to know by how much at most.
EVENTS = f"""
    SELECT id, uid, occurrence, title, starts_at, ends_at, all_day, starts_on, ends_on, busy, answer, place, url, people
    FROM calendar_events
    WHERE {MINE} AND starts_at >= %(today)s - interval '32 days' AND starts_at < %(until)s + interval '1 day'
      AND (ends_at >= %(today)s OR all_day AND ends_on > %(day)s) AND answer <> 'declined'
    ORDER BY starts_at, id LIMIT 300"""
BLOCKS = f"""
    SELECT id, starts_at, ends_at, text, task_id FROM focus_blocks
    WHERE {MINE} AND starts_at >= %(today)s - interval '1 day' AND starts_at < %(until)s AND ends_at >= %(today)s
    ORDER BY starts_at, id LIMIT 100"""

_NOTE = """notes.id, notes.text, notes.kind, notes.importance, notes.celebration, notes.said_at, notes.due_at,
    notes.subjects, notes.owner"""
# A note that is a task by now is looked at as one.
OWN_NOTES = f"""
    (SELECT {_NOTE}, true AS mine, '' AS speaker FROM notes
     WHERE {MINE} AND created_at >= %(at)s - interval '180 days' AND said_at <= %(at)s AND {_TO_DO} AND {_HOLDS}
       AND NOT EXISTS (SELECT FROM tasks WHERE note_id = notes.id)
     ORDER BY due_at NULLS LAST, said_at DESC LIMIT 60)
    UNION ALL
    (SELECT {_NOTE}, true AS mine, '' AS speaker FROM notes
     WHERE {MINE} AND created_at >= %(at)s - interval '4 days' AND said_at BETWEEN %(news)s AND %(at)s
       AND kind = 'win' AND {_HOLDS}
     ORDER BY said_at DESC LIMIT 20)"""
_OF_OTHERS = f"""
    SELECT {_NOTE}, false AS mine, coalesce((SELECT name FROM people WHERE people.id = notes.owner), '') AS speaker
    FROM notes"""
SHARED_NOTES = f"""
    {_OF_OTHERS}
    WHERE shared_with = '*' AND said_at BETWEEN %(news)s AND %(at)s AND {_HOLDS}
      AND NOT owner = ANY (ARRAY({ACCOUNTS}))
    ORDER BY said_at DESC LIMIT 40"""

# Questions about sharing, and what others asked in channels: that is told as the note or task where one of the reader's
# came of it. ``names`` are of whom a message mentions by an account; the reader's own is empty.
ASKS = f"""
    (SELECT 'consent' AS kind, id, wording AS text, asked_at AS at, CASE WHEN part = 'subject'
         THEN (SELECT name FROM people WHERE people.id = consents.owner) END AS who,
         NULL AS surface, NULL AS tenant, NULL AS channel, NULL AS thread, NULL AS message_id, NULL AS notes,
         NULL AS names
     FROM consents
     WHERE person_id = ANY (ARRAY({ACCOUNTS})) AND asked_at <= %(at)s AND expires_at > %(at)s
       AND (state = 'waiting' OR settled_at > %(at)s)
     ORDER BY expires_at, id LIMIT 10)
    UNION ALL
    (SELECT 'message', messages.id, left(messages.text, 4000), said_at, speaker.name,
         surface, tenant, channel, mentions.thread, messages.platform_id,
         ARRAY(SELECT note_id FROM note_sources WHERE message_id = messages.id),
         (SELECT jsonb_object_agg(account, CASE WHEN people.id = ANY (ARRAY({ACCOUNTS})) THEN '' ELSE people.name END)
          FROM accounts JOIN people ON people.id = person_id
          WHERE accounts.surface = conversations.surface AND accounts.tenant = conversations.tenant
            AND account = ANY (ARRAY(SELECT found[1] FROM
                regexp_matches(left(messages.text, 4000), '<@!?([A-Za-z0-9]+)', 'g') AS found)))
     FROM mentions JOIN messages ON messages.id = message_id JOIN conversations ON conversations.id = conversation_id
     JOIN people AS speaker ON speaker.id = said_by
     WHERE mentions.{MINE} AND said_at BETWEEN %(asked_since)s AND %(asked_until)s
       AND (answered_at IS NULL OR answered_at > %(at)s) AND (NOT public OR %(member)s)
       AND NOT off_record AND noticing <> 'never'
       AND NOT EXISTS (SELECT FROM note_sources JOIN tasks USING (note_id)
                       WHERE message_id = messages.id AND tasks.{MINE} AND tasks.created_at <= %(at)s)
     ORDER BY said_at DESC LIMIT 20)"""

_DEAL = """SELECT deals.id, deals.name, stage, stage_since, changed_at, deals.created_at, value::float8 AS value,
    currency, closes_on, next_step, coalesce((SELECT companies.name FROM companies WHERE companies.id = company_id), '')
    AS company"""
DEALS = f"""
    ({_DEAL}, true AS mine FROM deals
     WHERE {MINE} AND gone_at IS NULL AND deals.created_at <= %(at)s AND stage NOT IN ('won', 'lost')
     ORDER BY closes_on NULLS LAST, id LIMIT 40)
    UNION ALL
    ({_DEAL}, true AS mine FROM deals
     WHERE {MINE} AND gone_at IS NULL AND deals.created_at <= %(at)s AND stage IN ('won', 'lost')
       AND stage_since BETWEEN %(news)s AND %(at)s
     ORDER BY stage_since DESC LIMIT 20)
    UNION ALL
    ({_DEAL}, false AS mine FROM deals
     WHERE id IN (SELECT deal_id FROM tasks WHERE {MINE} AND done_at IS NULL AND deal_id IS NOT NULL)
       AND NOT coalesce({MINE}, false) AND gone_at IS NULL AND stage_since BETWEEN %(news)s AND %(at)s
     ORDER BY stage_since DESC LIMIT 20)"""

GOALS = f"""
    SELECT id, text, due_on FROM goals
    WHERE {MINE} AND created_at <= %(at)s AND due_on < %(day)s AND (done_at IS NULL OR done_at > %(at)s)
      AND (dropped_at IS NULL OR dropped_at > %(at)s)
    ORDER BY due_on DESC, id LIMIT 5"""

# Only lines of briefs that were due before this one: to compute it again gives the same. What was found not relevant
# stays so, however long ago; a task knows itself whether it is done.
LINES = f"""
    SELECT ref, section, kind, local_date, CASE WHEN acted_at <= %(at)s THEN act ELSE '' END AS act, acted_at
    FROM (
        (SELECT id, brief_id, ref, section, act, acted_at FROM brief_lines WHERE {MINE} ORDER BY id DESC LIMIT 400)
        UNION
        (SELECT id, brief_id, ref, section, act, acted_at FROM brief_lines
         WHERE {MINE} AND act IN ('dismiss', 'done') AND (act = 'dismiss' OR NOT starts_with(ref, 'task:'))
         ORDER BY id DESC LIMIT 400)
    ) AS lines JOIN briefs ON briefs.id = brief_id
    WHERE briefs.due_at < %(at)s ORDER BY lines.id DESC"""
BRIEFS = f"""
    SELECT kind, local_date, state, due_at, told_at FROM briefs
    WHERE {MINE} AND due_at < %(at)s ORDER BY due_at DESC LIMIT 15"""
# With the calendars that could not be read for a day, or are refused: then it is long until the next try, from the
# first failure on (core/work/syncing.py).
ACCOUNTS_OF = f"""
    SELECT id, settings -> 'briefs' -> 'days' AS days, ARRAY(
        SELECT jsonb_build_object('id', calendars.id, 'name', calendars.name, 'since', failing_since) FROM calendars
        WHERE owner = people.id AND kind <> 'own' AND removed_at IS NULL AND failures > 0 AND failing_since <= %(at)s
          AND (failing_since <= %(at)s - interval '1 day'
               OR sync_at >= failing_since + failures * interval '6 hours')
        ORDER BY calendars.id LIMIT 10) AS broken
    FROM people WHERE id = ANY (ARRAY({ACCOUNTS}))"""

# In a channel only what its owner agreed to share counts, though all that was said there could be read there.
_FRESH = f"""said_at BETWEEN %(at)s - interval '14 days' AND %(at)s AND {_HOLDS}
    AND ({_TO_DO} AND coalesce(due_at, said_at) >= %(at)s - interval '14 days'
         OR kind IN ('decision', 'insight', 'win') AND said_at >= %(news)s)"""
_INSIDE = """NOT coalesce((SELECT external FROM channel_settings WHERE surface = split_part(%(room)s, '/', 1)
        AND tenant = split_part(%(room)s, '/', 2) AND channel = split_part(%(room)s, '/', 3)),
    split_part(%(room)s, '/', 1) = 'slack')"""
ROOM_NOTES = f"""
    ({_OF_OTHERS} WHERE shared_with = %(room)s AND {_FRESH} ORDER BY said_at DESC LIMIT 60)
    UNION ALL
    ({_OF_OTHERS} WHERE shared_with = '*' AND {_INSIDE} AND {_FRESH} ORDER BY said_at DESC LIMIT 60)"""
ROOM_BRIEFS = """
    SELECT kind, local_date, state, due_at, told_at,
           ARRAY(SELECT jsonb_path_query(facts, '$.*[*].ref') #>> '{}') AS refs FROM briefs
    WHERE subject = 'room:' || %(room)s AND due_at < %(at)s ORDER BY due_at DESC LIMIT 15"""
