"""Questions before something is shared, and what people answer: the answer and what follows from it are one step."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Sequence

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from adapters.postgres.about import are_there, asked_too
from adapters.postgres.brief_forgetting import take_back_from_briefs
from adapters.postgres.database import Database, Transaction, look_as
from adapters.postgres.forgetting import forget_note
from adapters.postgres.notes import COLUMNS as NOTE
from adapters.postgres.refusals import refuse
from adapters.postgres.visible import ACCOUNTS, MINE
from adapters.postgres.wins import leave_wins, open_wins, take_back_win
from core.consent.models import Answer, Consent, Outcome, Settled, State, What
from core.consent.policy import step
from core.conversation.models import Place
from core.notes.models import Note
from core.people.viewer import Viewer

_COLUMNS = """consents.id, note_id, person_id, consents.owner, consents.conversation_id, part, what, audience, wording,
    consents.kind, expires_at, CASE WHEN consents.state = 'waiting' AND expires_at <= clock_timestamp()
        THEN 'expired' ELSE consents.state END AS state"""
_TO_ME = f"consents.id = %(id)s AND person_id = ANY (ARRAY({ACCOUNTS}))"
_ONE = f"SELECT {_COLUMNS} FROM consents WHERE {_TO_ME}"
_LOCK = f"{_ONE} FOR UPDATE"
# Whoever changes both locks the note before the questions about it.
_NOTE = f"SELECT {NOTE} FROM notes WHERE id = %(note_id)s FOR UPDATE"
_OWN_NOTE = f"SELECT {NOTE} FROM notes WHERE id = %(note_id)s AND {MINE} FOR UPDATE"

_SETTLE = """
    UPDATE consents SET state = %(state)s, wording = %(wording)s, settled_at = clock_timestamp(),
        expires_at = CASE WHEN %(state)s = 'waiting' THEN clock_timestamp() + %(time)s::interval ELSE expires_at END
    WHERE id = %(id)s"""
_REWORD = "UPDATE consents SET wording = %(text)s WHERE id = %(id)s"
# A note that changes is shared no more, by a trigger.
_WRITE = "UPDATE notes SET text = %(text)s, edited_at = clock_timestamp() WHERE id = %(note_id)s RETURNING shared_with"

_SHARE = "UPDATE notes SET shared_with = %(audience)s WHERE id = %(note_id)s"
_UNSHARE_ELSEWHERE = """
    UPDATE notes SET shared_with = '' WHERE id = %(note_id)s AND shared_with NOT IN ('', %(audience)s)"""
_UNSHARE = "UPDATE notes SET shared_with = '' WHERE id = %(note_id)s AND shared_with <> ''"
# The post is made by whoever hands over what is to be told.
_CELEBRATE = """
    UPDATE consents SET handed_over_at = NULL WHERE note_id = %(note_id)s AND what = 'celebrate' AND part = 'owner'"""
_AUDIT = "INSERT INTO audit_log (org_id, actor, action, counts) VALUES (%s, %s, %s, %s)"

CONSIDERED = "UPDATE notes SET considered_at = clock_timestamp() WHERE id = %(note_id)s"
# A question that is no news to its person is told by nobody.
ASK = """
    INSERT INTO consents (org_id, note_id, person_id, owner, kind, conversation_id, part, what, audience, wording,
                          state, expires_at, settled_at, handed_over_at)
    VALUES (%(org_id)s, %(note_id)s, %(person_id)s, %(owner)s, %(kind)s, %(conversation_id)s, %(part)s, %(what)s,
            %(audience)s, %(wording)s, %(state)s, clock_timestamp() + %(time)s::interval,
            CASE WHEN %(state)s = 'yes' THEN clock_timestamp() END,
            CASE WHEN %(state)s = 'yes' THEN '-infinity'::timestamptz END)
    ON CONFLICT (note_id, person_id, what) DO UPDATE SET state = excluded.state, audience = excluded.audience,
        wording = excluded.wording, kind = excluded.kind, conversation_id = excluded.conversation_id,
        asked_at = clock_timestamp(), expires_at = excluded.expires_at, settled_at = excluded.settled_at,
        handed_over_at = excluded.handed_over_at"""

# What the owner is to be told, once those whom the note is about have answered.
_TELL_OWNER = """
    UPDATE consents SET handed_over_at = NULL
    WHERE note_id = %(note_id)s AND what = %(what)s AND part = 'owner' AND state = 'yes'"""
_SUBJECTS = """
    SELECT person_id, state, what, audience, wording FROM consents
    WHERE note_id = %(note_id)s AND part = 'subject'"""

_OWNERS = f"""
    SELECT {_COLUMNS} FROM consents
    WHERE note_id = %(note_id)s AND what = %(what)s AND part = 'owner' AND person_id = ANY (ARRAY({ACCOUNTS}))"""

_OWNER_AGREES = """
    SELECT 1 FROM consents WHERE note_id = %(note_id)s AND what = %(what)s AND part = 'owner' AND state = 'yes'
      AND audience = %(audience)s AND wording = %(wording)s"""
_ASK_NO_MORE = """
    DELETE FROM consents WHERE note_id = %(note_id)s AND what = %(what)s AND part = 'subject' AND state = 'waiting'"""
_AGAINST = (State.NO, State.EXPIRED, State.REVOKED)

_SHARED = f"""
    SELECT {_COLUMNS} FROM consents JOIN notes ON notes.id = note_id
    WHERE part = 'owner' AND consents.person_id = ANY (ARRAY({ACCOUNTS}))
      AND (consents.state = 'yes' AND shared_with = audience
           OR consents.state = 'waiting' AND expires_at > clock_timestamp())
    ORDER BY consents.state DESC, settled_at DESC, consents.id DESC LIMIT %(limit)s"""
_STANDS = f"""
    SELECT 1 FROM consents JOIN notes ON notes.id = note_id
    WHERE {_TO_ME} AND consents.state = 'yes' AND shared_with = audience AND text = wording"""


class PostgresConsents:
    """Implements ``core.consent.models.Consents`` as robbie_app.

    Args:
        database: the pools.
        expire_days: how long a question waits.
    """

    def __init__(self, database: Database, *, expire_days: float) -> None:
        self._database = database
        self._time = f"{expire_days} days"

    async def one(self, viewer: Viewer, consent_id: int) -> Consent | None:
        """A question to the viewer."""
        (rows,) = await self._database.run(viewer.org_id, (_ONE, _to(viewer, consent_id)), viewer=viewer)
        return Consent.model_validate(rows[0]) if rows else None

    async def settle(self, viewer: Viewer, consent_id: int, answer: Answer) -> Settled:
        """Take an answer. What it is about is locked first, so that of two answers one sees the other."""
        async with self._database.app(viewer.org_id, viewer) as tx:
            found = await _locked(tx, viewer, consent_id)
            if found is None:
                return Settled(Outcome.GONE)
            row, note = found
            if row["part"] == "subject":
                return await self._by_subject(tx, viewer, row, note, answer)
            return await self._by_owner(tx, viewer, row, note, answer)

    async def _by_owner(self, tx: Transaction, viewer: Viewer, row: DictRow, note: Note, answer: Answer) -> Settled:
        if note.valid_to is not None and answer is Answer.SHARE:
            return Settled(Outcome.OUTDATED)
        state, outcome = step(State(row["state"]), answer, holds=note.text == row["wording"])
        match outcome:
            case Outcome.FORGOTTEN:
                await forget_note(tx, viewer, note.id)
                return Settled(outcome)
            case Outcome.SHARED:
                outcome = await self._agreed(tx, viewer, row, note)
                state = State.NO if outcome in (Outcome.UNSURE, Outcome.REFUSED) else state
            case Outcome.KEPT:
                await refuse(tx, viewer.org_id, note.owner, note.text)
            case Outcome.BACK:
                await _take_back(tx, viewer.org_id, row)
                await tx.execute(_ASK_NO_MORE, row)
                await _audit(tx, viewer, "note taken back")
        return await self._settled(tx, row, state, outcome, note.text)

    async def _by_subject(self, tx: Transaction, viewer: Viewer, row: DictRow, note: Note, answer: Answer) -> Settled:
        """What somebody says whom a note is about: they forget nothing of another's."""
        holds = note.text == row["wording"] and note.valid_to is None
        holds = holds and await (await tx.execute(_OWNER_AGREES, row)).fetchone() is not None
        answer = Answer.KEEP if answer is Answer.FORGET else answer
        state, outcome = step(State(row["state"]), answer, holds=True)
        if outcome is Outcome.SHARED and not holds:
            state, outcome = State.EXPIRED, Outcome.OUTDATED
        settled = await self._settled(tx, row, state, outcome, row["wording"])
        if outcome is Outcome.BACK:
            await _take_back(tx, viewer.org_id, row)
            await _audit(tx, viewer, "note taken back")
        if outcome is Outcome.KEPT:
            await refuse(tx, viewer.org_id, note.owner, note.text)
        over = outcome in (Outcome.KEPT, Outcome.OUTDATED)
        if over or (outcome is Outcome.SHARED and await _decided(tx, viewer, row, note)):
            await tx.execute(_TELL_OWNER, row)
        return settled

    async def _settled(self, tx: Transaction, row: DictRow, state: State, outcome: Outcome, wording: str) -> Settled:
        if state != row["state"] or outcome is Outcome.ANEW:
            wording = wording if outcome is Outcome.ANEW else row["wording"]
            await tx.execute(_SETTLE, {"id": row["id"], "state": state, "wording": wording, "time": self._time})
            row = {**row, "state": state, "wording": wording}
        return Settled(outcome, Consent.model_validate(row))

    async def _agreed(self, tx: Transaction, viewer: Viewer, row: DictRow, note: Note) -> Outcome:
        """What follows from the owner's yes: it is shared, or those are asked whom it is about."""
        people = await asked_too(tx, note)
        if people is None or not await are_there(tx, people):
            return Outcome.UNSURE
        said = await (await tx.execute(_SUBJECTS, row)).fetchall()
        if any(one["person_id"] in people and one["state"] in _AGAINST for one in said):
            return Outcome.REFUSED
        agree = {one["person_id"] for one in said if _is_yes_to(one, row, note)}
        for person in people:
            if person not in agree:
                asked = {**row, "part": "subject", "state": "waiting", "person_id": person}
                await self._ask(tx, viewer.org_id, note, asked)
        if not agree.issuperset(people):
            return Outcome.WAITS
        await _share(tx, viewer, row)
        return Outcome.SHARED

    async def _ask(self, tx: Transaction, org_id: int, note: Note, values: dict[str, object]) -> None:
        of_note = {"note_id": note.id, "owner": note.owner, "kind": note.kind, "wording": note.text}
        await tx.execute(ASK, {**values, **of_note, "org_id": org_id, "time": self._time})

    async def reword(self, viewer: Viewer, consent_id: int, text: str) -> Consent | None:
        """Change the note and what would be shared of it."""
        async with self._database.app(viewer.org_id, viewer) as tx:
            row, _ = await _locked(tx, viewer, consent_id) or (None, None)
            if row is None or row["state"] != State.WAITING or row["part"] != "owner":
                return None
            written = await (await tx.execute(_WRITE, {**row, "text": text})).fetchone()
            if written and not written["shared_with"]:
                await take_back_win(tx, row["note_id"])
            await tx.execute(_REWORD, {**row, "text": text})
        return Consent.model_validate({**row, "wording": text})

    async def share(self, viewer: Viewer, note_id: int, audience: str, conversation_id: int) -> Settled:
        """Share a note because its owner says so: a question that is answered in the moment in which it is asked."""
        values = {"me": viewer.person_id, "note_id": note_id, "what": What.SHARE}
        async with self._database.app(viewer.org_id, viewer) as tx:
            found = await (await tx.execute(_OWN_NOTE, values)).fetchone()
            if found is None:
                return Settled(Outcome.GONE)
            note = Note.model_validate(found)
            if note.valid_to is not None:
                return Settled(Outcome.OUTDATED)
            asked = {"person_id": note.owner, "conversation_id": conversation_id, "audience": audience}
            row: DictRow = {**values, **asked, "part": "owner", "state": "yes"}
            await tx.execute(_UNSHARE_ELSEWHERE, row)
            await leave_wins(tx, row["note_id"], row["audience"])
            outcome = await self._agreed(tx, viewer, row, note)
            if outcome in (Outcome.UNSURE, Outcome.REFUSED):
                return Settled(outcome)
            await self._ask(tx, viewer.org_id, note, row)
            await tx.execute(CONSIDERED, row)  # who has chosen is not asked
            made = await (await tx.execute(_OWNERS, values)).fetchone()
        return Settled(outcome, Consent.model_validate(made))

    async def shared(self, viewer: Viewer, limit: int) -> Sequence[Consent]:
        """What of the viewer's is shared now, and what they are asked."""
        values = {"me": viewer.person_id, "limit": limit}
        (rows,) = await self._database.run(viewer.org_id, (_SHARED, values), viewer=viewer)
        return [Consent.model_validate(row) for row in rows]

    async def stands(self, viewer: Viewer, consent_id: int) -> bool:
        """Whether what the question was about is shared now."""
        (rows,) = await self._database.run(viewer.org_id, (_STANDS, _to(viewer, consent_id)), viewer=viewer)
        return bool(rows)

    async def open_wins(self, org_id: int, place: Place, *, on: bool) -> None:
        """Make a channel the one where wins are told."""
        async with self._database.app(org_id) as tx:
            await open_wins(tx, org_id, place, on=on)


