"""Judges a scenario by what the double saw and what a person was shown; no client's own word is taken for it.

``pass`` is the correct behaviour. ``partial``: answered, but not in the best way. ``safe``: no answer, and honestly so.
``fail``: a part of an answer shown as a whole one, a provider's error text shown, or a limit of the exam broken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.evals.faults import LEAKS, OUTAGE_SECONDS

Result = Literal["pass", "partial", "safe", "fail"]
PRIMARY, FALLBACK, LARGER = "gpt-4o", "claude-sonnet-5", "openai/gpt-oss-120b"

_HANG = 60.0
_RECOVERY = 30.0


@dataclass(frozen=True)
class Seen:
    """A request as it reached the double."""

    at: float
    model: str
    tokens: int = 0
    prefill: bool = False


@dataclass(frozen=True)
class Outcome:
    """A call as the person saw it.

    Attributes:
        at, seconds: when it began, and how long it took.
        shown: what stood there in the end.
        answered: whether that claims to be a model's whole answer.
        reason: why not, in one word, where there is none: ``refused`` or ``offline``.
        model: who answered, as reported.
        tokens: the output tokens reported; 0 when none were.
    """

    at: float
    seconds: float
    shown: str
    answered: bool
    reason: str = ""
    model: str = ""
    tokens: int = 0


@dataclass(frozen=True)
class Record:
    """All that is known of a scenario that was played.

    Attributes:
        answers: the whole answer of each model.
        seen: the requests, in the order of their arrival.
        calls: what the scenario asked.
        after: the call with the fault gone, where there was one.
    """

    answers: Mapping[str, str]
    seen: Sequence[Seen]
    calls: Sequence[Outcome]
    after: Outcome | None = None

    @property
    def first(self) -> Outcome:
        """The scenario's call; most have one."""
        return self.calls[0]

    @property
    def primary(self) -> list[float]:
        """When the first model was asked, in the scenario's calls."""
        end = self.after.at if self.after else float("inf")
        return [seen.at for seen in self.seen if seen.model == PRIMARY and seen.at < end]

    def whole(self, outcome: Outcome) -> bool:
        """Whether a model's answer was shown from its beginning to its end, and nothing else."""
        return outcome.answered and outcome.shown in self.answers.values()

    def by(self, outcome: Outcome) -> str:
        """Whose answer was shown."""
        return next((model for model, text in self.answers.items() if text == outcome.shown), "")


@dataclass(frozen=True)
class Rule:
    """What a scenario asks beyond an answer that is whole.

    Attributes:
        must: broken, it is a failure.
        best: broken, it is partial.
    """

    must: Callable[[Record], bool] = lambda record: True
    best: Callable[[Record], bool] = lambda record: True


def _within(seconds: float) -> Callable[[Record], bool]:
    return lambda record: record.first.seconds <= seconds


def _primary(most: int) -> Callable[[Record], bool]:
    return lambda record: len(record.primary) <= most


def _all(*checks: Callable[[Record], bool]) -> Callable[[Record], bool]:
    return lambda record: all(check(record) for check in checks)


def _early(seconds: float, most: int) -> Callable[[Record], bool]:
    return lambda record: sum(at - record.first.at < seconds for at in record.primary) <= most


def _waited(record: Record) -> bool:
    gaps = [later - earlier for earlier, later in zip(record.primary, record.primary[1:], strict=False)]
    return not gaps or gaps[0] >= 1.8


def _healthy(record: Record) -> bool:
    return record.after is not None and record.whole(record.after) and record.after.seconds <= _HANG


def _asked_once(record: Record) -> bool:
    """Once, or once more with strictly less."""
    asked = [seen.tokens for seen in record.seen if seen.model == PRIMARY]
    return len(asked) == 1 or (len(asked) == 2 and asked[1] < asked[0])


def _no_prefill(record: Record) -> bool:
    return not any(seen.prefill and seen.model == FALLBACK for seen in record.seen)


def _outage_answered(record: Record) -> bool:
    return all(record.whole(call) and call.seconds <= _HANG for call in record.calls)


def _primary_again(record: Record) -> bool:
    recovered = record.first.at + OUTAGE_SECONDS
    again = [call.at for call in record.calls if call.at >= recovered and record.by(call) == PRIMARY]
    return bool(again) and min(again) - recovered <= _RECOVERY


def _says_who(model: str) -> Callable[[Record], bool]:
    return lambda record: record.first.model == model == record.by(record.first) and record.first.tokens > 0


_NO_HANG = _within(_HANG)
RULES: Mapping[str, Rule] = {
    "S01": Rule(_all(_NO_HANG, _early(1.5, 2)), _waited),
    "S02": Rule(_all(_within(40), _early(3, 4), _primary(6))),
    "S03": Rule(_NO_HANG, lambda record: len(record.primary) >= 2),
    "S04": Rule(_all(_NO_HANG, _primary(6))),
    "S05": Rule(_NO_HANG),
    "S06": Rule(_within(100), _primary(1)),
    "S07": Rule(_NO_HANG, _within(15)),
    "S08": Rule(_NO_HANG),
    "S09": Rule(_all(_within(45), _healthy)),
    "S10": Rule(_all(_NO_HANG, _healthy)),
    "S11": Rule(_within(8), _says_who(PRIMARY)),
    "S12": Rule(_all(_NO_HANG, _asked_once), lambda record: record.by(record.first) == LARGER),
    "S14": Rule(_NO_HANG, _no_prefill),
    "S15": Rule(_outage_answered, _primary_again),
    "S16": Rule(_all(_NO_HANG, _primary(6)), _says_who(FALLBACK)),
}


def judge(scenario: str, record: Record) -> Result:
    """The result of one scenario."""
    calls = [*record.calls, *([record.after] if record.after else [])]
    if any((call.answered and not record.whole(call)) or any(word in call.shown for word in LEAKS) for call in calls):
        return "fail"
    if scenario == "S13":
        return _refusal(record)
    rule = RULES[scenario]
    if not rule.must(record):
        return "fail"
    if not all(call.answered for call in calls):
        return "safe"
    return "pass" if rule.best(record) else "partial"


def _refusal(record: Record) -> Result:
    """Best is an honest word of the reason. Whoever asks another model goes round what the first one declined."""
    if len(record.primary) != 1 or record.first.seconds > _HANG:
        return "fail"
    if len(record.seen) > 1:
        return "partial"
    return "pass" if record.first.reason == "refused" else "safe"
