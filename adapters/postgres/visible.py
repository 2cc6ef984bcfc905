"""What somebody may see at a place, in parts that an index serves each; row-level security says the same once more."""

# ruff: noqa: S608  (the queries are put together from constants)

from __future__ import annotations

from collections.abc import Iterator

from core.people.viewer import Viewer

SHARED = "shared_with = '*'"
"""With the whole org; seen by its members, where nobody else reads."""

ACCOUNTS = "SELECT id FROM people WHERE id = %(me)s OR human = (SELECT human FROM people WHERE id = %(me)s)"
# A human's accounts own together what they have in this org.
MINE = f"owner = ANY (ARRAY({ACCOUNTS}))"


def seen(viewer: Viewer) -> Iterator[str]:
    """The conditions, of which each row that may be seen fulfils at least one.

    The query names the values ``me`` and ``room``. An OR of them would keep PostgreSQL from its indexes.
    """
    if viewer.org_wide:
        yield SHARED
    if viewer.private:
        yield MINE
    if viewer.room:
        yield "room = %(room)s AND room <> ''"
        yield "shared_with = %(room)s AND shared_with <> ''"
    if not (viewer.org_wide or viewer.private or viewer.room):
        yield "false"


def newest(viewer: Viewer, select: str, limit: int) -> str:
    """The newest of what each condition lets be seen, so many at the most of each; a row may come more than once.

    Args:
        viewer: who reads, and where.
        select: from a table of what is somebody's own, with ``{seen}`` for the condition.
        limit: how many. Each account's are read by themselves: no index has those of several in the order of time.
    """
    latest = f"({select} ORDER BY said_at DESC LIMIT {limit})"
    return " UNION ALL ".join(
        f"(SELECT latest.* FROM ({ACCOUNTS}) AS account, LATERAL {latest.format(seen='owner = account.id')} AS latest)"
        if condition == MINE
        else latest.format(seen=condition)
        for condition in seen(viewer)
    )
