"""Rows of a file as what they would become, each checked; and what of it is new beside what is there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from core.work import money
from core.work.contacts import LONGEST, LONGEST_TEXT, Company, Contact, Deal
from core.work.days import exact
from core.work.deal_lines import stage_of
from core.work.deals import Stage
from core.work.lines import EMAIL, NO_YEAR
from core.work.reading import Row, Rows, Wrong

Thing = Contact | Company | Deal

_STAGES = {
    Stage.LEAD: "lead in|new|open|prospecting|appointmentscheduled|appointment scheduled|contact made"
    "|neu|offen|interessent",
    Stage.QUALIFIED: "qualifiedtobuy|qualified to buy|qualification|needs analysis|needs defined|demo scheduled"
    "|presentationscheduled|presentation scheduled|value proposition|qualifiziert",
    Stage.PROPOSAL: "proposal made|proposal/price quote|quote sent|decisionmakerboughtin|decision maker bought in"
    "|angebot",
    Stage.NEGOTIATION: "negotiations started|negotiation/review|contractsent|contract sent|in verhandlung|verhandlung",
    Stage.WON: "closedwon|closed won|gewonnen",
    Stage.LOST: "closedlost|closed lost|verloren|deleted",
}
_NO_DAY = re.compile(r"0{1,4}[./-]0{1,2}[./-]0{1,4}")  # Outlook's for none
_APPLE_NO_YEAR = 1604
_ASIDE = re.compile(r"\s*\([^()]*\)$")  # HubSpot: a stage's pipeline, a contact's address
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_STAGE_OF = {name: stage for stage, names in _STAGES.items() for name in names.split("|")}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a row would become.

    Attributes:
        fields: by the names of ``Entry.writable``, without those that point to others; what is empty is left out.
        company, contact: names of what it hangs on.
        key: what the file knows it by; empty for none.
    """

    line: int
    fields: Mapping[str, object]
    company: str = ""
    contact: str = ""
    key: str = ""

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.fields["name"])


class _NotSo(ValueError):
    """What is wrong with a row, and what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


def drafts(rows: Rows) -> tuple[list[Draft], list[Wrong]]:
    """What rows would become, and what is wrong with the others."""
    made: list[Draft] = []
    wrong = list(rows.wrong)
    make = {"contact": _contact, "company": _company, "deal": _deal}[rows.kind]
    for row in _in_one_order(_in_one_order(rows.rows, "birthday"), "closes"):
        try:
            made.append(_measured(make(row)))
        except _NotSo as error:
            wrong.append(Wrong(row.line, str(error), error.fix))
    return made, sorted(wrong, key=lambda one: one.line)


def _in_one_order(rows: Sequence[Row], name: str) -> Sequence[Row]:
    """The rows, with days such as ``5/3/1980`` made plain where another of that column, ``5/13/1980``, tells how."""
    found = [_SLASHES.match(row.values.get(name, "")) for row in rows]
    day_first, month_first = (any(day and int(day[at]) > 12 for day in found) for at in (1, 2))
    if day_first == month_first:
        return rows
    month, of_month = (1, 2) if month_first else (2, 1)
    return [
        replace(row, values={**row.values, name: f"{day[3]}-{int(day[month]):02}-{int(day[of_month]):02}"})
        if day
        else row
        for row, day in zip(rows, found, strict=True)
    ]


def _measured(draft: Draft) -> Draft:
    for name, value in {**draft.fields, "company": draft.company, "contact": draft.contact, "key": draft.key}.items():
        most = LONGEST_TEXT if name == "about" else LONGEST
        if isinstance(value, str) and len(value) > most:
            raise _NotSo(f"its {name} has {len(value)} characters", f"Shorten it to {most}.")
    return draft


def _given(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value not in ("", None)}


def _contact(row: Row) -> Draft:
    values = row.values
    email = re.split(r"\s*(?::::|[;,])\s*", values.get("email", "").removeprefix("mailto:"))[0].strip("<>'\"")
    if email.casefold().startswith("/o="):  # how Outlook writes colleagues on the same server: none to write to
        email = ""
    if email and not EMAIL.fullmatch(email):
        raise _NotSo(f"“{email[:60]}” is no address of mail", "Write it like ana@acme.com, or leave it empty.")
    parts = (values.get(part, "") for part in ("first", "middle", "last"))
    name = " ".join((values.get("name") or " ".join(filter(None, parts)) or email).split())
    if not name:
        raise _NotSo("it has neither a name nor an address of mail", "Fill in one of them, or delete the line.")
    phone = values.get("phone", "").split(":::")[0].strip().removeprefix("tel:")
    fields = {"name": name, "email": email, "phone": phone, "title": values.get("title"), "about": values.get("about")}
    fields["birthday"] = _birthday(values.get("birthday", ""))
    return Draft(row.line, _given(fields), _line(values, "company"), key=_line(values, "key"))


def _line(values: Mapping[str, str], name: str) -> str:
    return " ".join(values.get(name, "").split())


def _birthday(text: str) -> date | None:
    if not text or _NO_DAY.fullmatch(text):
        return None
    short = re.fullmatch(r"--(\d\d)-?(\d\d)", text)
    found = exact(f"{NO_YEAR}-{short[1]}-{short[2]}" if short else text)
    if found is not None and found.year == _APPLE_NO_YEAR:
        found = found.replace(year=NO_YEAR)
    if found is None:
        raise _NotSo(f"its birthday “{text[:30]}” can be read in no one way", "Write it like 1980-05-03.")
    return found


def _company(row: Row) -> Draft:
    name = _line(row.values, "name")
    if not name:
        raise _NotSo("it has no name", "Fill in the name, or delete the line.")
    domain = re.sub(r"^(?:https?://)?(?:www\.)?|/.*$", "", row.values.get("domain", "").casefold())
    fields = {"name": name, "domain": domain, "about": row.values.get("about")}
    return Draft(row.line, _given(fields), key=_line(row.values, "key"))


def _deal(row: Row) -> Draft:
    values, name = row.values, _line(row.values, "name")
    if not name:
        raise _NotSo("it has no name", "Fill in the deal's name, or delete the line.")
    fields: dict[str, object] = {"name": name, "next_step": _line(values, "next"), **_worth(values)}
    stage = values.get("stage", "")
    if stage:
        stage = _ASIDE.sub("", stage)
        found = stage_of(stage) or _STAGE_OF.get(stage.casefold().strip())
        if found is None:
            raise _NotSo(f"I know no stage “{stage[:40]}”", f"Use one of: {', '.join(Stage)}.")
        fields["stage"] = found
    closes = values.get("closes", "")
    if closes:
        fields["closes_on"] = exact(closes)
        if fields["closes_on"] is None:
            raise _NotSo(f"its closing date “{closes[:30]}” can be read in no one way", "Write it like 2026-11-30.")
    return Draft(
        row.line,
        _given(fields),
        _line(values, "company"),
        _ASIDE.sub("", _line(values, "contact")),
        _line(values, "key"),
    )


def _worth(values: Mapping[str, str]) -> Mapping[str, object]:
    if not values.get("worth"):
        return {}
    try:
        worth = money.read(values["worth"])
        currency = money.code(values.get("currency", "")) or worth.currency
    except money.NotMoney as error:
        raise _NotSo(f"its worth “{values['worth'][:30]}” is no sum of money", str(error)) from None
    return {"value": worth.value, "currency": currency}


@dataclass(frozen=True, slots=True)
class Change:
    """What a row would change of something that is there."""

    draft: Draft
    there: Thing
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do.

    Attributes:
        companies: names of companies that would be made along.
    """

    new: Sequence[Draft] = ()
    changed: Sequence[Change] = ()
    unchanged: Sequence[Draft] = ()
    wrong: Sequence[Wrong] = ()
    companies: Sequence[str] = field(default_factory=tuple)

    @property
    def does_nothing(self) -> bool:
        """Whether everything is as it is in the file already."""
        return not (self.new or self.changed)


