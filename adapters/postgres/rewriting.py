"""Words are taken out of what Robbie wrote: of the transcripts that are kept, and of what waits to be sent."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psycopg.types.json import Jsonb

from adapters.postgres.database import Transaction
from core.briefs.saying import quoted
from core.conversation.composing import safe
from core.notes.showing import short

FORGOTTEN = "(forgotten)"
LONG = 12  # characters: shorter words of a note are everybody's, and are looked for in answers on notes alone

_ANY = "EXISTS (SELECT FROM unnest(%({which})s::text[]) AS word WHERE strpos({text}, word) > 0)"
_ON_NOTES = "inbox.detail #>> '{command,command}' = ANY (%(showing)s)"

# What Robbie listed for others who might read it has its number. An index holds such lists and nothing else.
_LISTED = f"""
    SELECT id FROM messages WHERE person_id IS NULL AND text ~ '#[0-9]+[*][*]'
      AND {_ANY.format(which="marks", text="text")} AND {_ANY.format(which="words", text="text")}"""

# What was sent needs its files no more; before that, they are on their way to their owner.
_OUTBOX = f"""
    SELECT outbox.id, body, shown, extras - 'page' AS extras FROM outbox JOIN inbox ON inbox.id = inbox_id
    WHERE outbox.conversation_id = ANY (%(places)s) AND (
        {_ANY.format(which="long", text="body")} OR {_ANY.format(which="long", text="coalesce(shown, '')")}
        OR {_ON_NOTES} AND {_ANY.format(which="words", text="body")})
      OR outbox.message_id = ANY (%(drew)s) AND (
        {_ANY.format(which="long", text="body")} OR {_ANY.format(which="long", text="coalesce(shown, '')")})
      OR outbox.message_id = ANY (%(listed)s)
    ORDER BY outbox.id FOR UPDATE OF outbox"""
_REWRITE_OUTBOX = "UPDATE outbox SET body = %(body)s, shown = %(shown)s, extras = %(extras)s WHERE id = %(id)s"
_FILES = """
    UPDATE outbox SET extras = extras - 'files' FROM inbox
    WHERE inbox.id = inbox_id AND outbox.conversation_id = ANY (%(places)s) AND inbox.person_id = ANY (%(mine)s)
      AND outbox.state = 'sent' AND extras ? 'files'"""

_MESSAGES = f"""
    SELECT id, text FROM messages
    WHERE conversation_id = ANY (%(places)s) AND (
        {_ANY.format(which="long", text="text")} AND (person_id IS NULL OR person_id = ANY (%(mine)s) AND (
            conversation_id = ANY (%(direct)s) OR starts_with(text, '!robbie ') OR starts_with(text, '/')))
        OR {_ANY.format(which="words", text="text")} AND (id = ANY (%(said)s) OR person_id IS NULL AND EXISTS (
            SELECT FROM outbox JOIN inbox ON inbox.id = inbox_id
            WHERE outbox.message_id = messages.id AND {_ON_NOTES})))
      OR id = ANY (%(drew)s) AND {_ANY.format(which="long", text="text")} OR id = ANY (%(listed)s)
    ORDER BY id FOR NO KEY UPDATE"""
_REWRITE_MESSAGE = "UPDATE messages SET text = %(text)s WHERE id = %(id)s"

_NOWHERE: dict[str, object] = {
    "places": [],
    "drew": [],
    "marks": [],
    "showing": [],
    "mine": [],
    "direct": [],
    "said": [],
}


async def take_out(tx: Transaction, words: Sequence[str], where: Mapping[str, object]) -> int:
    """Take the words out of what was written, the outbox first, as senders do; says of how many rows.

    Args:
        tx: as robbie_app.
        words: the longest first, so that no rest of one stays. Short ones are looked for in answers on notes alone.
        where: ``places``, conversations in which Robbie said them; ``drew``, further messages of Robbie's; ``marks``,
            how its lists name what says them; ``showing``, the commands whose answers are on notes. And of whoever
            said them: ``mine``, their accounts; ``direct``, the places that only they read; ``said``, messages.
    """
    if not words:
        return 0
    values = {**_NOWHERE, **where, "words": list(words), "long": [word for word in words if len(word) >= LONG]}
    listed = await (await tx.execute(_LISTED, values)).fetchall()
    values["listed"] = [row["id"] for row in listed]
    await tx.execute(_FILES, values)
    sent = await (await tx.execute(_OUTBOX, values)).fetchall()
    for row in sent:
        shown = row["shown"] and _without(row["shown"], words)
        extras = Jsonb(row["extras"])
        await tx.execute(
            _REWRITE_OUTBOX, {**row, "body": _without(row["body"], words), "shown": shown, "extras": extras}
        )
    said = await (await tx.execute(_MESSAGES, values)).fetchall()
    for row in said:
        await tx.execute(_REWRITE_MESSAGE, {**row, "text": _without(row["text"], words)})
    return len(sent) + len(said)


def mark(number: int) -> str:
    """How lists name a note."""
    return f"#{number}**"


def written(texts: Sequence[str]) -> list[str]:
    """What texts look like where they were written down, the longest first, so that no rest of one stays."""
    forms = {form for text in texts for form in (text, short(text), safe(text), safe(short(text)), quoted(text))}
    return sorted((form for form in forms if form.strip()), key=len, reverse=True)


def _without(text: str, words: Sequence[str]) -> str:
    for word in words:
        text = text.replace(word, FORGOTTEN)
    return text
