"""Imports: first what would happen, line by line; then, after a yes, all of it in one transaction or nothing."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.conversation.attachments import safe_name
from core.conversation.handling import Asked, Handlers, Say
from core.conversation.ports import Unreadable
from core.people.viewer import Viewer
from core.rendering.message import Attachment, Button
from core.work.crm_showing import button
from core.work.drafts import Draft, Plan, drafts
from core.work.reading import MOST_BYTES, CardReader, Rows, Unimportable, Wrong, as_csv, rows_of

_TOLD = 10
_FIRST = 3  # names that show whether the file is read as it is meant, letters and all
_MOST_FILES = 3
_NAMES = {"contact": ("contact", "contacts"), "company": ("company", "companies"), "deal": ("deal", "deals")}
_HOW = (
    "Attach a CSV or vCard file (.csv, .vcf) to a message that says `import`. "
    "Exports of Google, Outlook, HubSpot and Pipedrive work as they are."
)


@dataclass(frozen=True, slots=True)
class Done:
    """What an import did.

    Attributes:
        at: when; Undo takes back what was done at that moment.
    """

    plan: Plan
    at: datetime


class Imports(Protocol):
    """Looks at what drafts would change, and carries it out."""

    async def keep(self, viewer: Viewer, name: str, content: bytes, *, origin: int) -> int:
        """Keep a file until its person says yes, for a day, once for each origin; its number."""

    async def kept(self, viewer: Viewer, id_: int) -> tuple[str, bytes] | None:
        """A file's name and content; None where it is not there any more."""

    async def look(self, viewer: Viewer, kind: str, made: Sequence[Draft], wrong: Sequence[Wrong]) -> Plan:
        """What an import would do now. It changes nothing."""

    async def carry_out(
        self, viewer: Viewer, kind: str, made: Sequence[Draft], wrong: Sequence[Wrong], *, shared: bool, kept: int = 0
    ) -> Done:
        """Do it, in one transaction, and let the kept file go."""

    async def undo(self, viewer: Viewer, version: int) -> int:
        """Take back what an import did at that moment (in microseconds); how many entries that were."""


def importing(imports: Imports, cards: CardReader) -> Handlers:
    """What carries these commands out."""
    work = _Importing(imports, cards)
    return {"import": work.look, "import-file": work.do, "undo-import": work.undo}


class _Importing:
    def __init__(self, imports: Imports, cards: CardReader) -> None:
        self._imports = imports
        self._cards = cards

    async def look(self, asked: Asked) -> Say:
        if not asked.files or asked.fetch is None:
            return Say(_HOW)
        said = [await self._one(asked, number) for number in range(min(len(asked.files), _MOST_FILES))]
        texts = [one.text for one in said]
        if len(asked.files) > _MOST_FILES:
            texts.append(f"I look at {_MOST_FILES} files at a time. Send the others once more.")
        buttons = tuple(one for each in said for one in each.buttons)
        return Say("\n\n".join(texts), buttons, tuple(one for each in said for one in each.files))

    async def _one(self, asked: Asked, number: int) -> Say:
        file, viewer = asked.files[number], viewer_of(asked)
        name = safe_name(file.name)
        try:
            data = await asked.fetch(file, MOST_BYTES) if asked.fetch else b""
            rows, made, wrong = read(data, self._cards)
        except Unreadable:
            return Say(f"**{name}** could not be fetched, or is larger than {MOST_BYTES // 1_000_000} MB.")
        except Unimportable as error:
            return Say(f"**{name}**: {error}")
        plan = await self._imports.look(viewer, rows.kind, made, wrong)
        text = f"**{name}**: {told(rows, plan)}\n\nNothing is changed yet."
        files = (report(rows, plan, name),) if len(plan.wrong) > _TOLD else ()
        if plan.does_nothing:
            return Say(f"**{name}**: {told(rows, plan)}", files=files)
        id_ = await self._imports.keep(viewer, name, data, origin=asked.inbox_id * 8 + number)
        return Say(text, tuple(_import_buttons(id_, plan, shareable=viewer.org_wide)), files)

    async def do(self, asked: Asked) -> Say:
        id_, viewer = asked.argument("id"), viewer_of(asked)
        found = await self._imports.kept(viewer, int(id_)) if id_.isdecimal() and len(id_) < 19 else None
        if found is None:
            return Say("That file is not here any more: it was imported already, or a day has passed. Send it again.")
        rows, made, wrong = read(found[1], self._cards)
        shared = asked.argument("private") != "yes"
        done = await self._imports.carry_out(viewer, rows.kind, made, wrong, shared=shared, kept=int(id_))
        version = round(done.at.timestamp() * 1_000_000)
        files = (report(rows, done.plan, found[0]),) if len(done.plan.wrong) > _TOLD else ()
        undo = button("Undo", "undo-import", at=str(version))
        return Say(f"Imported **{found[0]}**. {told(rows, done.plan, done=True)}", (undo,), files)

    async def undo(self, asked: Asked) -> Say:
        at = asked.argument("at")
        count = await self._imports.undo(viewer_of(asked), int(at)) if at.isdecimal() and len(at) < 19 else 0
        if not count:
            return Say("That cannot be taken back any more.")
        return Say(f"Taken back: {count} {'entry is' if count == 1 else 'entries are'} as before.")


