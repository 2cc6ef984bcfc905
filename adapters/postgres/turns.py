"""A worker's hold on a conversation's oldest pending message: fenced, and leased by the database's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from psycopg.errors import DeadlockDetected
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from adapters.postgres import asking_back, membership
from adapters.postgres.answers import finishing
from adapters.postgres.database import Database
from adapters.postgres.erasing import erase
from adapters.postgres.messages import extras, persona
from adapters.postgres.people import spent
from core.conversation.models import Asker, Attached, Place, Profile, Utterance
from core.conversation.stores import Claim, Earlier, Ending, Finish, Lease, Remembered
from core.people.models import ChannelSettings, PersonSettings
from core.people.viewer import Viewer
from core.registry import Invocation
from core.rendering.message import Outgoing

# The update of the conversation serialises claims in it, so that two never take neighbouring rows at once.
_FENCE = """
    UPDATE conversations SET fence = fence + 1
    WHERE id = %(conversation_id)s AND surface = ANY (%(surfaces)s)"""

# A claim whose lease has ended is pending again. The fence is this transaction's own. A channel in Slack may be shared
# with another company as long as no event has said that it is not.
_CLAIM = """
    WITH claimed AS (
        UPDATE inbox SET state = 'claimed', fence = place.fence, attempts = attempts + 1,
                         cancel = nullif(cancel, 'edit'),
                         lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
        FROM conversations AS place
        WHERE place.id = %(conversation_id)s AND place.surface = ANY (%(surfaces)s)
          AND (state = 'received' OR state = 'claimed' AND lease_until < clock_timestamp()) AND inbox.id = (
            SELECT id FROM inbox WHERE conversation_id = %(conversation_id)s AND kind = 'message'
              AND (state = 'received' OR state = 'claimed' AND lease_until < clock_timestamp())
            ORDER BY occurred_at, id LIMIT 1)
          AND NOT EXISTS (
            SELECT FROM inbox WHERE conversation_id = %(conversation_id)s AND state = 'claimed'
              AND lease_until >= clock_timestamp())
        RETURNING inbox.*, surface, tenant, channel, thread, direct
    )
    SELECT claimed.id, claimed.fence, claimed.attempts, claimed.message_id, claimed.platform_id, claimed.occurred_at,
           claimed.cancel, claimed.detail, claimed.surface, claimed.tenant, claimed.channel, claimed.thread,
           claimed.direct,
           coalesce(messages.text, '') AS text, coalesce(messages.files, '[]') AS files, people.id AS person_id,
           people.name, people.zone, accounts.account,
           accounts.is_admin, accounts.is_member, people.settings AS person,
           earlier.id AS earlier_id, earlier.text AS earlier,
           coalesce((SELECT settings FROM channel_settings WHERE (surface, tenant, channel) =
                     (claimed.surface, claimed.tenant, claimed.channel)), '{}') AS chosen,
           coalesce((SELECT external FROM channel_settings WHERE (surface, tenant, channel) =
                     (claimed.surface, claimed.tenant, claimed.channel)), claimed.surface = 'slack') AS external,
           accounts.refreshed_at IS NULL OR accounts.refreshed_at < now() - interval '1 day' AS stale
    FROM claimed
    JOIN people ON people.id = claimed.person_id
    JOIN accounts ON accounts.person_id = people.id
        AND (accounts.surface, accounts.tenant) = (claimed.surface, claimed.tenant)
    LEFT JOIN messages ON messages.id = claimed.message_id
    LEFT JOIN LATERAL (
        SELECT shown.id, shown.text FROM outbox JOIN messages AS shown ON shown.id = outbox.message_id
        WHERE outbox.inbox_id = (claimed.detail ->> 'redo_of')::bigint LIMIT 1) AS earlier ON true
    LIMIT 1"""

_OPEN = """
    INSERT INTO outbox
        (org_id, conversation_id, inbox_id, phase, part, surface, tenant, channel, body, extras)
    SELECT org_id, conversation_id, id, 'open', 0, %(surface)s, %(tenant)s, %(channel)s, %(body)s, %(extras)s
    FROM inbox WHERE id = %(inbox_id)s AND fence = %(fence)s AND state = 'claimed'
    ON CONFLICT (inbox_id, phase, part) DO NOTHING RETURNING id"""

_RENEW = """
    WITH renewed AS (
        UPDATE inbox SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
        WHERE id = %(inbox_id)s AND fence = %(fence)s AND state = 'claimed' RETURNING id, cancel
    )
    SELECT renewed.cancel, outbox.key::text, outbox.platform_id, outbox.extras
    FROM renewed LEFT JOIN outbox ON outbox.inbox_id = renewed.id AND outbox.part = 0 AND outbox.edit_of IS NULL"""

# Of an answer that is given again, what came after its question is not known yet.
_TRANSCRIPT = """
    SELECT messages.text, messages.files, messages.occurred_at, messages.platform_id, people.name,
           messages.person_id IS NULL AS own
    FROM messages LEFT JOIN people ON people.id = messages.person_id
    WHERE messages.conversation_id = %(conversation_id)s AND (messages.text <> '' OR messages.files <> '[]')
      AND NOT EXISTS (
        SELECT FROM inbox WHERE inbox.message_id = messages.id AND inbox.state IN ('received', 'claimed'))
      AND messages.occurred_at < coalesce((
        SELECT inbox.occurred_at FROM inbox JOIN conversations USING (fence)
        WHERE inbox.conversation_id = %(conversation_id)s AND conversations.id = %(conversation_id)s
          AND inbox.state = 'claimed' AND inbox.detail ? 'redo_of'), 'infinity')
    ORDER BY messages.occurred_at DESC, messages.id DESC LIMIT %(limit)s"""

# One by one: another delivery of the message may have brought a further file meanwhile.
_KEEP_FILES = """
    UPDATE messages SET files = (
        SELECT jsonb_agg(file || coalesce(%(read)s::jsonb -> (file ->> 'id'), '{}') ORDER BY number)
        FROM jsonb_array_elements(files) WITH ORDINALITY AS had (file, number))
    WHERE conversation_id = %(conversation_id)s AND platform_id = %(platform_id)s AND files <> '[]'"""

# The same words of the same person, asked here before, or anywhere in private when this is private; not off the
# record, and only while its asker may still see all that the answer was given.
_REMEMBERED = """
    SELECT answer.text, interactions.created_at AS at,
           ARRAY(SELECT memory_id FROM drawn_on WHERE interaction_id = interactions.id) AS recalled
    FROM interactions
    JOIN inbox ON inbox.id = interactions.inbox_id
    JOIN messages AS question ON question.id = inbox.message_id
    JOIN messages AS answer ON answer.id = interactions.answer_id
    JOIN conversations ON conversations.id = interactions.conversation_id
    WHERE interactions.person_id = %(person_id)s AND interactions.outcome = 'answered' AND interactions.level < 5
      AND lower(btrim(question.text)) = lower(btrim(%(text)s)) AND question.files = '[]'
      AND (conversations.id = %(conversation_id)s OR (%(direct)s AND conversations.direct))
      AND NOT conversations.off_record AND question.noticing <> 'never'
      AND interactions.recalled = (
        SELECT count(*) FROM drawn_on JOIN memories ON memories.id = memory_id
        WHERE interaction_id = interactions.id AND memories.valid_to IS NULL)
    ORDER BY interactions.created_at DESC LIMIT 1"""

_KNOW = """
    UPDATE people SET name = coalesce(nullif(%(name)s, ''), name), zone = coalesce(nullif(%(zone)s, ''), zone)
    WHERE id = %(id)s"""
# An org is called like its first tenant's id until its platform says more.
_CALLED = """
    UPDATE organizations SET name = %(org)s WHERE id = %(org_id)s AND name = %(tenant)s AND %(org)s::text <> ''"""
_IS_MEMBER = """
    SELECT is_member FROM accounts WHERE person_id = %(id)s AND (surface, tenant) = (%(surface)s, %(tenant)s)"""

# An edit is no failure: it does not count as an attempt. A Stop or deletion that came after it stays.
_RELEASE = """
    UPDATE inbox SET state = 'received', cancel = nullif(cancel, 'edit'), lease_until = NULL, attempts = attempts - 1
    WHERE id = %(inbox_id)s AND fence = %(fence)s AND state = 'claimed' RETURNING id"""


class PostgresTurns:
    """Implements ``core.conversation.stores.TurnStore`` as robbie_app.

    Args:
        database: the pools.
        lease_seconds: how long a claim holds without being renewed.
    """

    def __init__(self, database: Database, *, lease_seconds: float) -> None:
        self._database = database
        self._lease = lease_seconds

    async def claim(self, org_id: int, conversation_id: int, surfaces: Sequence[str], *, messages: int) -> Claim | None:
        """Claim the oldest pending message, and read what was said before it."""
        values = {
            "conversation_id": conversation_id,
            "surfaces": list(surfaces),
            "lease": self._lease,
            "limit": messages,
        }
        # Should the database's machine die at once, the row is as it was, and nobody has done anything yet.
        _, rows, said = await self._database.run(
            org_id, (_FENCE, values), (_CLAIM, values), (_TRANSCRIPT, values), durable=False
        )
        if not rows:
            return None
        row = rows[0]
        return Claim(
            inbox_id=row["id"],
            fence=row["fence"],
            attempts=row["attempts"],
            place=Place(**{name: row[name] for name in Place.model_fields}),
            conversation_id=conversation_id,
            message_id=row["message_id"],
            platform_id=row["platform_id"],
            text=row["text"],
            occurred_at=row["occurred_at"],
            asker=Asker(
                org_id=org_id,
                person_id=row["person_id"],
                account=row["account"],
                name=row["name"],
                zone=row["zone"] or "UTC",
                admin=row["is_admin"],
                member=row["is_member"],
                overheard=row["external"],
            ),
            files=_files(row),
            transcript=tuple(_utterance(said_row) for said_row in reversed(said)),
            cancel=row["cancel"],
            profile_stale=row["stale"],
            earlier=_earlier(row),
            command=_command(row["detail"]),
            about=row["detail"].get("about", ""),
            beside=row["detail"].get("beside", ""),
            person=PersonSettings.model_validate(row["person"]),
            channel=ChannelSettings.model_validate(row["chosen"]),
        )

    async def open(self, claim: Claim, message: Outgoing) -> bool:
        """Put the opening row into the outbox, once; an answer that is given again has its message already."""
        if claim.earlier is not None:
            return False
        values = {
            **claim.place.model_dump(),
            "inbox_id": claim.inbox_id,
            "fence": claim.fence,
            "body": message.body,
            "extras": extras(message),
        }
        (rows,) = await self._database.run(claim.asker.org_id, (_OPEN, values))
        return bool(rows)

    async def renew(self, claim: Claim) -> Lease | None:
        """Extend the lease, and look what a person wants of the running turn."""
        values = {"inbox_id": claim.inbox_id, "fence": claim.fence, "lease": self._lease}
        (rows,) = await self._database.run(claim.asker.org_id, (_RENEW, values), durable=False)
        if not rows:
            return None
        row = rows[0]
        return Lease(
            cancel=row["cancel"],
            open_id=row["platform_id"],
            open_key=row["key"] or "",
            open_persona=persona(row["extras"]),
        )

    async def asked(self, claim: Claim, inbox_id: int) -> str | None:
        """What this person wrote, if nobody has settled it yet."""
        return await asking_back.asked(self._database, claim, inbox_id)

    async def meant(self, claim: Claim, word: str) -> Invocation | None:
        """The button that this person typed, if Robbie has just asked them back."""
        return await asking_back.meant(self._database, claim, word)

    async def remembered(self, claim: Claim) -> Remembered | None:
        """An earlier answer to the same words."""
        values = {
            "person_id": claim.asker.person_id,
            "conversation_id": claim.conversation_id,
            "text": claim.text,
            "direct": claim.place.direct,
        }
        viewer = Viewer.of(claim.asker, claim.place)
        (rows,) = await self._database.run(claim.asker.org_id, (_REMEMBERED, values), viewer=viewer)
        return Remembered(**{**rows[0], "recalled": tuple(rows[0]["recalled"])}) if rows else None

    async def save_profile(self, claim: Claim, profile: Profile) -> bool:
        """Keep what the platform says of the asker, and when it was asked for."""
        known = profile.model_dump(include={"name", "zone", "org"})
        place, person_id = claim.place, claim.asker.person_id
        values = {**place.model_dump(), **known, "id": person_id, "org_id": claim.asker.org_id}
        seen = membership.seen(person_id, place.surface, place.tenant, profile)
        *_, rows = await self._database.run(
            claim.asker.org_id, (_KNOW, values), *seen, (_CALLED, values), (_IS_MEMBER, values)
        )
        return bool(rows and rows[0]["is_member"])

    async def keep_files(self, org_id: int, conversation_id: int, message_id: str, files: Sequence[Attached]) -> None:
        """Keep what was read of a message's files with it."""
        read = {file.id: file.model_dump(mode="json") for file in files}
        values = {"conversation_id": conversation_id, "platform_id": message_id, "read": Jsonb(read)}
        await self._database.run(org_id, (_KEEP_FILES, values))

    async def release(self, claim: Claim) -> bool:
        """Put the row back: its message was edited."""
        values = {"inbox_id": claim.inbox_id, "fence": claim.fence}
        (rows,) = await self._database.run(claim.asker.org_id, (_RELEASE, values))
        return bool(rows)

    async def finish(self, claim: Claim, finish: Finish) -> Ending:
        """Close the row, record the interaction and fill the outbox, all or nothing."""
        if finish.forgets:
            with suppress(
                DeadlockDetected
            ):  # it touches more than anything else, in whatever order; once more is enough
                return await self._finish_and_erase(claim, finish)
            return await self._finish_and_erase(claim, finish)
        closing = (finishing(claim, finish), *spent(claim, finish))
        viewer = Viewer.of(claim.asker, claim.place) if finish.recalled else None
        rows, *_ = await self._database.run(claim.asker.org_id, *closing, viewer=viewer)
        if not rows:
            return "lost"
        return "more" if rows[0]["more"] else "last"

    async def _finish_and_erase(self, claim: Claim, finish: Finish) -> Ending:
        """The answer is recorded, and who asked is forgotten, or neither is."""
        viewer = Viewer.owner(claim.asker.org_id, claim.asker.person_id)
        async with self._database.app(claim.asker.org_id, viewer) as tx:
            row = await (await tx.execute(*finishing(claim, finish))).fetchone()
            if row is None:
                return "lost"
            await erase(tx, viewer, claim.inbox_id, claim.conversation_id)
        return "more" if row["more"] else "last"


def _earlier(row: DictRow) -> Earlier | None:
    if row["earlier_id"] is None:
        return None
    return Earlier(row["earlier_id"], row["earlier"], note=bool(row["detail"].get("note")))


def _command(detail: Mapping[str, object]) -> Invocation | None:
    found = detail.get("command")
    return Invocation.model_validate(found) if found else None


def _utterance(row: DictRow) -> Utterance:
    return Utterance(
        speaker=row["name"] or "",
        text=row["text"],
        at=row["occurred_at"],
        message_id=row["platform_id"] or "",
        by_robbie=row["own"],
        files=_files(row),
    )


def _files(row: DictRow) -> tuple[Attached, ...]:
    return tuple(Attached.model_validate(file) for file in row["files"])
