"""What every capability adds to the commands: what carries them out, and what a platform is shown at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapters.documents.vcards import VobjectCards
from adapters.holidays import is_known
from adapters.postgres.briefs import PostgresBriefs
from adapters.postgres.calendars import PostgresCalendars
from adapters.postgres.consents import PostgresConsents
from adapters.postgres.contacts import PostgresCrm
from adapters.postgres.database import Database
from adapters.postgres.exporting import PostgresExports
from adapters.postgres.facts import PostgresFacts
from adapters.postgres.goals import PostgresGoals
from adapters.postgres.importing import PostgresImports
from adapters.postgres.interactions import PostgresInteractions
from adapters.postgres.links import PostgresLinks
from adapters.postgres.notes import PostgresNotes
from adapters.postgres.outreach import PostgresOutreach
from adapters.postgres.people import PostgresPeople
from adapters.postgres.records import PostgresRecords
from adapters.postgres.reminders import PostgresReminders
from adapters.postgres.tasks import PostgresTasks
from adapters.postgres.tokens import PostgresTokens
from adapters.postgres.weights import PostgresWeights
from bot.mail import mail_commands, outbound_of
from bot.settings import Settings
from bot.vault import open_vault
from bot.wording import outreach_queue, phraser
from core.briefs.acting import Acting, act_forms
from core.briefs.commands import briefing, completing_briefs
from core.briefs.explaining import explaining
from core.briefs.reaching import Reaching, outreach_forms
from core.briefs.service import BriefService
from core.briefs.settings import BriefPage, brief_forms, brief_section
from core.commands import GROUPS, REGISTRY
from core.consent.asking import asking, consent_forms, never_asked
from core.consent.sharing import Cheer, celebrating, sharing
from core.conversation.basics import basics
from core.conversation.handling import Explainers, Handlers
from core.conversation.why import why
from core.desk import Completer, Desk, Visitor, matching
from core.mail.ports import Mailer
from core.notes.commands import completing_notes, latest_notes, note_forms, noting
from core.notes.records import keeping_records
from core.people.cast import Card, Cast
from core.people.choosing import choosing
from core.people.exporting import exporting
from core.people.forgetting import forgetting
from core.people.languages import languages
from core.people.linking import completing_orgs, linking, your_accounts
from core.people.settings import about_you, settings_form
from core.people.settings import settings as settings_page
from core.people.tokens import giving_tokens
from core.registry import Choice
from core.reminders.commands import explain, reminding
from core.rendering.message import Persona
from core.routing.ports import Routes
from core.work.activity_commands import explain_log
from core.work.calendar_commands import Safe, calendar_forms, scheduling
from core.work.changing import changing
from core.work.commands import working_on
from core.work.crm_commands import keeping_contacts
from core.work.editing import completing_contacts, completing_deals, entry_forms
from core.work.focus_commands import focusing
from core.work.goals import aiming
from core.work.importing import importing
from core.work.overview import WorkView
from mentors.cheering import line_of
from mentors.choosing import Mentors
from mentors.loading import load


def handlers(
    settings: Settings, database: Database, router: Routes | None = None, mailer: Mailer | None = None
) -> Handlers:
    """What carries out each command.

    Args:
        settings: the settings.
        database: the pools.
        router: the models, for who asks them; None for none.
        mailer: sends mails; None where there is no server for that.
    """
    people, links, cast = PostgresPeople(database), PostgresLinks(database), cast_of(settings)
    notes, consents = PostgresNotes(database), consents_of(settings, database)
    return {
        **basics(REGISTRY, GROUPS),
        "why": why(PostgresInteractions(database)),
        **choosing(people, cast),
        **exporting(PostgresExports(database)),
        **keeping_records(PostgresRecords(database)),
        **forgetting(links),
        **linking(links),
        **noting(notes),
        **asking(consents, people),
        **sharing(consents, notes),
        **celebrating(consents, cheer(settings)),
        **working_on(PostgresTasks(database)),
        **changing(PostgresTasks(database)),
        **aiming(PostgresGoals(database)),
        **keeping_contacts(PostgresCrm(database)),
        **scheduling(PostgresCalendars(database), safe(settings)),
        **focusing(PostgresCalendars(database)),
        **giving_tokens(PostgresTokens(database)),
        **importing(PostgresImports(database), VobjectCards()),
        **reminding(PostgresReminders(database)),
        **briefs(settings, database, router, mailer),
        **mail_commands(settings, database, mailer),
        **settings_page(
            people,
            cast,
            [about_you(people, cast), brief_section(people), never_asked(people), your_accounts(people, links)],
        ),
    }


def briefs(
    settings: Settings, database: Database, router: Routes | None = None, mailer: Mailer | None = None
) -> Handlers:
    """What carries out the commands on briefs, and on whom to get in touch with."""
    people, store, weights = PostgresPeople(database), PostgresBriefs(database), PostgresWeights(database)
    queue, outbound = outreach_queue(settings, database, router), outbound_of(settings, database, mailer)
    reaching = Reaching(PostgresOutreach(database), queue, weights, outbound)
    whys = explaining(PostgresFacts(database), weights, store)
    acting = Acting(store, PostgresTasks(database), outreach=reaching.of_line, why=whys["brief-why"])
    service = brief_service(settings, database, router)
    briefs = briefing(service, store, people, acting, BriefPage(people, is_known), patience=settings.briefs.retry)
    return {**briefs, **reaching.handlers, **whys}


def brief_service(settings: Settings, database: Database, router: Routes | None = None) -> BriefService:
    """What makes briefs, for chat and for mail."""
    return BriefService(
        PostgresFacts(database),
        PostgresBriefs(database),
        phraser=phraser(settings, database, router),
        preparer=outreach_queue(settings, database, router),
    )


def explainers() -> Explainers:
    """What says how free text that changes something was understood."""
    return {"remind": explain, "log": explain_log}


def desk(settings: Settings, database: Database) -> Desk:
    """Forms, completions and the sections of a person's home."""
    people, notes, cast = PostgresPeople(database), PostgresNotes(database), cast_of(settings)
    crm = PostgresCrm(database)
    return Desk(
        REGISTRY,
        completers={
            "mentor": offering(cast.choices()),
            "language": offering(languages()),
            "org": completing_orgs(people, PostgresLinks(database)),
            "note": completing_notes(people, notes),
            "brief": completing_briefs(),
            "contact": completing_contacts(people, crm),
            "deal": completing_deals(people, crm),
        },
        forms={
            **settings_form(people, cast),
            **note_forms(people, notes),
            **calendar_forms(),
            **consent_forms(people, consents_of(settings, database)),
            **brief_forms(people),
            **act_forms(people, PostgresBriefs(database)),
            **entry_forms(people, crm),
            **outreach_forms(people, PostgresOutreach(database)),
        },
        sections=[latest_notes(people, notes), about_you(people, cast)],
    )


