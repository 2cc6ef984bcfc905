"""Loads the mentors; a file that cannot be used is left out and said so."""

from __future__ import annotations

import logging

from bot.settings import Settings
from mentors.choosing import Mentors
from mentors.loading import load

_log = logging.getLogger(__name__)


def voices(settings: Settings) -> Mentors:
    """Everybody who may speak for Robbie."""
    loaded = load(settings.mentors.folder)
    for problem in loaded.problems:
        _log.error("a mentor is left out: %s; %s", problem, problem.mend)
    return Mentors(loaded.mentors)
