"""Where a brief may be shown: the target is explicit, and in doubt nothing is said."""

from __future__ import annotations

from core.briefs.ports import DueBrief
from core.conversation.models import Asker, Place


def may_be_shown(due: DueBrief, place: Place, asker: Asker) -> bool:
    """Whether this is the place that a brief is for.

    A person's is shown in a direct message with that very account alone; a channel's in that channel alone, beside
    what people say there. ``asker`` is whom the answer goes to.
    """
    if asker.org_id != due.reader.org_id or asker.person_id != due.reader.person_id:
        return False
    if due.reader.room:
        return not place.direct and not place.thread and place.room == due.reader.room
    return place.direct
