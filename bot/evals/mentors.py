"""Measures the choice of a mentor on labelled messages, beside keywords and in the same run."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.evals.keywords import by_keywords
from core.conversation.voices import Situation
from core.people.models import AUTO, PersonSettings
from mentors.choosing import Mentors
from mentors.labelled import Labelled, labelled
from mentors.loading import load
from mentors.models import ROBBIE

Chooser = Callable[[str], str]
_NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Score:
    """How well a chooser did on some messages.

    Attributes:
        accuracy: the share of its choices that are the label.
        accepted: the share that is the label or one of those that would be good, too.
        macro_f1: the mean of F1 over all labels.
        wrong_voice: the share in which a mentor spoke who should not have.
        confusion: label to choice to how often.
        microseconds: the median time of a choice.
    """

    messages: int
    accuracy: float
    accepted: float
    macro_f1: float
    wrong_voice: float
    confusion: Mapping[str, Mapping[str, int]]
    microseconds: float


Exam = Mapping[str, Mapping[str, Score]]


def as_json(exam: Exam) -> str:
    """One object."""
    return json.dumps({part: {name: vars(one) for name, one in scores.items()} for part, scores in exam.items()})


def parts(messages: Sequence[Labelled]) -> dict[str, list[Labelled]]:
    """The messages that were tuned on, those held out, and of these the ones written after the last tuning."""
    return {
        "tuned": [one for one in messages if not one.held_out],
        "held_out": [one for one in messages if one.held_out],
        "fresh": [one for one in messages if one.fresh],
    }


def exam() -> Exam:
    """Both choosers on each part that has messages."""
    choosers: Mapping[str, Chooser] = {"robbie": by_itself(), "keywords": by_keywords}
    return {
        part: {name: score(chooser, messages) for name, chooser in choosers.items()}
        for part, messages in parts(labelled()).items()
        if messages
    }


def by_itself() -> Chooser:
    """The shipped mentors, as they are chosen for somebody who set ``auto``."""
    mentors = Mentors(load().mentors)
    person = PersonSettings(mentor=AUTO)
    return lambda text: mentors.choose(Situation(text=text, now=_NOW, person=person)).arm


def score(chooser: Chooser, messages: Sequence[Labelled]) -> Score:
    """Have all messages judged."""
    seconds, chosen = [], []
    for message in messages:
        started = time.perf_counter()
        chosen.append(chooser(message.text))
        seconds.append(time.perf_counter() - started)
    pairs = list(zip(messages, chosen, strict=True))
    fitting = [choice in (message.label, *message.also) for message, choice in pairs]
    return Score(
        messages=len(messages),
        accuracy=_share(message.label == choice for message, choice in pairs),
        accepted=_share(fitting),
        macro_f1=round(macro_f1([(message.label, choice) for message, choice in pairs]), 3),
        wrong_voice=_share(choice != ROBBIE and not fits for choice, fits in zip(chosen, fitting, strict=True)),
        confusion=_confusion(pairs),
        microseconds=round(sorted(seconds)[len(seconds) // 2] * 1e6, 1),
    )


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean of F1 over all labels that occur."""
    right = Counter(label for label, choice in pairs if label == choice)
    labels, choices = Counter(label for label, _ in pairs), Counter(choice for _, choice in pairs)
    return sum(2 * right[label] / (labels[label] + choices[label]) for label in labels) / len(labels)


def _share(hits: Iterable[bool]) -> float:
    values = list(hits)
    return round(sum(values) / len(values), 3)


def _confusion(pairs: Sequence[tuple[Labelled, str]]) -> dict[str, dict[str, int]]:
    table: dict[str, Counter[str]] = {}
    for message, choice in pairs:
        table.setdefault(message.label, Counter())[choice] += 1
    return {label: dict(counts) for label, counts in sorted(table.items())}