def plan(made: Sequence[Draft], wrong: Sequence[Wrong], there: Sequence[Thing], companies: Sequence[Company]) -> Plan:
    """What of these drafts is new, changed or as it is: known by key, else by address, else by name and company."""
    index, seen = _Index(there), dict[tuple[str, ...], int]()
    new, changed, unchanged, bad = [], [], [], list(wrong)
    for draft in made:
        marks = _marks(draft)
        earlier = next((seen[mark] for mark in marks if mark in seen), None)
        if earlier is not None:
            bad.append(Wrong(draft.line, f"“{draft.name}” stands in line {earlier} already", "Delete one of both."))
            continue
        seen |= dict.fromkeys(marks, draft.line)
        found = index.find(draft)
        differs = _differs(draft, found) if found else {}
        if found is None:
            new.append(draft)
        elif differs:
            changed.append(Change(draft, found, differs))
        else:
            unchanged.append(draft)
    known = {one.name.casefold() for one in companies}
    wanted: dict[str, str] = {}
    for draft in [*new, *(one.draft for one in changed if "company" in one.fields)]:
        wanted.setdefault(draft.company.casefold(), draft.company)
    missing = tuple(name for key, name in wanted.items() if key and key not in known)
    return Plan(new, changed, unchanged, sorted(bad, key=lambda one: one.line), missing)


def _marks(draft: Draft) -> Sequence[tuple[str, ...]]:
    """What a draft is known by within its file."""
    if draft.key:
        return [("key", draft.key)]
    if email := str(draft.fields.get("email", "")).casefold():
        return [("email", email)]
    return [("name", draft.name.casefold(), draft.company.casefold())]


class _Index:
    def __init__(self, there: Sequence[Thing]) -> None:
        alive = [one for one in there if one.gone_at is None]
        self._by_key = {one.key: one for one in there if one.key}
        self._by_email = {one.email.casefold(): one for one in alive if isinstance(one, Contact) and one.email}
        self._by_name = {(one.name.casefold(), _company_of(one).casefold()): one for one in alive}

    def find(self, draft: Draft) -> Thing | None:
        """What a draft is about; None for something new."""
        if draft.key and draft.key in self._by_key:
            return self._by_key[draft.key]
        email = str(draft.fields.get("email", "")).casefold()
        found: Thing | None = self._by_email.get(email) if email else None
        found = found or self._by_name.get((draft.name.casefold(), draft.company.casefold()))
        other = found is not None and draft.key and found.key and found.key != draft.key
        return None if other else found


def _company_of(one: Thing) -> str:
    return "" if isinstance(one, Company) else one.company


def _differs(draft: Draft, there: Thing) -> Mapping[str, object]:
    """The fields that a draft would change; what the file leaves empty stays."""
    fields = {name: value for name, value in draft.fields.items() if getattr(there, name) != value}
    if draft.company and draft.company.casefold() != _company_of(there).casefold():
        fields["company"] = draft.company
    if draft.contact and isinstance(there, Deal) and draft.contact.casefold() != there.contact.casefold():
        fields["contact"] = draft.contact
    if there.gone_at is not None:
        fields["gone_at"] = None
    return fields
