"""The statements on contacts, companies, deals and activities, put together from what each table has."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adapters.postgres.visible import ACCOUNTS
from core.work.contacts import RESTORE_DAYS, Wanted

# In an org that is nothing but a platform's direct messages, strangers meet: there is no team to share with.
SHARED = """CASE WHEN %(wanted_shared)s AND EXISTS (
    SELECT FROM tenants WHERE tenants.org_id = %(org_id)s AND NOT starts_with(tenant, 'dm-')) THEN '*' ELSE '' END"""


@dataclass(frozen=True)
class Table:
    """What one of the four tables has.

    Attributes:
        name: of the table.
        columns: what is read, of the table ``t``.
        joins: what is read beside it.
        searched: what words are looked for in.
        order: how people read them.
        emails: whether it has addresses of mail.
        stages: whether it has stages.
        kept: whether it keeps what its last change replaced, and can be brought back.
        pointers: which of the other tables it hangs on.
    """

    name: str
    columns: str
    joins: str = ""
    searched: str = "t.name"
    order: str = "lower(t.name), t.id"
    emails: bool = False
    stages: bool = False
    kept: bool = True
    pointers: tuple[str, ...] = ()

    @property
    def select(self) -> str:
        """All that an entry holds."""
        kept = ", t.changed_at, t.gone_at" if self.kept else ""
        return f"""SELECT t.id, t.shared_with = '*' AS shared, t.owner, coalesce(t.key, '') AS key, t.created_at{kept},
            {self.columns} FROM {self.name} AS t {self.joins}"""

    @property
    def there(self) -> str:
        """That an entry is not deleted."""
        return "t.gone_at IS NULL" if self.kept else "true"

    @property
    def one(self) -> str:
        """One entry."""
        return f"{self.select} WHERE t.id = %(id)s AND {self.there}"

    def wanted(self, wanted: Wanted) -> tuple[str, dict[str, object]]:
        """Those that are wanted, with the values of the query."""
        conditions = [self.there, *self._conditions(wanted)]
        order = "t.id" if wanted.after is not None else self.order
        values: dict[str, object] = {
            **wanted.model_dump(),
            "words": wanted.words.replace("\0", "").casefold().split(),
            "name": wanted.name.casefold(),
            "email": wanted.email.casefold(),
        }
        return f"{self.select} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT %(limit)s", values

    def _conditions(self, wanted: Wanted) -> Iterator[str]:
        asked = {
            "words": f"""NOT EXISTS (SELECT FROM unnest(%(words)s::text[]) AS word
                WHERE strpos(lower(concat_ws(' ', {self.searched})), word) = 0)""",
            "name": "lower(t.name) = %(name)s",
            "key": "t.key = %(key)s",
            "after": "t.id > %(after)s",
            **{pointer: f"t.{pointer} = %({pointer})s" for pointer in self.pointers},
        }
        if self.emails:
            asked["email"] = "lower(t.email) = %(email)s"
        if self.stages:
            asked |= {"stage": "t.stage = %(stage)s", "open_only": "t.stage NOT IN ('won', 'lost')"}
        for name, condition in asked.items():
            value = getattr(wanted, name)
            if not (value is None or value is False or value == ""):
                yield condition

    def insert(self, fields: Iterable[str]) -> str:
        """Keep an entry with these fields."""
        names = list(fields)
        columns = "".join(f", {name}" for name in names)
        holes = "".join(f", %({name})s" for name in names)
        return f"""INSERT INTO {self.name} (org_id, owner, shared_with, key, origin{columns})
            VALUES (%(org_id)s, %(owner)s, {SHARED}, %(key)s, %(origin)s{holes})
            ON CONFLICT (org_id, origin) DO NOTHING RETURNING id"""

    def with_stage(self, fields: Iterable[str]) -> tuple[str, ...]:
        """What changes along with these fields."""
        return ("stage_since",) if "stage" in set(fields) else ()

    def update(self, fields: Iterable[str], *, at_once: bool = False) -> str:
        """Change these fields.

        Args:
            fields: their names.
            at_once: whether it is one of many changes of one moment, also of what was deleted.
        """
        clock = "now()" if at_once else "clock_timestamp()"
        names = list(fields)
        sets = [f"{name} = %({name})s" for name in names]
        sets += [f"{name} = {clock}" for name in self.with_stage(names)]
        if self.kept:
            sets += ["before = %(before)s", f"changed_at = {clock}"]
        there = "" if at_once else f" AND {self.there}"
        return f"UPDATE {self.name} AS t SET {', '.join(sets)} WHERE t.id = %(id)s{there}"

    @property
    def before(self) -> str:
        """What the last change replaced."""
        return f"""SELECT before FROM {self.name} AS t WHERE t.id = %(id)s AND {self.there} AND before IS NOT NULL
            AND (extract(epoch FROM changed_at) * 1000000)::bigint = %(version)s FOR UPDATE"""

    def put_back(self, fields: Iterable[str]) -> str:
        """Put back what the last change replaced."""
        sets = [*(f"{name} = %({name})s" for name in fields), "before = NULL", "changed_at = clock_timestamp()"]
        return f"UPDATE {self.name} AS t SET {', '.join(sets)} WHERE t.id = %(id)s"

    @property
    def remove(self) -> str:
        """Delete an entry: for a while, where it can be brought back."""
        if not self.kept:
            return f"DELETE FROM {self.name} WHERE id = %(id)s"
        return f"UPDATE {self.name} AS t SET gone_at = clock_timestamp() WHERE t.id = %(id)s AND {self.there}"

    @property
    def restore(self) -> str:
        """Bring an entry back."""
        return f"""UPDATE {self.name} SET gone_at = NULL WHERE id = %(id)s
            AND gone_at > clock_timestamp() - interval '{RESTORE_DAYS} days'"""

    @property
    def share(self) -> str:
        """Share an entry of one's own, or no more."""
        return f"""UPDATE {self.name} AS t SET shared_with = {SHARED}, changed_at = clock_timestamp()
            WHERE t.id = %(id)s AND {self.there} AND t.owner = ANY (ARRAY({ACCOUNTS}))"""