def viewer_of(asked: Asked) -> Viewer:
    """Who asks: only they read the answer."""
    return Viewer.of(asked.asker, asked.place, private=True)


def read(data: bytes, cards: CardReader) -> tuple[Rows, list[Draft], list[Wrong]]:
    """What a file holds, each row checked. Raises Unimportable."""
    rows = rows_of(data, cards)
    made, wrong = drafts(rows)
    return rows, made, wrong


def _import_buttons(id_: int, plan: Plan, *, shareable: bool) -> Sequence[Button]:
    count = len(plan.new) + len(plan.changed)
    label = f"Import {count}"
    first = button(label, "import-file", id=str(id_)).model_copy(update={"style": "primary"})
    return [first, button("Import for me alone", "import-file", id=str(id_), private="yes")] if shareable else [first]


def told(rows: Rows, plan: Plan, *, done: bool = False, most: int = _TOLD) -> str:
    """What an import would do, or did, in words."""
    one, many = _NAMES[rows.kind]
    counts = {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "as they are here already": len(plan.unchanged),
        "wrong": len(plan.wrong),
    }
    total = sum(counts.values())
    parts = [f"{count:,} {name}" for name, count in counts.items() if count]
    text = f"{total:,} {one if total == 1 else many}: {', '.join(parts) or 'none'}."
    if plan.new and not done:
        names = ", ".join(safe_name(draft.name) for draft in plan.new[:_FIRST])
        text += f" New: {names}{' and more' if len(plan.new) > _FIRST else ''}."
    if plan.companies:
        alone = len(plan.companies) == 1
        made = ("was made" if alone else "were made") if done else "would be made"
        text += f" {len(plan.companies)} {'company' if alone else 'companies'} {made} along."
    if rows.unknown:
        left = ", ".join(safe_name(name) for name in rows.unknown[:8])
        text += f"\nColumns that I leave out: {left}{' and more' if len(rows.unknown) > 8 else ''}."
    lines = [f"- line {bad.line}: {bad.what}. {bad.fix}" for bad in plan.wrong[:most]]
    if len(plan.wrong) > most:
        where = ", all in the file below" if most == _TOLD else "; `--json` has them all"
        lines.append(f"- … and {len(plan.wrong) - most:,} more{where}.")
    return "\n".join([text, *lines])


def report(rows: Rows, plan: Plan, name: str) -> Attachment:
    """Every line of a file with what becomes of it, as a file."""
    lines: list[tuple[int, str, str, str]] = [(bad.line, "wrong", bad.what, bad.fix) for bad in plan.wrong]
    lines += [(draft.line, "new", draft.name, "") for draft in plan.new]
    lines += [(one.draft.line, "changed", one.draft.name, ", ".join(one.fields)) for one in plan.changed]
    lines += [(draft.line, "unchanged", draft.name, "") for draft in plan.unchanged]
    table = [("line", "what", "of", "how"), *((str(line), *rest) for line, *rest in sorted(lines))]
    return Attachment(name=f"import of {name}.csv", media_type="text/csv", data=base64.b64encode(as_csv(table)))
