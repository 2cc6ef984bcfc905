"""The seam to the queue: a job is deferred on the connection, and so in the transaction, of the rows it speaks of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from adapters.postgres.database import Transaction
from core.conversation.jobs import Job

Enqueue = Callable[[Transaction, Job], Awaitable[None]]