_COMPANY = "LEFT JOIN companies ON companies.id = t.company_id AND companies.gone_at IS NULL"
_CONTACT = "LEFT JOIN contacts ON contacts.id = t.contact_id AND contacts.gone_at IS NULL"

COMPANIES = Table("companies", "t.name, t.domain, t.about", searched="t.name, t.domain")
CONTACTS = Table(
    "contacts",
    """t.name, t.email, t.phone, t.title, t.about, t.birthday, t.rhythm_days, t.company_id,
    coalesce(companies.name, '') AS company,
    (SELECT max(happened_at) FROM activities WHERE activities.contact_id = t.id) AS last_touch""",
    joins=_COMPANY,
    searched="t.name, t.email, t.phone, t.title, companies.name",
    emails=True,
    pointers=("company_id",),
)
DEALS = Table(
    "deals",
    """t.name, t.value, t.currency, t.stage, t.stage_since, t.closes_on, t.next_step, t.company_id, t.contact_id,
    coalesce(companies.name, '') AS company, coalesce(contacts.name, '') AS contact""",
    joins=f"{_COMPANY} {_CONTACT}",
    searched="t.name, companies.name, contacts.name",
    order="t.closes_on NULLS LAST, t.id",
    stages=True,
    pointers=("company_id", "contact_id"),
)
ACTIVITIES = Table(
    "activities",
    """t.kind, t.text, t.happened_at, t.contact_id, t.company_id, t.deal_id,
    coalesce(contacts.name, '') AS contact""",
    joins=_CONTACT,
    searched="t.text, contacts.name",
    order="t.happened_at DESC, t.id DESC",
    kept=False,
    pointers=("contact_id", "company_id", "deal_id"),
)
