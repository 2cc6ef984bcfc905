"""The composition root: the only place that names concrete adapters. Builds a process's Robbie from settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from fastapi import FastAPI
from pydantic import SecretStr

from adapters.holidays import holidays_in
from adapters.postgres.brief_checks import PostgresBriefState
from adapters.postgres.contacts import PostgresCrm
from adapters.postgres.database import Database
from adapters.postgres.inbox import PostgresInbox
from adapters.postgres.leases import PostgresLeases
from adapters.postgres.local import LocalSurface, PostgresView
from adapters.postgres.places import PostgresPlaces
from adapters.postgres.reminders import PostgresReminders
from adapters.postgres.roles import RoleUrls
from adapters.postgres.schedules import PostgresSchedules
from adapters.postgres.tasks import PostgresTasks
from adapters.postgres.tokens import PostgresTokens
from adapters.postgres.uploads import PostgresUploads
from adapters.postgres.weights import PostgresWeights
from adapters.queue.jobs import Queue
from adapters.web.api import Api
from adapters.web.app import create_app, create_operator_app
from adapters.web.security import LOCAL_HOSTS
from bot.briefs import BriefTicks
from bot.commands import briefs, desk, work_view
from bot.mail import mail_pages
from bot.metrics import Metrics
from bot.platforms import SLACK_EVENTS, Platform, connect
from bot.roles import ALL, Role, Roles
from bot.settings import Settings
from bot.vault import open_vault
from core.conversation.intake import Intake, IntakePolicy
from core.conversation.ports import Gateway, Surface
from mentors import avatars

if TYPE_CHECKING:
    from bot.work import Work

LOCAL_SURFACES = ("web", "console")
CONNECT_HINT = (
    "Robbie answers here and in the terminal (`.venv/bin/robbie chat`) already.",
    "To meet it in Slack: `.venv/bin/robbie slack manifest` prints the app to create, "
    "then put `SLACK_BOT_TOKEN` and `SLACK_APP_TOKEN` into `.env`.",
    "To meet it in Discord: put `DISCORD_TOKEN` into `.env`, then `.venv/bin/robbie discord invite`.",
)


@dataclass(frozen=True, slots=True)
class App:
    """One process's Robbie, wired and not yet running."""

    settings: Settings
    roles: Roles
    database: Database
    queue: Queue
    intake: Intake
    schedules: PostgresSchedules
    weights: PostgresWeights
    reminders: PostgresReminders
    briefs: BriefTicks
    brief_state: PostgresBriefState
    places: PostgresPlaces
    view: PostgresView
    uploads: PostgresUploads
    metrics: Metrics
    leases: PostgresLeases
    platforms: Mapping[str, Platform]
    work: Work | None

    @property
    def gateways(self) -> dict[str, Gateway]:
        """Where this process takes events in, by platform. What comes over HTTP only, a web process takes in too."""
        return {
            name: platform.gateway
            for name, platform in self.platforms.items()
            if platform.gateway and (Role.GATEWAY in self.roles or (Role.WEB in self.roles and not platform.connects))
        }

    def web(self, health: Callable[[], Awaitable[Mapping[str, object]]]) -> FastAPI:
        """What this process serves: the chat where it has that role, and events where they come over HTTP."""
        hosts = (*LOCAL_HOSTS, *self.settings.web.allowed_hosts)
        signed = (SLACK_EVENTS,)

        async def metrics() -> bytes:
            await health()  # looking keeps them up to date
            return self.metrics.text()

        if Role.WEB in self.roles:
            hint = () if any(platform.gateway for platform in self.platforms.values()) else CONNECT_HINT
            web = create_app(
                self.intake,
                self.view,
                health=health,
                hint=hint,
                avatars=avatars.FOLDER,
                allowed_hosts=hosts,
                signed_paths=signed,
                metrics=metrics,
                uploads=self.uploads,
                limits=self.settings.files.limits(),
                desk=desk(self.settings, self.database),
                mail=mail_pages(self.settings, self.database, briefs(self.settings, self.database)["brief-act"]),
                work=work_view(self.database),
                api=Api(PostgresTokens(self.database), PostgresCrm(self.database), PostgresTasks(self.database)),
            )
        else:
            web = create_operator_app(health=health, allowed_hosts=hosts, signed_paths=signed, metrics=metrics)
        if self.roles & {Role.WEB, Role.GATEWAY}:
            for platform in self.platforms.values():
                if platform.router:
                    web.include_router(platform.router)
                if platform.pages and Role.WEB in self.roles:
                    web.include_router(platform.pages)
        return web

    async def close(self) -> None:
        """Disconnect from everything."""
        if self.work:
            await self.work.close()
        for platform in self.platforms.values():
            await platform.close()
        await self.leases.close()
        await self.view.close()
        await self.queue.close()
        await self.database.close()


async def build(settings: Settings, urls: RoleUrls, roles: Roles = ALL) -> App:
    """Wire everything that the process's roles need, and connect to the database."""
    database = Database(urls.app, urls.system, size=settings.database.connections)
    queue = Queue(urls.system, dead_after_seconds=settings.worker.dead_after_seconds)
    await database.open()
    await queue.open()
    places = PostgresPlaces(database)
    vault = open_vault(settings)
    intake = Intake(
        PostgresInbox(database, queue.enqueue),
        _intake_policy(settings),
        seal=lambda secret: vault.seal(secret).decode(),
    )
    leases = PostgresLeases(urls.system)
    platforms = connect(settings, intake, database, leases, desk(settings, database))
    metrics = Metrics()
    local_org = await places.local_org(LOCAL_SURFACES)
    return App(
        settings=settings,
        roles=roles,
        database=database,
        queue=queue,
        intake=intake,
        schedules=PostgresSchedules(database),
        weights=PostgresWeights(database),
        reminders=PostgresReminders(database),
        briefs=BriefTicks(database, settings.briefs, holidays_in),
        brief_state=PostgresBriefState(database),
        places=places,
        view=PostgresView(database, local_org),
        uploads=PostgresUploads(database, local_org, room=settings.files.uploads_max_bytes),
        metrics=metrics,
        leases=leases,
        platforms=platforms,
        work=_work(settings, database, queue, platforms, metrics) if Role.WORKER in roles else None,
    )


def _work(
    settings: Settings, database: Database, queue: Queue, platforms: Mapping[str, Platform], metrics: Metrics
) -> Work:
    from bot.work import wire  # the clients of models are a worker's alone

    return wire(settings, database, queue, _surfaces(database, platforms), metrics)


def _intake_policy(settings: Settings) -> IntakePolicy:
    return IntakePolicy(
        max_age=timedelta(minutes=settings.intake.max_age_minutes),
        bots=frozenset(settings.intake.bots),
        bot_turns_per_hour=settings.intake.bot_turns_per_hour,
    )


def _surfaces(database: Database, platforms: Mapping[str, Platform]) -> dict[str, Surface]:
    local: dict[str, Surface] = {name: LocalSurface(database, name) for name in LOCAL_SURFACES}
    return local | {name: platform.surface for name, platform in platforms.items()}


def secrets_of(settings: Settings) -> Sequence[SecretStr]:
    """Every secret of the settings, to be kept out of logs."""
    values = (getattr(settings.secrets, name) for name in type(settings.secrets).model_fields)
    return [value for value in values if isinstance(value, SecretStr)]
