"""Every command, described once: the platforms' menus, completion, help and docs are made of this."""

from __future__ import annotations

from core.commands.answers import ANSWERS
from core.commands.asking import ASKING
from core.commands.briefs import BRIEFS
from core.commands.calendars import CALENDARS
from core.commands.crm import CRM
from core.commands.hearing import HEARING
from core.commands.mail import MAIL
from core.commands.notes import NOTES
from core.commands.outreach import OUTREACH
from core.commands.people import PEOPLE
from core.commands.priorities import PRIORITIES
from core.commands.reminders import REMINDERS
from core.commands.sharing import SHARING
from core.commands.tokens import TOKENS
from core.commands.work import WORK
from core.registry import Registry

COMMANDS = (
    *ASKING,
    *NOTES,
    *SHARING,
    *WORK,
    *CRM,
    *CALENDARS,
    *HEARING,
    *REMINDERS,
    *BRIEFS,
    *PRIORITIES,
    *OUTREACH,
    *PEOPLE,
    *MAIL,
    *TOKENS,
    *ANSWERS,
)
"""In the order in which help shows them."""

REGISTRY = Registry(COMMANDS)

PREFIXES = {"slack": "!robbie ", "discord": "!robbie ", "web": "/", "console": "/"}
"""What a line that is a command begins with, by surface."""
