"""What brings back the work of a worker that is gone: rows first, then a job for whatever has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.postgres.database import Database, Transaction
from adapters.postgres.enqueue import Enqueue
from adapters.postgres.moving import PostgresMoves
from core.conversation.jobs import control_job, send_job, turn_job

_LAPSED = """
    UPDATE inbox SET state = 'received', lease_until = NULL
    WHERE state = 'claimed' AND lease_until < clock_timestamp()"""

# A job of a worker whose heart stopped holds its lock for ever; the rows it stood for get a new one below.
_DEAD_JOBS = """
    DELETE FROM procrastinate_jobs WHERE status = 'doing' AND (worker_id IS NULL OR worker_id IN (
        SELECT id FROM procrastinate_workers WHERE last_heartbeat < now() - make_interval(secs => %s)))"""

_WITHOUT_JOB = """
    SELECT DISTINCT inbox.org_id, conversation_id, kind = 'message' AS turn
    FROM inbox JOIN conversations ON conversations.id = conversation_id
    WHERE state = 'received' AND (%(surfaces)s::text[] IS NULL OR kind <> 'message' OR surface = ANY (%(surfaces)s))
      AND NOT EXISTS (
        SELECT FROM procrastinate_jobs AS job
        WHERE job.lock = CASE WHEN kind = 'message' THEN 'turn:' ELSE 'control:' END || conversation_id
          AND job.status IN ('todo', 'doing'))"""

# A channel whose next row is due and whose sender is gone. Who wrote a row has a second to send it.
_UNSENT = """
    SELECT DISTINCT org_id, surface, tenant, channel FROM outbox
    WHERE state IN ('ready', 'sending', 'unknown') AND (%(surfaces)s::text[] IS NULL OR surface = ANY (%(surfaces)s))
      AND not_before <= clock_timestamp()
      AND coalesce(lease_until, created_at + interval '1 second') < clock_timestamp()
      AND NOT EXISTS (
        SELECT FROM outbox AS busy
        WHERE (busy.surface, busy.tenant, busy.channel) = (outbox.surface, outbox.tenant, outbox.channel)
          AND busy.state IN ('sending', 'unknown') AND busy.lease_until >= clock_timestamp())
      AND NOT EXISTS (
        SELECT FROM procrastinate_jobs AS job
        WHERE job.lock = 'send:' || surface || ':' || tenant || ':' || channel AND job.status IN ('todo', 'doing'))"""

# A reaction or vote that was stored in the moment in which its message was recorded, or before its answer was finished.
_MATCH = """
    UPDATE inbox SET conversation_id = outbox.conversation_id FROM outbox
    WHERE inbox.kind IN ('reaction', 'vote') AND inbox.state = 'received' AND inbox.conversation_id IS NULL
      AND outbox.surface = inbox.detail ->> 'surface' AND outbox.tenant = inbox.detail ->> 'tenant'
      AND outbox.channel = inbox.detail ->> 'channel' AND outbox.platform_id = inbox.platform_id
      AND outbox.org_id = inbox.org_id AND outbox.message_id IS NOT NULL"""

_EARLY = """
    UPDATE inbox SET state = 'expired', closed_at = clock_timestamp()
    WHERE kind IN ('reaction', 'vote') AND state = 'received' AND conversation_id IS NULL
      AND received_at < clock_timestamp() - interval '1 hour'"""

_PAST_REPLIES = "DELETE FROM reply_tokens WHERE until < clock_timestamp()"


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep brought back."""

    lapsed: int
    jobs: int


class PostgresSweep:
    """Idempotent housekeeping as robbie_system; any number of processes may run it.

    Args:
        database: the pools.
        enqueue: defers jobs in the transaction.
        dead_after_seconds: a worker without a heartbeat for so long is gone.
        surfaces: those that this process serves; others' rows wait for a process that does. None for all.
    """

    def __init__(
        self,
        database: Database,
        enqueue: Enqueue,
        *,
        dead_after_seconds: float,
        surfaces: Sequence[str] | None = None,
    ) -> None:
        self._database = database
        self._enqueue = enqueue
        self._moves = PostgresMoves(database)
        self._dead_after = dead_after_seconds
        self._surfaces = None if surfaces is None else list(surfaces)

    async def sweep(self) -> Swept:
        """Put back what lost its worker, and make sure that everything pending has a job."""
        async with self._database.system() as tx:
            lapsed = (await tx.execute(_LAPSED)).rowcount
            await tx.execute(_DEAD_JOBS, (self._dead_after,))
            await tx.execute(_MATCH)
            await tx.execute(_EARLY)
            await tx.execute(_PAST_REPLIES)
            jobs = await self._requeue(tx)
        await self._moves.move()
        return Swept(lapsed, jobs)

    async def _requeue(self, tx: Transaction) -> int:
        served = {"surfaces": self._surfaces}
        jobs = [
            (turn_job if row["turn"] else control_job)(row["org_id"], row["conversation_id"])
            for row in await (await tx.execute(_WITHOUT_JOB, served)).fetchall()
        ]
        jobs += [
            send_job(row["org_id"], row["surface"], row["tenant"], row["channel"])
            for row in await (await tx.execute(_UNSENT, served)).fetchall()
        ]
        for job in jobs:
            await self._enqueue(tx, job)
        return len(jobs)
