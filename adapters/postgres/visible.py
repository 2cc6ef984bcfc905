"""What somebody may see at a place, in parts that an index serves each; row-level security says the same once more."""

from __future__ import annotations

from collections.abc import Iterator

from core.people.viewer import Viewer

SHARED = "shared_with = '*'"
"""With the whole org."""

ACCOUNTS = "SELECT id FROM people WHERE id = %(me)s OR human = (SELECT human FROM people WHERE id = %(me)s)"
# A human's accounts own together what they have in this org.
MINE = f"owner = ANY (ARRAY({ACCOUNTS}))"


def seen(viewer: Viewer) -> Iterator[str]:
    """The conditions, of which each row that may be seen fulfils at least one.

    The query names the values ``me`` and ``room``. An OR of them would keep PostgreSQL from its indexes.
    """
    yield SHARED
    if viewer.private:
        yield MINE
    if viewer.room:
        yield "room = %(room)s AND room <> ''"
        yield "shared_with = %(room)s AND shared_with <> ''"


def branches(viewer: Viewer, select: str) -> str:
    """A query once for each condition, in its ``{seen}``. A row may come more than once."""
    return " UNION ALL ".join(select.format(seen=condition) for condition in seen(viewer))
