"""Which notes are worth a question, and how questions and outcomes become messages: once, whoever looks."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from adapters.postgres import directory
from adapters.postgres.consents import ASK, CONSIDERED
from adapters.postgres.database import Database, Transaction
from adapters.postgres.directory import WANDERING
from adapters.postgres.notes import COLUMNS
from adapters.postgres.visible import ACCOUNTS
from adapters.postgres.wins import win_post
from core.consent.models import State, What
from core.consent.policy import AskingPolicy, Proposal, others, propose
from core.conversation.models import Place
from core.notes.models import Note
from core.people.models import PersonSettings
from core.people.viewer import Viewer
from core.registry import Invocation

_log = logging.getLogger(__name__)

_UNCONSIDERED = """
    SELECT id, org_id, owner FROM notes WHERE considered_at IS NULL AND id <> ALL (%s) ORDER BY id LIMIT 50"""
_AGAIN_SECONDS = 3_600.0  # until a note is looked at again where that failed
_NOTE = f"SELECT {COLUMNS} FROM notes WHERE id = %(note_id)s AND considered_at IS NULL FOR UPDATE SKIP LOCKED"

# Who talks to Robbie on its own machine has nobody there to share with, nor have strangers in direct messages that are
# in no workspace; guests share with nobody else. A note that was shared in other words is asked about anew. The room
# for wins is one where its owner has an account.
_AROUND = f"""
    SELECT people.settings, ARRAY({ACCOUNTS}) AS own,
           coalesce((SELECT surface || '/' || tenant || '/' || channel FROM channel_settings
                     WHERE settings -> 'wins' = 'true' AND EXISTS (
                        SELECT FROM accounts WHERE person_id = ANY (ARRAY({ACCOUNTS}))
                          AND (accounts.surface, accounts.tenant) = (channel_settings.surface, channel_settings.tenant))
                     LIMIT 1), '') AS wins,
           (SELECT jsonb_build_object('what', what, 'audience', audience) FROM consents
            WHERE note_id = %(note_id)s AND part = 'owner' AND state = 'yes' AND wording <> %(text)s LIMIT 1) AS before,
           EXISTS (SELECT FROM conversations JOIN accounts USING (surface, tenant)
                   WHERE conversations.id = %(conversation_id)s AND accounts.person_id = %(me)s
                     AND surface NOT IN ('web', 'console'))
           AND EXISTS (SELECT FROM accounts WHERE person_id = ANY (ARRAY({ACCOUNTS}))
                     AND NOT starts_with(tenant, '{WANDERING}') AND (is_member OR refreshed_at IS NULL)) AS reachable
    FROM people WHERE id = %(me)s"""

# Only one looks at a time: two would each find that nothing was asked lately.
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('consents', 0)) AS mine"
_UNTOLD = """
    SELECT consents.id, consents.org_id, note_id, person_id, consents.owner, conversation_id, part, what, audience,
           consents.state, surface, direct, NOT EXISTS (
               SELECT FROM consents AS subject WHERE subject.note_id = consents.note_id AND subject.what = consents.what
                 AND subject.part = 'subject' AND subject.state <> 'yes') AS agreed
    FROM consents JOIN conversations ON conversations.id = conversation_id
    WHERE handed_over_at IS NULL AND (consents.state = 'yes' OR consents.state = 'waiting'
      AND expires_at > now() AND NOT off_record
      AND (part = 'subject' OR NOT EXISTS (
        SELECT FROM consents AS told WHERE told.conversation_id = consents.conversation_id AND told.part = 'owner'
          AND told.handed_over_at > now() - interval '1 hour'))
      AND (SELECT count(*) FROM consents AS told WHERE told.person_id = consents.person_id
             AND told.handed_over_at > now() - interval '1 day') < %(per_day)s)
    ORDER BY consents.id LIMIT 100 FOR UPDATE OF consents SKIP LOCKED"""
_TOLD = """
    UPDATE consents SET handed_over_at = clock_timestamp(), conversation_id = %(conversation_id)s, expires_at = CASE
        WHEN state = 'waiting' THEN clock_timestamp() + %(time)s::interval ELSE expires_at END
    WHERE id = %(id)s"""
_TELL = """
    INSERT INTO inbox (org_id, conversation_id, person_id, kind, state, platform_id, detail, occurred_at)
    VALUES (%(org_id)s, %(conversation_id)s, %(person_id)s, 'message', 'received', %(platform_id)s, %(detail)s,
            clock_timestamp())"""

# Where somebody is asked alone; where they never wrote, in the direct message that Slack opens for an account, or
# without a word of it in the room where it was said.
_DIRECT = f"""
    SELECT conversations.id, messages.person_id FROM messages
    JOIN conversations ON conversations.id = messages.conversation_id
    WHERE messages.person_id = ANY (ARRAY({ACCOUNTS})) AND direct AND conversations.org_id = %(org_id)s
    ORDER BY messages.id DESC LIMIT 1"""
_OPENED = """
    INSERT INTO conversations (org_id, surface, tenant, channel, thread, direct)
    SELECT org_id, surface, tenant, account, '', true FROM accounts WHERE person_id = %(me)s AND surface = 'slack'
    LIMIT 1 ON CONFLICT (surface, tenant, channel, thread) DO UPDATE SET last_at = now() RETURNING id"""
_IN_ROOM = """
    SELECT conversations.id FROM conversations JOIN accounts USING (surface, tenant)
    WHERE conversations.id = %(conversation_id)s AND surface = 'discord' AND NOT direct
      AND accounts.person_id = %(me)s"""
_ACCOUNT_IN = f"""
    SELECT person_id FROM accounts
    WHERE person_id = ANY (ARRAY({ACCOUNTS})) AND surface = %(surface)s AND tenant = %(tenant)s LIMIT 1"""

# No answer is a no. Where it was the one of whom a note is about, its owner is told how it stands.
_EXPIRE = """
    WITH over AS (
        UPDATE consents SET state = 'expired', settled_at = clock_timestamp()
        WHERE state = 'waiting' AND {which} RETURNING note_id, what, part
    )
    UPDATE consents SET handed_over_at = NULL FROM over
    WHERE over.part = 'subject' AND consents.note_id = over.note_id AND consents.what = over.what
      AND consents.part = 'owner' AND consents.state = 'yes'"""
_EXPIRE_ALL = _EXPIRE.format(which="expires_at <= now()")
_EXPIRE_ONE = _EXPIRE.format(which="id = %(id)s")


class PostgresProposals:
    """Looks for what to ask. People's words are read in their own name; what crosses orgs sees ids and times only.

    Args:
        database: the pools.
        policy: when people are asked.
    """

    def __init__(self, database: Database, policy: AskingPolicy) -> None:
        self._database = database
        self._policy = policy
        self._time = f"{policy.expire_days} days"
        self._failed: dict[int, float] = {}  # notes, with the moment when each is looked at again

    async def look(self) -> None:
        """Ask about new notes, say what is to be said, and end what nobody answered; cheap with nothing to do."""
        now = time.monotonic()
        self._failed = {id: again for id, again in self._failed.items() if again > now}
        async with self._database.system() as tx:
            notes = await (await tx.execute(_UNCONSIDERED, (list(self._failed),))).fetchall()
        for row in notes:
            try:
                await self._consider(row)
            except Exception as error:  # the others' turn comes all the same
                self._failed[row["id"]] = now + _AGAIN_SECONDS
                _log.warning("note %s could not be looked at: %s", row["id"], type(error).__name__)
        async with self._database.system() as tx:
            await tx.execute(_EXPIRE_ALL)
            await self._hand_over(tx)

    async def _consider(self, row: DictRow) -> None:
        viewer = Viewer.owner(row["org_id"], row["owner"])
        async with self._database.app(viewer.org_id, viewer) as tx:
            found = await (await tx.execute(_NOTE, {"note_id": row["id"]})).fetchone()
            if found is None:
                return
            note = Note.model_validate(found)
            about = {"me": note.owner, "note_id": note.id, "text": note.text, "conversation_id": note.conversation_id}
            around = await (await tx.execute(_AROUND, about)).fetchone()
            proposal = self._proposal(note, around) if around else None
            if proposal is not None:
                await tx.execute(ASK, self._question(note, proposal, viewer.org_id))
            await tx.execute(CONSIDERED, about)

    def _proposal(self, note: Note, around: DictRow) -> Proposal | None:
        if not around["reachable"] or others(note, around["own"]) is None:
            return None
        if around["before"] and note.valid_to is None:
            return Proposal(What(around["before"]["what"]), around["before"]["audience"])
        never = PersonSettings.model_validate(around["settings"]).never_ask
        return propose(note, self._policy, wins=around["wins"], never=never)

    def _question(self, note: Note, proposal: Proposal, org_id: int) -> dict[str, object]:
        return {
            "org_id": org_id,
            "note_id": note.id,
            "person_id": note.owner,
            "owner": note.owner,
            "kind": note.kind,
            "conversation_id": note.conversation_id,
            "part": "owner",
            "what": proposal.what,
            "audience": proposal.audience,
            "wording": note.text,
            "state": "waiting",
            "time": self._time,
        }

    async def _hand_over(self, tx: Transaction) -> None:
        alone = await (await tx.execute(_ALONE)).fetchone()
        if alone is None or not alone["mine"]:
            return
        rows = await (await tx.execute(_UNTOLD, {"per_day": self._policy.per_day})).fetchall()
        for row in _not_too_many(rows):
            telling = await _telling(tx, row)
            if telling is None:
                await tx.execute(_EXPIRE_ONE, row)
            else:
                await tx.execute(_TELL, telling.values(row))
            # A post is no place where somebody is asked.
            asked_in = telling.conversation_id if telling and row["part"] == "subject" else row["conversation_id"]
            await tx.execute(_TOLD, {"id": row["id"], "time": self._time, "conversation_id": asked_in})


@dataclass(frozen=True, slots=True)
class _Telling:
    """A command that says something in a conversation, to one person or as one."""

    conversation_id: int
    person_id: int
    command: str
    name: str

    def values(self, row: DictRow) -> dict[str, object]:
        invocation = Invocation(command=self.command, arguments={"id": str(row["id"])})
        return {
            "org_id": row["org_id"],
            "conversation_id": self.conversation_id,
            "person_id": self.person_id,
            "platform_id": self.name,
            "detail": Jsonb({"command": invocation.model_dump()}),
        }


async def _telling(tx: Transaction, row: DictRow) -> _Telling | None:
    """What says it, and where; None where nobody is reached."""
    name = f"consent:{row['id']}"
    if row["state"] == State.YES and row["what"] == What.CELEBRATE and row["agreed"]:
        return await _in_wins(tx, row)
    if row["state"] == State.YES:
        return _Telling(row["conversation_id"], row["person_id"], "consent-outcome", name)
    if row["part"] == "subject":
        return await _to_subject(tx, row, name)
    command = _question_in(row["surface"], direct=row["direct"])
    return _Telling(row["conversation_id"], row["person_id"], command, name)


def _not_too_many(rows: Sequence[DictRow]) -> list[DictRow]:
    """What is told at once: of questions, one to a person, and one in a conversation."""
    chosen, taken = [], set[tuple[str, int]]()
    for row in rows:
        marks = {("person", row["person_id"])}
        if row["part"] == "owner":
            marks.add(("conversation", row["conversation_id"]))
        if row["state"] == State.WAITING:
            if taken & marks:
                continue
            taken |= marks
        chosen.append(row)
    return chosen


async def _in_wins(tx: Transaction, row: DictRow) -> _Telling | None:
    surface, tenant, channel = row["audience"].split("/")
    place = Place(surface=surface, tenant=tenant, channel=channel)
    values = {**place.model_dump(), "me": row["owner"]}
    account = await (await tx.execute(_ACCOUNT_IN, values)).fetchone()
    if account is None:
        return None
    conversation_id = await directory.conversation(tx, row["org_id"], place)
    return _Telling(conversation_id, account["person_id"], "tell-win", win_post(row["note_id"]))


async def _to_subject(tx: Transaction, row: DictRow, name: str) -> _Telling | None:
    values = {"me": row["person_id"], "org_id": row["org_id"], "conversation_id": row["conversation_id"]}
    direct = await (await tx.execute(_DIRECT, values)).fetchone()
    if direct is not None:
        return _Telling(direct["id"], direct["person_id"], "ask-consent", name)
    for query, command in ((_OPENED, "ask-consent"), (_IN_ROOM, "offer-consent")):
        found = await (await tx.execute(query, values)).fetchone()
        if found is not None:
            return _Telling(found["id"], row["person_id"], command, name)
    return None


def _question_in(surface: str, *, direct: bool) -> str:
    """Where nothing can be shown to one reader by itself, a button alone stands in the thread, and opens it."""
    return "offer-consent" if surface == "discord" and not direct else "ask-consent"
