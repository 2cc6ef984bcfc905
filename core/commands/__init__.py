"""Every command, described once: the platforms' menus, completion, help and docs are made of this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from core.registry import Command, Registry

GROUPS: Mapping[str, Sequence[Command]] = {
    "Talk": ASKING,
    "Notes": (*NOTES, *SHARING),
    "Tasks and goals": WORK,
    "Contacts and deals": CRM,
    "Calendar": CALENDARS,
    "What is heard": HEARING,
    "Reminders": REMINDERS,
    "Briefs": (*BRIEFS, *PRIORITIES, *OUTREACH),
    "You": (*PEOPLE, *MAIL, *TOKENS),
    "The last answer": ANSWERS,
}
"""In the order in which help shows them."""

COMMANDS = tuple(command for commands in GROUPS.values() for command in commands)

REGISTRY = Registry(COMMANDS)

PREFIXES = {"slack": "!robbie ", "discord": "!robbie ", "web": "/", "console": "/"}
"""What a line that is a command begins with, by surface."""
