"""Policies that need no learning, and the estimate that every policy shows with its plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.routing.models import ChatMessage, ModelSpec, Plan, Step, Task

CountTokens = Callable[[str], int]

_TOKENS_PER_MESSAGE = 4  # what chat templates put around each message


def prompt_for(spec: ModelSpec, task: Task) -> tuple[ChatMessage, ...]:
    """The prompt that suits the model."""
    prompt = task.short_prompt if spec.small else task.prompt
    return prompt if spec.vision or not shows_pictures(prompt) else tuple(_unseen(message) for message in prompt)


def shows_pictures(prompt: Sequence[ChatMessage]) -> bool:
    """Whether a person shows something in it."""
    return any(message.pictures for message in prompt)


def _unseen(message: ChatMessage) -> ChatMessage:
    """The message for a model that cannot see; it is told so, since it would rather guess."""
    told = (f"[picture {picture.name}, which you cannot see: say so, and do not guess]" for picture in message.pictures)
    return replace(message, content="\n".join((message.content, *told)), pictures=())


def prompt_tokens(prompt: Sequence[ChatMessage], count_tokens: CountTokens) -> int:
    """About how many tokens a prompt has."""
    return sum(
        count_tokens(message.name + message.content)
        + sum(picture.tokens for picture in message.pictures)
        + _TOKENS_PER_MESSAGE
        for message in prompt
    )


class FixedOrder:
    """Always the same order: by level, and within a level as configured; by price where nobody waits."""

    name = "fixed/1"

    def __init__(self, models: Sequence[ModelSpec], count_tokens: CountTokens) -> None:
        self._models = sorted(models, key=lambda spec: spec.level)
        usable = [spec for spec in self._models if not spec.small]
        self._cheapest = sorted(usable, key=lambda spec: spec.input_usd + spec.output_usd)
        self._count_tokens = count_tokens

    def plan(self, task: Task) -> Plan:
        """Makes no call and spends nothing."""
        models = self._cheapest if task.cheap else self._models
        steps = tuple(self._step(spec, task) for spec in models)
        arm = " > ".join(spec.name for spec in models)
        return Plan(steps=steps, policy=self.name, arm=arm)

    def _step(self, spec: ModelSpec, task: Task) -> Step:
        """The estimate is an upper bound: an answer as long as the model may give."""
        tokens = prompt_tokens(prompt_for(spec, task), self._count_tokens)
        return Step(spec, spec.cost(tokens, spec.max_output_tokens), f"level {spec.level.value}, in configured order")