def consents_of(settings: Settings, database: Database) -> PostgresConsents:
    """Where questions are kept."""
    return PostgresConsents(database, expire_days=settings.notes.ask_days)


def safe(settings: Settings) -> Safe:
    """What seals what is told in confidence."""
    vault = open_vault(settings)
    return Safe(vault.seal, vault.open)


def cheer(settings: Settings) -> Cheer:
    """Who tells of a win."""
    mentors = Mentors(load(settings.mentors.folder).mentors)

    def tell(words: str, now: datetime) -> tuple[Persona | None, str]:
        persona = mentors.celebrant(words, now)
        return persona, line_of(persona)

    return tell


def cast_of(settings: Settings) -> Cast:
    """The mentors, as people choose among them."""
    loaded = load(settings.mentors.folder).mentors.values()
    return Cast([Card(mentor.id, mentor.name, mentor.tagline, mentor.names()) for mentor in loaded])


def work_view(database: Database) -> WorkView:
    """What the page of work shows."""
    people, calendars = PostgresPeople(database), PostgresCalendars(database)
    return WorkView(people, PostgresTasks(database), PostgresCrm(database), calendars)


def offering(choices: Sequence[Choice]) -> Completer:
    """A completer of choices that are the same for everybody."""

    async def complete(visitor: Visitor, typed: str) -> Sequence[Choice]:
        return matching(choices, typed)

    return complete
