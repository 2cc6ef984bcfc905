"""One call that nobody waits for, held to a JSON schema: to refine, to phrase, to draft."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing

from core.routing.models import Answer, ChatMessage, Task
from core.routing.ports import Routes


async def ask_in_background(
    router: Routes, org_id: int, key: str, *, system: str, user: str, schema: Mapping[str, object]
) -> Answer | None:
    """The whole answer of the cheapest model that gives one.

    Args:
        router: the models.
        org_id: whose budget it is held against.
        key: which asking this is; the same key is the same call.
        system: what the model shall do.
        user: what it is shown.
        schema: what the answer must be, for providers that can be held to it.
    """
    prompt = (ChatMessage("system", system), ChatMessage("user", user))
    task = Task(org_id=org_id, text="", prompt=prompt, short_prompt=prompt, key=key, schema=schema, cheap=True)
    async with aclosing(router.answer(task)) as events:
        async for event in events:
            if isinstance(event, Answer):
                return event
    return None
