"""``robbie run``: start everything, keep it alive, and end it without losing anything."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from traceback import extract_tb

import psycopg
import uvicorn
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from psycopg_pool import PoolTimeout

from bot.app import App, build
from bot.health import Health
from bot.house import House
from bot.roles import ALL, Role, Roles
from bot.settings import Settings, SettingsError
from bot.steps import each
from core.conversation.ports import Gateway

_log = logging.getLogger(__name__)
_FLUSH_SECONDS = 5.0
_CONNECT_SECONDS = 10.0
_LOOK_SECONDS = 0.02

Progress = Callable[[str], None]
Ready = Callable[[App, int], Awaitable[None]]


class _WebServer(uvicorn.Server):
    """uvicorn, without a say in signals: they end the whole process, in order."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say when it listens."""
        await super().startup(sockets)
        self.listening.set()

    @property
    def port(self) -> int:
        """Where it listens; the system chose it where the settings say 0."""
        return int(self.servers[0].sockets[0].getsockname()[1])

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to ``run``."""
        yield


@asynccontextmanager
async def open_app(settings: Settings, house: House, progress: Progress, roles: Roles = ALL) -> AsyncIterator[App]:
    """An app that is wired to a ready database, with its models loaded where it works."""
    try:
        app = await build(settings, await asyncio.to_thread(house.open, progress), roles)
        try:
            if app.work:
                await app.work.load(progress)
            yield app
        finally:
            await app.close()
    finally:
        await asyncio.to_thread(house.close)


@asynccontextmanager
async def watching(house: House) -> AsyncIterator[None]:
    """An embedded database is started again while the block lasts, should it die."""
    watch = asyncio.create_task(every(1.0, lambda: asyncio.to_thread(house.watch)), name="database watch")
    try:
        yield
    finally:
        await _end(watch)


@asynccontextmanager
async def working(app: App) -> AsyncIterator[None]:
    """A worker's lanes, sweep and memory run while the block lasts; then turns drain, and their answers are sent."""
    if app.work is None:
        yield
        return
    worker = app.settings.worker
    turns = asyncio.create_task(
        app.queue.work("turns", concurrency=worker.turns, grace_seconds=worker.drain_seconds), name="turns"
    )
    quick = asyncio.create_task(
        app.queue.work("quick", concurrency=worker.quick, grace_seconds=_FLUSH_SECONDS), name="quick"
    )
    background = [
        asyncio.create_task(every(worker.sweep_seconds, work), name=name)
        for name, work in {
            "sweep": app.work.sweep.sweep,
            "remembering": app.work.memory.remember,
            "embedding": app.work.memory.embed,
            "noticing": app.work.noticing.notice,
            "asking": app.work.proposals.look,
            **({"mail": app.work.mailing.look} if app.work.mailing else {}),
            "calendars": app.work.calendars.sync,
            "knowing": app.work.knowing.look,
        }.items()
    ]
    try:
        yield
    finally:
        await _end(turns, patience=worker.drain_seconds + _FLUSH_SECONDS)
        await app.work.senders.close(_FLUSH_SECONDS)
        await _end(quick, patience=2 * _FLUSH_SECONDS)
        await _end(*background)


