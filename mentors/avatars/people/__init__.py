"""Who is drawn. Each is recognised by what they wear and have, in a drawing that is plainly a drawing."""

from __future__ import annotations

from collections.abc import Mapping

from mentors.avatars.models import Portrait
from mentors.avatars.people import (
    albert_einstein,
    elvis_presley,
    john_lennon,
    julia_child,
    steve_jobs,
    winston_churchill,
)

PEOPLE: Mapping[str, Portrait] = {
    "steve_jobs": steve_jobs.PORTRAIT,
    "albert_einstein": albert_einstein.PORTRAIT,
    "winston_churchill": winston_churchill.PORTRAIT,
    "julia_child": julia_child.PORTRAIT,
    "elvis_presley": elvis_presley.PORTRAIT,
    "john_lennon": john_lennon.PORTRAIT,
}
