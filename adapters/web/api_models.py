"""What programs send to the API, and what they get."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from core.work.contacts import LONGEST, LONGEST_TEXT, Entry, Happened
from core.work.deals import Stage
from core.work.lines import EMAIL
from core.work.models import LONGEST as LONGEST_TASK
from core.work.models import Task

_Id = Annotated[int, Field(ge=1, lt=2**63)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST, pattern="^[^\x00]*$")]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST, pattern="^[^\x00]*$")]
_Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT, pattern="^[^\x00]*$")]
_Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST, pattern=f"^(?:{EMAIL.pattern})?$")]
_Task = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TASK, pattern="^[^\x00]*$")
]
# Programs send the first or the last day that there is for "none"; not every clock can show those.
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_Moment = Annotated[AwareDatetime, Field(ge=_FIRST, lt=_LAST)]
_Day = Annotated[date, Field(ge=_FIRST.date(), lt=_LAST.date())]
_Currency = Annotated[str, StringConstraints(pattern="^(?:[A-Z]{3})?$")]


class _Sent(BaseModel):
    """What is sent. Fields that are not known are refused."""

    model_config = ConfigDict(extra="forbid")

    def fields(self) -> dict[str, Any]:  # Any: values of many kinds
        """What was said, without who sees it and what it is known by."""
        return self.model_dump(exclude_unset=True, exclude={"shared", "key"})


class CompanyChange(_Sent):
    """Fields of a company that are to change."""

    name: _Name = ""
    domain: _Line = ""
    about: _Text = ""
    shared: bool = True


class CompanyNew(CompanyChange):
    """A new company."""

    name: _Name
    key: _Line = ""


class ContactChange(_Sent):
    """Fields of a contact that are to change."""

    name: _Name = ""
    email: _Email = ""
    phone: _Line = ""
    title: _Line = ""
    about: _Text = ""
    birthday: date | None = None
    rhythm_days: Annotated[int, Field(ge=1, le=3_650)] | None = None
    company_id: _Id | None = None
    shared: bool = True


class ContactNew(ContactChange):
    """A new contact."""

    name: _Name
    key: _Line = ""


class DealChange(_Sent):
    """Fields of a deal that are to change. ``value`` is a decimal, as a string such as ``"40000.00"``."""

    name: _Name = ""
    value: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)] | None = None
    currency: _Currency = ""
    stage: Stage = Stage.LEAD
    closes_on: _Day | None = None
    next_step: _Line = ""
    company_id: _Id | None = None
    contact_id: _Id | None = None
    shared: bool = True


class DealNew(DealChange):
    """A new deal."""

    name: _Name
    key: _Line = ""


class ActivityChange(_Sent):
    """Fields of an activity that are to change."""

    kind: Happened = "note"
    text: _Text = ""
    happened_at: _Moment = datetime.min.replace(tzinfo=UTC)
    contact_id: _Id | None = None
    company_id: _Id | None = None
    deal_id: _Id | None = None


class ActivityNew(ActivityChange):
    """Something that happened."""

    kind: Happened
    happened_at: _Moment
    shared: bool = True
    key: _Line = ""


class TaskNew(_Sent):
    """A new task; it is its person's alone."""

    text: _Task
    due_at: _Moment | None = None


class TaskChange(_Sent):
    """Fields of a task that are to change. ``done`` says that it is done, or not after all."""

    text: _Task = ""
    due_at: _Moment | None = None
    importance: Annotated[int, Field(ge=1, le=5)] | None = None
    deal_id: _Id | None = None
    contact_id: _Id | None = None
    done: bool = False


class Listed(BaseModel):
    """A page of a list.

    Attributes:
        next: the cursor of the next page; None at the end.
    """

    items: list[dict[str, Any]]  # Any: as ``shown`` makes them
    next: str | None = None


class Problem(BaseModel):
    """What went wrong, as in RFC 9457.

    Attributes:
        errors: which field is wrong, and why.
    """

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, str]] = Field(default_factory=list)


def shown(entry: Entry) -> dict[str, Any]:  # Any: JSON
    """An entry as programs get it."""
    return {**entry.model_dump(mode="json", exclude={"gone_at", "owner"}), "etag": entry.etag}


def shown_task(task: Task) -> dict[str, Any]:  # Any: JSON
    """A task as programs get it."""
    return {
        "id": task.id,
        "text": task.text,
        "due_at": task.due_at.isoformat() if task.due_at else None,
        "done_at": task.done_at.isoformat() if task.done_at else None,
        "importance": task.importance,
        "deal_id": task.deal_id,
        "contact_id": task.contact_id,
    }
