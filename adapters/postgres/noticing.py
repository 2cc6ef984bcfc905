"""Which conversations are to be looked through for notes, and the notes that come of it: each look counts once."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from adapters.postgres.about import ABSENT, said_names
from adapters.postgres.database import Database, Transaction, look_as
from adapters.postgres.notes import COLUMNS
from adapters.postgres.refusals import refused
from adapters.postgres.visible import MINE
from core.conversation.mentions import MENTION
from core.conversation.models import Place
from core.memory.ports import Embedder, EmbeddingError, Vector
from core.notes.models import Note
from core.notes.noticing import When
from core.notes.policy import MEANS_THE_SAME, Draft, Settled, settled
from core.notes.sources import Said, Window
from core.people.viewer import Viewer

_MOST = 60
_BEFORE = 6
_TOLD = 20
_SHOWN = 20
_KNOWN = 300

# Only what waits is looked at, by an index that holds nothing else.
_CLAIM = """
    WITH waiting AS (
        SELECT conversation_id, count(*) AS messages FROM messages WHERE noticing = 'waiting' GROUP BY conversation_id
    ),
    due AS (
        SELECT id FROM conversations JOIN waiting ON waiting.conversation_id = id
        WHERE coalesce(noticing_until, '-infinity') < clock_timestamp() AND NOT off_record
          AND (last_at < clock_timestamp() - make_interval(secs => %(quiet)s) OR messages >= %(messages)s)
        ORDER BY last_at LIMIT 1 FOR NO KEY UPDATE OF conversations SKIP LOCKED
    )
    UPDATE conversations SET noticing_until = clock_timestamp() + make_interval(secs => %(lease)s),
        noticing_tries = noticing_tries + 1
    FROM due WHERE conversations.id = due.id
    RETURNING conversations.id, org_id, surface, tenant, channel, thread, direct, noticing_until,
        noticing_tries"""

_SAID = """
    SELECT messages.id, person_id, people.name, people.zone, text, occurred_at, platform_id,
           noticing = 'waiting' AS new,
           EXISTS (SELECT FROM inbox WHERE message_id = messages.id AND detail ? 'command')
           OR EXISTS (SELECT FROM accounts WHERE accounts.person_id = messages.person_id AND is_bot) AS command
    FROM messages JOIN people ON people.id = person_id WHERE conversation_id = %(conversation_id)s"""
_MESSAGES = f"""
    WITH new AS ({_SAID} AND noticing = 'waiting' ORDER BY messages.id LIMIT {_MOST})
    SELECT * FROM new UNION ALL
    SELECT * FROM ({_SAID} AND noticing = '' AND occurred_at < (SELECT min(occurred_at) FROM new)
                   ORDER BY occurred_at DESC, messages.id DESC LIMIT {_BEFORE}) AS before
    ORDER BY occurred_at, id"""

_ROBBIE = f"""
    SELECT text FROM messages WHERE conversation_id = %(conversation_id)s AND person_id IS NULL
    ORDER BY occurred_at DESC, id DESC LIMIT {_TOLD}"""

_MENTIONED = """
    SELECT account, people.id, people.name FROM accounts JOIN people ON people.id = person_id
    WHERE surface = %(surface)s AND tenant = %(tenant)s AND account = ANY (%(accounts)s) AND NOT is_bot"""

_NOTES = f"""
    SELECT {COLUMNS} FROM notes WHERE owner = ANY (%(people)s) AND room = %(room)s AND valid_to IS NULL
    ORDER BY created_at DESC, id DESC LIMIT {_SHOWN}"""

# Who is being forgotten is waited for before anything else is locked, as erasing.py does.
_PEOPLE = "SELECT FROM people WHERE id = ANY (%(people)s) ORDER BY id FOR KEY SHARE"

_END = """
    UPDATE conversations SET noticing_until = NULL, noticing_tries = 0
    WHERE id = %(conversation_id)s AND noticing_until = %(lease)s RETURNING id"""

# What was edited meanwhile waits for the next look.
_LOOKED_AT = """
    UPDATE messages SET noticing = '' FROM unnest(%(ids)s::bigint[], %(texts)s::text[]) AS read (id, text)
    WHERE messages.id = read.id AND noticing = 'waiting' AND messages.text = read.text RETURNING messages.id"""

_OWNED = f"""
    SELECT {COLUMNS} FROM notes WHERE {MINE} AND room = %(room)s AND valid_to IS NULL
    ORDER BY created_at DESC, id DESC LIMIT {_KNOWN}"""

# Of two notes that mean the same in other words, the vectors are close; the newest notes have none yet.
_MEANS = f"""
    SELECT note_id FROM memories
    WHERE org_id = %(org_id)s AND note_id = ANY (%(notes)s) AND embedded_by = %(embedded_by)s
      AND embedding <=> %(vector)s::halfvec <= 1 - {MEANS_THE_SAME}
    ORDER BY embedding <=> %(vector)s::halfvec LIMIT 1"""

_ADD = f"""
    INSERT INTO notes (org_id, owner, conversation_id, text, source, kind, importance, sharing, celebration, tone,
                       subjects, said_at, due_at, room, found_by)
    VALUES (%(org_id)s, %(owner)s, %(conversation_id)s, %(text)s, %(source)s, %(kind)s, %(importance)s, %(sharing)s,
            %(celebration)s, %(tone)s, %(subjects)s, %(said_at)s, %(due_at)s, %(room)s, %(found_by)s)
    RETURNING {COLUMNS}"""
_MERGE = """
    UPDATE notes SET importance = greatest(importance, %(importance)s), sharing = greatest(sharing, %(sharing)s),
                     celebration = greatest(celebration, %(celebration)s), due_at = coalesce(due_at, %(due_at)s)
    WHERE id = %(note_id)s"""
_CLOSE = "UPDATE notes SET valid_to = %(said_at)s, superseded_by = %(note_id)s WHERE id = ANY (%(ends)s)"
_SOURCES = """
    INSERT INTO note_sources (note_id, message_id, org_id)
    SELECT %(note_id)s, unnest(%(sources)s::bigint[]), %(org_id)s ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Meanings:
    """Vectors of texts, and whose they are."""

    embedded_by: str
    vectors: Mapping[str, Vector]


