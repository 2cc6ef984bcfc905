"""What a worker needs: models behind a router, turns, control and delivery. Other roles do not import this."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.documents import PypdfReader
from adapters.llm.breakers import PyBreakers
from adapters.postgres.acquaintances import PostgresAcquaintances
from adapters.postgres.budget import PostgresBudget
from adapters.postgres.control import PostgresControl
from adapters.postgres.database import Database
from adapters.postgres.noticing import PostgresWindows
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.proposals import PostgresProposals
from adapters.postgres.sweep import PostgresSweep
from adapters.postgres.turns import PostgresTurns
from adapters.queue.jobs import Queue
from adapters.redis import RedisHints
from bot import __version__
from bot.calendars import syncing
from bot.commands import brief_service, explainers, handlers
from bot.mail import mail_loop, mailer_of
from bot.memory import MemoryWork, remembering
from bot.metrics import Metrics
from bot.models import AnyModel, chat_models, load_models, router_for
from bot.settings import Settings
from bot.voices import voices
from core.commands import REGISTRY
from core.conversation.delivery import Delivery, DeliveryPolicy
from core.conversation.ports import Surface
from core.conversation.reading import Reading
from core.conversation.senders import Senders
from core.conversation.turn import TurnPolicy, Turns
from core.learning.votes import VotePolicy
from core.mail.service import Mailing
from core.memory.ports import Embedder
from core.notes.detecting import detector
from core.notes.extracting import ModelExtractor
from core.notes.meaning import Meaning
from core.notes.noticing import Noticing, When
from core.notes.sparing import Sparing
from core.people.knowing import Knowing
from core.routing.models import Attempt, ErrorClass, Task
from core.routing.service import Router
from core.work.syncing import Syncing

_log = logging.getLogger(__name__)
_NO_SIGN = (ErrorClass.REFUSED, ErrorClass.CONTEXT, ErrorClass.BREAKER_OPEN, ErrorClass.BUDGET)


class _Attempts:
    """Counts every attempt, and logs when a model stops to answer, when it fails in another way, and when it is back.

    Args:
        metrics: where they are counted.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._failing: dict[str, ErrorClass | None] = {}

    def __call__(self, task: Task, attempt: Attempt) -> None:
        self._metrics.attempt(task, attempt)
        before, error = self._failing.get(attempt.model), attempt.error
        cancelled = error is None and attempt.first_token_ms is None
        if error in _NO_SIGN or cancelled or error == before:
            return
        self._failing[attempt.model] = error
        if error is None:
            _log.info("%s answers again", attempt.model)
        else:
            _log.warning("%s does not answer: %s (%s)", attempt.model, error, attempt.detail or "no more is known")


@dataclass(frozen=True, slots=True)
class Work:
    """A worker's parts, wired and not yet running."""

    router: Router
    breakers: PyBreakers
    models: Mapping[str, AnyModel]
    hints: RedisHints | None
    senders: Senders
    sweep: PostgresSweep
    memory: MemoryWork
    noticing: Noticing
    proposals: PostgresProposals
    knowing: Knowing
    calendars: Syncing
    mailing: Mailing | None = None

    async def load(self, progress: Callable[[str], None]) -> None:
        """Load what asking needs, and listen to the other workers."""
        await load_models(self.models, progress)
        if self.hints:
            await self.hints.start()

    async def close(self) -> None:
        """Disconnect from models and Redis."""
        for model in self.models.values():
            await model.aclose()
        await self.memory.close()
        if self.hints:
            await self.hints.close()

    def health(self) -> Mapping[str, object]:
        """What an operator may want to know."""
        mail = {"mail": "paused" if self.mailing.paused else "ok"} if self.mailing else {}
        return {"breakers": self.breakers.states(), "redis": self.hints.reachable if self.hints else None, **mail}


def wire(
    settings: Settings, database: Database, queue: Queue, surfaces: Mapping[str, Surface], metrics: Metrics
) -> Work:
    """Wire a worker, and say to the queue what it does."""
    worker = settings.worker
    redis = settings.secrets.redis_url
    hints = RedisHints(redis.get_secret_value()) if redis else None
    models = chat_models(settings)
    breakers = _breakers(settings, hints)
    budget = PostgresBudget(database, daily_usd=settings.budget.daily_usd)
    router = router_for(settings, models, breakers, budget, _Attempts(metrics))
    memory = remembering(settings, database, breakers, budget, metrics.recall)
    outbox = PostgresOutbox(database, queue.enqueue, lease_seconds=worker.send_lease_seconds)
    delivery = Delivery(outbox, surfaces, DeliveryPolicy())
    senders = Senders(delivery.drain, at_once=worker.quick)
    store = PostgresTurns(database, lease_seconds=worker.lease_seconds)
    mailer = mailer_of(settings, breakers)
    turns = Turns(
        store,
        router,
        surfaces,
        _turn_policy(settings),
        versions={"robbie": __version__},
        reading=Reading(store, PypdfReader(settings.files.parse_seconds), settings.files.limits()),
        registry=REGISTRY,
        handlers=handlers(settings, database, router, mailer),
        explainers=explainers(),
        voices=voices(settings),
        remembering=memory.answers,
        send=senders.send,
    )
    queue.handle("turn", turns.drain)
    queue.handle("control", PostgresControl(database, queue.enqueue, _votes(settings)).apply)
    queue.handle("send", delivery.drain)
    sweep = PostgresSweep(
        database, queue.enqueue, dead_after_seconds=worker.dead_after_seconds, surfaces=tuple(surfaces)
    )
    proposals = PostgresProposals(database, settings.notes.asking())
    return Work(
        router,
        breakers,
        models,
        hints,
        senders,
        sweep,
        memory,
        _noticing(settings, database, router, memory.embedder),
        proposals,
        Knowing(PostgresAcquaintances(database), surfaces),
        syncing(settings, database, metrics),
        mail_loop(settings, database, brief_service(settings, database, router), mailer),
    )


def _noticing(settings: Settings, database: Database, router: Router, embedder: Embedder | None) -> Noticing:
    notes = settings.notes
    windows = PostgresWindows(database, When(notes.quiet_seconds, notes.messages), embedder)
    extractor = Sparing(ModelExtractor(router, notes.importance), notes.model_per_hour) if notes.model else None
    return Noticing(windows, detector, notes.thresholds(), extractor, Meaning.by(embedder))


def _turn_policy(settings: Settings) -> TurnPolicy:
    return TurnPolicy(
        context_tokens=settings.context.tokens,
        context_messages=settings.context.messages,
        max_attempts=settings.worker.max_attempts,
        renew_seconds=settings.worker.renew_seconds,
        open_after=settings.worker.open_after_seconds,
    )


def _votes(settings: Settings) -> VotePolicy:
    return VotePolicy(up=settings.feedback.up, down=settings.feedback.down)


def _breakers(settings: Settings, hints: RedisHints | None) -> PyBreakers:
    router = settings.router
    if hints is None:
        return PyBreakers(router.breaker_failures, router.breaker_seconds)
    return PyBreakers(router.breaker_failures, router.breaker_seconds, on_open=hints.on_open, hint=hints.hint)
