"""The composition root: the only place that names concrete adapters. Builds everything from settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import FastAPI
from pydantic import SecretStr

from adapters.llm.breakers import PyBreakers
from adapters.postgres.budget import PostgresBudget
from adapters.postgres.control import PostgresControl
from adapters.postgres.database import Database
from adapters.postgres.inbox import PostgresInbox
from adapters.postgres.local import LocalSurface, PostgresView
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.places import PostgresPlaces
from adapters.postgres.roles import RoleUrls
from adapters.postgres.sweep import PostgresSweep
from adapters.postgres.turns import PostgresTurns
from adapters.queue.jobs import Queue
from adapters.redis import RedisHints
from adapters.web.app import create_app
from adapters.web.security import LOCAL_HOSTS
from bot import __version__
from bot.metrics import Metrics
from bot.models import AnyModel, chat_models
from bot.platforms import SLACK_EVENTS, Platform, connect
from bot.settings import Settings
from core.conversation.context import estimate_tokens
from core.conversation.delivery import Delivery, DeliveryPolicy
from core.conversation.intake import Intake, IntakePolicy
from core.conversation.ports import Gateway, Surface
from core.conversation.turn import TurnPolicy, Turns
from core.routing.policy import FixedOrder
from core.routing.service import Router

LOCAL_SURFACES = ("web", "console")
CONNECT_HINT = (
    "Robbie answers here and in the terminal (`.venv/bin/robbie chat`) already.",
    "To meet it in Slack: `.venv/bin/robbie slack manifest` prints the app to create, "
    "then put `SLACK_BOT_TOKEN` and `SLACK_APP_TOKEN` into `.env`.",
)


@dataclass(frozen=True, slots=True)
class App:
    """One process's Robbie, wired and not yet running."""

    settings: Settings
    database: Database
    queue: Queue
    intake: Intake
    sweep: PostgresSweep
    places: PostgresPlaces
    view: PostgresView
    router: Router
    breakers: PyBreakers
    models: Mapping[str, AnyModel]
    metrics: Metrics
    hints: RedisHints | None
    platforms: Mapping[str, Platform]

    @property
    def gateways(self) -> dict[str, Gateway]:
        """Where events come in, by platform."""
        return {name: platform.gateway for name, platform in self.platforms.items() if platform.gateway}

    def web(self, health: Callable[[], Awaitable[Mapping[str, object]]]) -> FastAPI:
        """The web application, with a platform's events where they come over HTTP."""
        web = create_app(
            self.intake,
            self.view,
            health=health,
            hint=() if self.gateways else CONNECT_HINT,
            signed_paths=(SLACK_EVENTS,),
            allowed_hosts=(*LOCAL_HOSTS, *self.settings.web.allowed_hosts),
            metrics=self.metrics.text,
        )
        for platform in self.platforms.values():
            if platform.router:
                web.include_router(platform.router)
        return web

    async def close(self) -> None:
        """Disconnect from everything."""
        for model in self.models.values():
            await model.aclose()
        if self.hints:
            await self.hints.close()
        for platform in self.platforms.values():
            await platform.close()
        await self.view.close()
        await self.queue.close()
        await self.database.close()


async def build(settings: Settings, roles: RoleUrls) -> App:
    """Wire everything, and connect to the database."""
    worker = settings.worker
    database = Database(roles.app, roles.system, size=settings.database.connections)
    queue = Queue(roles.system, dead_after_seconds=worker.dead_after_seconds)
    await database.open()
    await queue.open()
    places = PostgresPlaces(database)
    intake = Intake(PostgresInbox(database, queue.enqueue), _intake_policy(settings))
    platforms = connect(settings, intake, places)
    surfaces = _surfaces(database, platforms)
    metrics = Metrics()
    hints = RedisHints(_value(settings.secrets.redis_url)) if settings.secrets.redis_url else None
    models = chat_models(settings)
    breakers = _breakers(settings, hints)
    router = Router(
        models,
        FixedOrder([model.spec for model in models.values()], estimate_tokens),
        breakers,
        PostgresBudget(database, daily_usd=settings.budget.daily_usd),
        count_tokens=estimate_tokens,
        turn_seconds=settings.router.turn_seconds,
        on_attempt=metrics.attempt,
    )
    turn_store = PostgresTurns(database, queue.enqueue, lease_seconds=worker.lease_seconds)
    turns = Turns(turn_store, router, surfaces, _turn_policy(settings), versions={"robbie": __version__})
    outbox = PostgresOutbox(database, queue.enqueue, lease_seconds=worker.send_lease_seconds)
    queue.handle("turn", turns.drain)
    queue.handle("control", PostgresControl(database).apply)
    queue.handle("send", Delivery(outbox, surfaces, DeliveryPolicy()).drain)
    return App(
        settings=settings,
        database=database,
        queue=queue,
        intake=intake,
        sweep=PostgresSweep(
            database, queue.enqueue, dead_after_seconds=worker.dead_after_seconds, surfaces=tuple(surfaces)
        ),
        places=places,
        view=PostgresView(database, await places.local_org(LOCAL_SURFACES)),
        router=router,
        breakers=breakers,
        models=models,
        metrics=metrics,
        hints=hints,
        platforms=platforms,
    )


def _turn_policy(settings: Settings) -> TurnPolicy:
    return TurnPolicy(
        context_tokens=settings.context.tokens,
        context_messages=settings.context.messages,
        max_attempts=settings.worker.max_attempts,
        renew_seconds=settings.worker.renew_seconds,
    )


def _intake_policy(settings: Settings) -> IntakePolicy:
    return IntakePolicy(
        max_age=timedelta(minutes=settings.intake.max_age_minutes),
        bots=frozenset(settings.intake.bots),
        bot_turns_per_hour=settings.intake.bot_turns_per_hour,
    )


def _breakers(settings: Settings, hints: RedisHints | None) -> PyBreakers:
    router = settings.router
    if hints is None:
        return PyBreakers(router.breaker_failures, router.breaker_seconds)
    return PyBreakers(router.breaker_failures, router.breaker_seconds, on_open=hints.on_open, hint=hints.hint)


def _surfaces(database: Database, platforms: Mapping[str, Platform]) -> dict[str, Surface]:
    local: dict[str, Surface] = {name: LocalSurface(database, name) for name in LOCAL_SURFACES}
    return local | {name: platform.surface for name, platform in platforms.items()}


def _value(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def secrets_of(settings: Settings) -> Sequence[SecretStr]:
    """Every secret of the settings, to be kept out of logs."""
    values = (getattr(settings.secrets, name) for name in type(settings.secrets).model_fields)
    return [value for value in values if isinstance(value, SecretStr)]
