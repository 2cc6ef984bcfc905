"""From a detector's labels to kinds of notes, and whether anything is worth a look.

===========  ====================================================================
kind         labels, each with how much it counts
===========  ====================================================================
decision     decision
commitment   commit
action       action; a request at 0.6
deadline     deadline
insight      insight
win          achieved; with the feeling of a win, more; the feeling alone at 0.3
concern      worry; a problem at 0.8; the feeling of concern alone at 0.3
personal     personal
feedback     feedback
note         fact
===========  ====================================================================

Thanks, and the other feelings, are no note by themselves; they colour one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

KINDS: Mapping[str, Mapping[str, float]] = {
    "decision": {"decision": 1.0},
    "commitment": {"commit": 1.0},
    "action": {"action": 1.0, "request": 0.6},
    "deadline": {"deadline": 1.0},
    "insight": {"insight": 1.0},
    "win": {"achieved": 1.0, "win": 0.3},
    "concern": {"worry": 1.0, "problem": 0.8, "concern": 0.3},
    "personal": {"personal": 1.0},
    "feedback": {"feedback": 1.0},
    "note": {"fact": 1.0},
}
GATE = 0.5


def kinds(scores: Mapping[str, float]) -> Sequence[tuple[str, float]]:
    """The kinds of note that a line may be, the likeliest first, each with how likely."""
    found = []
    for kind, labels in KINDS.items():
        missing = 1.0
        for label, share in labels.items():
            missing *= 1 - share * scores.get(label, 0.0)
        found.append((kind, 1 - missing))
    return sorted(found, key=lambda one: -one[1])


def gate(scores: Mapping[str, float]) -> bool:
    """Whether a line is worth a look."""
    return kinds(scores)[0][1] >= GATE