async def run(settings: Settings, house: House, progress: Progress, ready: Ready, roles: Roles = ALL) -> None:
    """Do what the roles say in this process until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        open_app(settings, house, progress, roles) as app,
        watching(house),
        working(app),
        gateway(app),
        _web(app) as port,
        ticking(app),
    ):
        await ready(app, port)
        await stop.wait()
        _log.info("ending: no new messages, running turns may finish")


@asynccontextmanager
async def gateway(app: App) -> AsyncIterator[None]:
    """The platforms are connected while the block lasts, those that are configured."""
    if app.roles == {Role.GATEWAY} and not app.gateways:
        raise SettingsError("the role gateway has no platform to connect: .env holds no tokens (see .env.example)")
    async with AsyncExitStack() as stack:
        for connection in app.gateways.values():
            await connection.start()
            stack.push_async_callback(connection.stop)
        await _connected(app.gateways)
        yield


async def _connected(gateways: Mapping[str, Gateway]) -> None:
    """Give the platforms a moment to answer, where no other process is connected to them."""
    waiting: list[str] = []
    for _ in range(int(_CONNECT_SECONDS / _LOOK_SECONDS)):
        states = {name: connection.health() for name, connection in gateways.items()}
        waiting = [name for name, state in states.items() if not (state["connected"] or state["lease"] == "standby")]
        if not waiting:
            return
        await asyncio.sleep(_LOOK_SECONDS)
    for name in waiting:
        _log.warning("%s does not answer yet; trying on", name.capitalize())


@asynccontextmanager
async def _web(app: App) -> AsyncIterator[int]:
    settings = app.settings.web
    config = uvicorn.Config(
        app.web(Health(app).state),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,
    )
    server = _WebServer(config)
    serving = asyncio.create_task(server.serve(), name="web")
    listening = asyncio.create_task(server.listening.wait(), name="web listens")
    await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        listening.cancel()
        await serving
    try:
        yield server.port
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)


@asynccontextmanager
async def ticking(app: App) -> AsyncIterator[None]:
    """Where this process schedules, one tick a minute (and one at once) asks what is due.

    What a tick does happens once, however many processes tick.
    """
    if Role.SCHEDULER not in app.roles:
        yield
        return
    scheduler = AsyncIOScheduler(timezone=UTC)
    now = datetime.now(UTC)
    scheduler.add_job(
        tick, "cron", minute="*", args=[app], coalesce=True, max_instances=1, misfire_grace_time=30, next_run_time=now
    )
    for daily in (tidy, learn):
        scheduler.add_job(
            daily, "cron", minute="*/10", args=[app], coalesce=True, max_instances=1, misfire_grace_time=300,
            next_run_time=now,
        )  # fmt: skip
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


async def tick(app: App) -> None:
    """Do what is due by the database's clock, which all schedulers share; what fails keeps nothing else waiting."""
    now = await app.schedules.now()
    await each(lambda: _remind(app, now), lambda: app.briefs.tick(now))


async def _remind(app: App, now: datetime) -> None:
    due = await app.reminders.hand_over(now)
    if due:
        _log.info("handed over %s reminders", due)


async def tidy(app: App) -> None:
    """Let go of what is old, once a day; beside the tick, since it may take minutes, and may fail."""
    now = datetime.now(UTC)
    if now.hour >= app.settings.scheduler.purge_hour:
        await each(lambda: _purge(app, now), lambda: _fade(app, now))


async def _purge(app: App, now: datetime) -> None:
    keep = timedelta(days=app.settings.scheduler.keep_days)
    gone = await app.schedules.purge(now.date(), keep, app.settings.briefs.keep)
    if gone:
        _log.info("purged %s closed inbox rows", gone)


async def _fade(app: App, now: datetime) -> None:
    faded = await app.schedules.fade(now)
    if faded:
        _log.info("let go of %s notes that had faded", faded)


async def learn(app: App) -> None:
    """Look, once a day, at what people did with their priorities; beside the tick, since it may take minutes."""
    now = datetime.now(UTC)
    if now.hour >= app.settings.scheduler.purge_hour:
        learnt = await app.weights.learn(now)
        if learnt:
            _log.info("looked at what %s people did with their priorities", learnt)


async def tick_once(settings: Settings, house: House, progress: Progress) -> None:
    """Do what is due in a process of its own; it may run beside any number of schedulers."""
    async with open_app(settings, house, progress, frozenset({Role.SCHEDULER})) as app:
        await each(lambda: tick(app), lambda: tidy(app), lambda: learn(app))


async def every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do it again and again; a failure is logged by its kind and place, and the next round tries again."""
    while True:
        try:
            await work()
        except (psycopg.Error, PoolTimeout) as error:
            _log.warning("the database is not there (%s); trying again", type(error).__name__)
        except Exception as error:
            # Not its message: that of a validation holds what people said.
            at = extract_tb(error.__traceback__)
            where = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(at))
            _log.error("a background task failed (%s at %s); trying again", type(error).__name__, where)
        await asyncio.sleep(seconds)


async def _end(*tasks: asyncio.Task[None], patience: float = 1.0) -> None:
    """Cancel tasks until they have ended: a database client may turn a cancellation into an error of its own."""
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=patience)