class PostgresWindows:
    """Implements ``core.notes.noticing.Windows``: claims as robbie_system, reads and writes as robbie_app.

    Args:
        database: the pools.
        when: when a conversation is due.
        embedder: tells notes that mean the same; without one, their words alone do.
    """

    def __init__(self, database: Database, when: When, embedder: Embedder | None = None) -> None:
        self._database = database
        self._embedder = embedder
        self._due = {"quiet": when.quiet_seconds, "messages": when.messages, "lease": when.lease_seconds}

    async def claim(self) -> Window | None:
        """The conversation that is due for longest."""
        async with self._database.system() as tx:
            row = await (await tx.execute(_CLAIM, self._due)).fetchone()
        return None if row is None else await self._window(row)

    async def _window(self, row: DictRow) -> Window:
        place = Place(**{name: row[name] for name in Place.model_fields})
        at = {"conversation_id": row["id"]}
        said, told = await self._database.run(row["org_id"], (_MESSAGES, at), (_ROBBIE, at))
        messages = tuple(_said(one, place) for one in said)
        mentioned = {account for one in messages for account in MENTION.findall(one.text)}
        speakers = list({one.person_id for one in messages if one.new})
        viewer = Viewer(
            org_id=row["org_id"], person_id=speakers[0] if speakers else 0, room=place.room, private=place.direct
        )
        names = {name for one in messages if one.new for name in said_names(one.text)}
        here = list({one.person_id for one in messages})
        accounts, absent, notes = await self._database.run(
            row["org_id"],
            (_MENTIONED, {**place.model_dump(), "accounts": list(mentioned)}),
            (ABSENT, {"names": list(names), "people": here}),
            (_NOTES, {"people": speakers, "room": place.room}),
            viewer=viewer,
        )
        return Window(
            org_id=row["org_id"],
            conversation_id=row["id"],
            place=place,
            lease=row["noticing_until"],
            tries=row["noticing_tries"],
            messages=messages,
            robbie=tuple(one["text"] for one in told),
            accounts={one["account"]: (one["id"], one["name"]) for one in accounts},
            absent={one["id"]: one["name"] for one in absent},
            notes=tuple(Note.model_validate(one) for one in notes),
        )

    async def write(self, window: Window, drafts: Sequence[Draft]) -> int | None:
        """Make notes of drafts, and end the wait of the window's messages, in one transaction."""
        read = [said for said in window.messages if said.new]
        texts = {"ids": [said.id for said in read], "texts": [said.text for said in read]}
        meanings = await self._meanings(window.org_id, drafts)
        async with self._database.app(window.org_id) as tx:
            await tx.execute(_PEOPLE, {"people": list({said.person_id for said in read})})
            held = {"conversation_id": window.conversation_id, "lease": window.lease}
            if await (await tx.execute(_END, held)).fetchone() is None:
                return None
            there = {row["id"] for row in await (await tx.execute(_LOOKED_AT, texts)).fetchall()}
            alive = [draft for draft in drafts if there.issuperset(draft.sources)]
            made = 0
            for owner in dict.fromkeys(draft.owner for draft in alive):
                theirs = [draft for draft in alive if draft.owner == owner]
                made += await _write_of(tx, window, owner, theirs, meanings)
        return made

    async def _meanings(self, org_id: int, drafts: Sequence[Draft]) -> Meanings:
        """The drafts' vectors by their texts; none where they cannot be made: their words are enough."""
        if self._embedder is None or not drafts:
            return Meanings("", {})
        texts = list(dict.fromkeys(draft.text for draft in drafts))
        try:
            vectors = await self._embedder.embed(texts, org_id=org_id)
        except EmbeddingError:
            return Meanings("", {})
        return Meanings(self._embedder.name, dict(zip(texts, vectors, strict=True)))


