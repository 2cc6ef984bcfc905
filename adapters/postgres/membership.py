"""Who is a member of an org: whom its platform calls one, and by that also where they write to Robbie alone.

Direct messages that are in no workspace have no members: strangers meet in their org. Moved into their person's home,
they see what the home's accounts of that person see.
"""

# ruff: noqa: S608  (the statements are put together from constants)

from __future__ import annotations

from adapters.postgres.database import Statement
from adapters.postgres.directory import WANDERING
from adapters.postgres.visible import ACCOUNTS
from core.conversation.models import Profile

_WANDERS = f"starts_with(tenant, '{WANDERING}')"

_SEEN = f"""
    UPDATE accounts SET refreshed_at = now(), is_admin = %(admin)s, is_member = %(member)s AND NOT {_WANDERS}
    WHERE person_id = %(me)s AND (surface, tenant) = (%(surface)s, %(tenant)s)"""
_AT_HOME = f"""
    UPDATE accounts SET is_member = home.is_member
    FROM (SELECT coalesce(bool_or(is_member), false) AS is_member FROM accounts
          WHERE person_id = ANY (ARRAY({ACCOUNTS})) AND NOT {_WANDERS}) AS home
    WHERE person_id = ANY (ARRAY({ACCOUNTS})) AND {_WANDERS} AND accounts.is_member <> home.is_member"""


def seen(person_id: int, surface: str, tenant: str, profile: Profile) -> tuple[Statement, Statement]:
    """What keeps whether an account administers, and is a member; as robbie_app, confined to its org."""
    place = {"surface": surface, "tenant": tenant, "admin": profile.admin, "member": profile.member}
    return (_SEEN, {**place, "me": person_id}), at_home(person_id)


def at_home(person_id: int) -> Statement:
    """What makes a person's direct messages see what their other accounts in the org see."""
    return _AT_HOME, {"me": person_id}