async def _locked(tx: Transaction, viewer: Viewer, consent_id: int) -> tuple[DictRow, Note] | None:
    """A question to the viewer with its note; from here on, the transaction sees what the note's owner does."""
    row = await (await tx.execute(_ONE, _to(viewer, consent_id))).fetchone()
    if row is None:
        return None
    await look_as(tx, Viewer.owner(viewer.org_id, row["owner"]))
    note = await (await tx.execute(_NOTE, row)).fetchone()
    row = await (await tx.execute(_LOCK, _to(viewer, consent_id))).fetchone()
    return (row, Note.model_validate(note)) if row and note else None


def _to(viewer: Viewer, consent_id: int) -> dict[str, object]:
    return {"id": consent_id, "me": viewer.person_id}


async def _share(tx: Transaction, viewer: Viewer, row: DictRow) -> None:
    await tx.execute(_SHARE, row)
    await leave_wins(tx, row["note_id"], row["audience"])
    if row["what"] == What.CELEBRATE:
        await take_back_win(tx, row["note_id"])  # of other words
        await tx.execute(_CELEBRATE, row)
    await _audit(tx, viewer, "note shared")


async def _take_back(tx: Transaction, org_id: int, row: DictRow) -> None:
    """Nobody else sees the note from this transaction on, and the post that told of it is deleted."""
    await tx.execute(_UNSHARE, row)
    await take_back_win(tx, row["note_id"])
    await take_back_from_briefs(tx, Viewer.owner(org_id, row["owner"]), row["note_id"])


async def _decided(tx: Transaction, viewer: Viewer, row: DictRow, note: Note) -> bool:
    """Share a note if all have agreed whom it is about; says whether its owner is to be told how it stands.

    Who is gone without an answer has not agreed.
    """
    people = await asked_too(tx, note)
    said = [one for one in await (await tx.execute(_SUBJECTS, row)).fetchall() if one["what"] == row["what"]]
    agree = {one["person_id"] for one in said if _is_yes_to(one, row, note)}
    if people is not None and agree.issuperset(people):
        await _share(tx, viewer, row)
        return True
    return all(one["state"] == State.YES for one in said)


def _is_yes_to(said: DictRow, row: DictRow, note: Note) -> bool:
    """Whether somebody agreed to just this: to these words, before these people."""
    asked = (State.YES, row["what"], row["audience"], note.text)
    return (said["state"], said["what"], said["audience"], said["wording"]) == asked


async def _audit(tx: Transaction, viewer: Viewer, action: str) -> None:
    await tx.execute(_AUDIT, (viewer.org_id, viewer.person_id, action, Jsonb({"notes": 1})))