async def _write_of(tx: Transaction, window: Window, owner: int, drafts: Sequence[Draft], meanings: Meanings) -> int:
    """Make notes of one person's drafts."""
    room = window.place.room
    await look_as(tx, Viewer(org_id=window.org_id, person_id=owner, room=room, private=True))
    refusals = await refused(tx, window.org_id, owner, [draft.text for draft in drafts])
    rows = await (await tx.execute(_OWNED, {"me": owner, "room": room})).fetchall()
    known = [Note.model_validate(row) for row in rows]
    made = 0
    for draft, never in zip(drafts, refusals, strict=True):
        if never:
            continue
        one = settled(draft, known, await _alike(tx, window, draft, known, meanings))
        if one.same is not None:
            await tx.execute(_MERGE, {**draft.model_dump(), "note_id": one.same})
            await _cite(tx, window, one.same, draft)
            continue
        note = await _add(tx, window, one)
        known = [note, *(other for other in known if other.id not in one.ends)]
        made += 1
    return made


async def _alike(
    tx: Transaction, window: Window, draft: Draft, known: Sequence[Note], meanings: Meanings
) -> int | None:
    """The known note that means the same, as far as vectors tell."""
    vector = meanings.vectors.get(draft.text)
    if vector is None or not known:
        return None
    values = {
        "org_id": window.org_id,
        "notes": [note.id for note in known],
        "embedded_by": meanings.embedded_by,
        "vector": "[" + ",".join(map(str, vector)) + "]",
    }
    row = await (await tx.execute(_MEANS, values)).fetchone()
    return row["note_id"] if row else None


async def _add(tx: Transaction, window: Window, one: Settled) -> Note:
    draft = one.draft
    values = {
        **draft.model_dump(),
        "subjects": Jsonb([subject.model_dump() for subject in draft.subjects]),
        "org_id": window.org_id,
        "conversation_id": window.conversation_id,
        "room": window.place.room,
    }
    row = await (await tx.execute(_ADD, values)).fetchone()
    note = Note.model_validate(row)
    await _cite(tx, window, note.id, draft)
    if one.ends:
        await tx.execute(_CLOSE, {"said_at": draft.said_at, "note_id": note.id, "ends": list(one.ends)})
    return note


async def _cite(tx: Transaction, window: Window, note_id: int, draft: Draft) -> None:
    await tx.execute(_SOURCES, {"note_id": note_id, "sources": list(draft.sources), "org_id": window.org_id})


def _said(row: DictRow, place: Place) -> Said:
    return Said(
        id=row["id"],
        person_id=row["person_id"],
        speaker=row["name"] or "",
        text=row["text"],
        at=row["occurred_at"],
        zone=row["zone"] or "UTC",
        new=row["new"],
        source=f"{place.surface}/{place.tenant}/{place.channel}/{row['platform_id'] or ''}",
        command=row["command"],
    )
