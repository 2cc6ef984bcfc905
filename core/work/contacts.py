"""Whom a team deals with: companies, contacts, deals, and what passed between them; and where that is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal, Protocol, TypeVar

from core.people.viewer import Viewer
from core.values import Frozen
from core.work.deals import Stage
from core.work.money import Money

LONGEST = 200
"""Characters of a name, an address, a title or a next step."""

LONGEST_TEXT = 4_000
"""Characters of what is known about somebody, or of what happened."""

RESTORE_DAYS = 30
"""How long what was deleted can be brought back."""

Happened = Literal["call", "meeting", "email", "message", "note"]
"""What an activity was."""


class Entry(Frozen):
    """What all of them have.

    Attributes:
        shared: whether it is kept together with the team; else it is its owner's alone.
        owner: who made it; None for one whose person was forgotten.
        key: what another system or a file knows it by; empty for none.
    """

    table: ClassVar[str]
    writable: ClassVar[tuple[str, ...]]

    id: int
    shared: bool = True
    owner: int | None = None
    key: str = ""
    created_at: datetime

    @property
    def etag(self) -> str:
        """Tells this state of it from every other one."""
        stated = json.dumps(self.model_dump(mode="json", include={*self.writable, "id", "shared"}), sort_keys=True)
        return hashlib.sha256(stated.encode()).hexdigest()[:16]


class _Kept(Entry):
    """What can be changed, deleted and brought back.

    Attributes:
        gone_at: when it was deleted, if it was.
    """

    changed_at: datetime
    gone_at: datetime | None = None

    @property
    def version(self) -> int:
        """When it was last changed, in microseconds: Undo takes back this change and no later one."""
        return round(self.changed_at.timestamp() * 1_000_000)


class Company(_Kept):
    """A company."""

    table = "companies"
    writable = ("name", "domain", "about")

    name: str
    domain: str = ""
    about: str = ""


class Contact(_Kept):
    """Somebody that the team deals with.

    Attributes:
        rhythm_days: how often one wants to be in touch; None for the usual.
        last_touch: when one was, last.
    """

    table = "contacts"
    writable = ("name", "email", "phone", "title", "about", "birthday", "rhythm_days", "company_id")

    name: str
    email: str = ""
    phone: str = ""
    title: str = ""
    about: str = ""
    birthday: date | None = None
    rhythm_days: int | None = None
    company_id: int | None = None
    company: str = ""
    last_touch: datetime | None = None


class Deal(_Kept):
    """Something that may be sold."""

    table = "deals"
    writable = ("name", "value", "currency", "stage", "closes_on", "next_step", "company_id", "contact_id")

    name: str
    value: Decimal | None = None
    currency: str = ""
    stage: Stage = Stage.LEAD
    stage_since: datetime
    closes_on: date | None = None
    next_step: str = ""
    company_id: int | None = None
    company: str = ""
    contact_id: int | None = None
    contact: str = ""

    @property
    def money(self) -> Money | None:
        """What it is worth, if somebody said."""
        return None if self.value is None else Money(self.value, self.currency)


class Activity(Entry):
    """Something that passed between somebody and a contact."""

    table = "activities"
    writable = ("kind", "text", "happened_at", "contact_id", "company_id", "deal_id")

    kind: Happened
    text: str = ""
    happened_at: datetime
    contact_id: int | None = None
    contact: str = ""
    company_id: int | None = None
    deal_id: int | None = None


class Wanted(Frozen):
    """Which entries somebody wants to see.

    Attributes:
        words: each stands in what is searched: names, companies, addresses.
        name: the exact name, whatever its case.
        email: the exact address, whatever its case.
        key: the exact key.
        stage: of deals.
        contact_id, company_id, deal_id: what they hang on.
        after: the id after which to go on, in the order of ids; None for the order that people read in.
    """

    words: str = ""
    name: str = ""
    email: str = ""
    key: str = ""
    stage: Stage | None = None
    open_only: bool = False
    contact_id: int | None = None
    company_id: int | None = None
    deal_id: int | None = None
    after: int | None = None


class KeyTaken(ValueError):
    """Another entry has this key.

    Attributes:
        key: the key.
    """

    def __init__(self, key: str) -> None:
        super().__init__("another entry has this key")
        self.key = key


class NotThere(ValueError):
    """A company, contact or deal that is pointed at is not there for this person.

    Attributes:
        field: which points at it.
    """

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is not there")
        self.field = field


class Outdated(ValueError):
    """It was changed meanwhile, so the change that was wanted is not made."""


Fields = Mapping[str, object]
"""Values by the names of ``Entry.writable``."""


T_co = TypeVar("T_co", bound=Entry, covariant=True)


class Entries(Protocol[T_co]):
    """Keeps entries of one kind. Row-level security decides what each viewer sees; these ports only ask."""

    async def find(self, viewer: Viewer, wanted: Wanted, limit: int) -> Sequence[T_co]:
        """Those that are wanted and not deleted."""

    async def one(self, viewer: Viewer, id_: int) -> T_co | None:
        """One of them; None where there is none for this viewer, or it is deleted."""

    async def add(self, viewer: Viewer, fields: Fields, *, shared: bool = True, key: str = "", origin: int = 0) -> T_co:
        """Keep one, once for each ``origin`` that is not 0.

        It is shared with the team where ``shared`` is wanted, the viewer is a member, and the org is a workspace's.

        Raises KeyTaken or NotThere.
        """

    async def change(self, viewer: Viewer, id_: int, changes: Fields, *, etag: str = "") -> T_co | None:
        """Change some fields; None where there is none to change. Raises NotThere, or Outdated for another etag."""

    async def remove(self, viewer: Viewer, id_: int) -> bool:
        """Delete one; False where there is none."""


class Restorable(Entries[T_co], Protocol[T_co]):
    """Entries whose changes and deletions can be taken back."""

    async def undo(self, viewer: Viewer, id_: int, version: int) -> T_co | None:
        """Take back its last change, if that is still the one with this version; None where it is not."""

    async def restore(self, viewer: Viewer, id_: int) -> T_co | None:
        """Bring back one that was deleted; None where there is none."""

    async def share(self, viewer: Viewer, id_: int, *, shared: bool) -> T_co | None:
        """Share one of the viewer's own with the team, or no more; None where it is not theirs. Raises KeyTaken."""


class Crm(Protocol):
    """All four kinds."""

    @property
    def companies(self) -> Restorable[Company]:
        """Companies."""

    @property
    def contacts(self) -> Restorable[Contact]:
        """Contacts."""

    @property
    def deals(self) -> Restorable[Deal]:
        """Deals."""

    @property
    def activities(self) -> Entries[Activity]:
        """Activities."""

    async def company_named(self, viewer: Viewer, name: str, *, shared: bool = True) -> Company:
        """The company of that name, made where there is none."""
