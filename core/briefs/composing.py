"""Facts into a brief, without any model: short, concrete, in the reader's zone and language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.briefs.lines import line_of
from core.briefs.models import Act, Brief, BriefKind, Facts, Item, Line, Meeting, Part
from core.briefs.openings import closing, day_in_short, opening
from core.briefs.saying import Clock, quoted
from core.briefs.wording import words_of
from core.reminders.moments import zone_of

_ORDER = {
    BriefKind.MORNING: (
        "priorities", "meetings", "broken", "asks", "commitments", "slipped", "blocked", "outreach", "news", "wins",
    ),
    BriefKind.AFTERNOON: (
        "priorities", "done", "slipped", "blocked", "moves", "asks", "meetings", "outreach", "news", "wins",
    ),
    BriefKind.EVENING: ("done", "wins", "commitments", "slipped", "asks", "blocked", "tomorrow", "news"),
}  # fmt: skip
_MOST = {"priorities": 3, "tomorrow": 3, "meetings": 8, "done": 6}
_USUAL = 4
_TO_DO = (Act.DONE, Act.SNOOZE, Act.DISMISS, Act.ASK)
ACTS: dict[str, tuple[Act, ...]] = {
    **dict.fromkeys(("priorities", "asks", "slipped", "commitments", "tomorrow", "blocked"), _TO_DO),
    "moves": (Act.SNOOZE, Act.DONE, Act.DISMISS, Act.ASK),
    "outreach": (Act.SEND, Act.EDIT, Act.LATER, Act.DISMISS),
    "news": (Act.ASK, Act.DISMISS),
    **dict.fromkeys(("meetings", "broken", "done", "wins"), (Act.ASK,)),
}
"""What can be done with a line, by the field of ``Facts`` that it comes from."""


def compose(facts: Facts) -> Brief:
    """The brief of these facts, as good as it is without a model."""
    words = words_of(facts.reader.language)
    clock = Clock(facts.at, zone_of(facts.reader.zone), words)
    greeted = words.everybody if facts.reader.room else quoted(facts.reader.name.partition(" ")[0], 40)
    parts = _numbered(tuple(_Composer(facts, clock).parts()))
    if facts.first and not facts.reader.room:
        parts = (*parts, Part(title="", text=words.stop))
    return Brief(
        title=words.greetings[facts.kind].format(name=f", {greeted}" if greeted else ""),
        opening=opening(facts, clock),
        parts=parts,
        closing=closing(facts, clock),
    )


def unsaid(facts: Facts) -> bool:
    """Whether nothing at all is said, since there is nothing to say and its reader wants no line that says so."""
    return facts.empty and facts.reader.silent and not facts.first


def numbered(line: Line) -> bool:
    """Whether its number is shown: more can be done with it than to ask about it."""
    return any(act is not Act.ASK for act in line.acts)


def _numbered(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Numbers that are shown are counted first, so that none is missing among them."""
    lines = sorted((line for part in parts for line in part.lines), key=lambda line: not numbered(line))
    numbers = {id(line): number for number, line in enumerate(lines, 1)}
    return tuple(
        part.model_copy(
            update={"lines": tuple(line.model_copy(update={"number": numbers[id(line)]}) for line in part.lines)}
        )
        for part in parts
    )


class _Composer:
    """One brief's parts, its lines not yet numbered. What stands in one part is not said again in another."""

    def __init__(self, facts: Facts, clock: Clock) -> None:
        self._facts = facts
        self._clock = clock
        self._done = {one.ref for one in facts.done}
        self._said: set[str] = set()

    def parts(self) -> Iterator[Part]:
        for section in _ORDER[self._facts.kind]:
            part = self._part(section)
            if part.lines or part.text:
                yield part

    def _part(self, section: str) -> Part:
        items = self._items(section)
        most = _MOST.get(section, _USUAL)
        texts = [self._before(section)]
        if len(items) > most:
            texts.append(self._clock.words.first_of.format(shown=most, all=len(items)))
        lines = tuple(self._line(section, one) for one in items[:most])
        return Part(title=self._title(section), lines=lines, text=" ".join(filter(None, texts)))

    def _items(self, section: str) -> Sequence[Item | Meeting]:
        found: Sequence[Item | Meeting] = getattr(self._facts, section)
        if section == "meetings":
            found = [one for one in self._facts.meetings if one.ends_at > self._facts.at]
        fresh = [one for one in found if one.ref not in self._said]
        self._said |= {one.ref for one in fresh}
        return fresh

    def _line(self, section: str, item: Item | Meeting) -> Line:
        kind = "done" if section == "priorities" and item.ref in self._done else section
        acts = () if self._facts.reader.room else ACTS[kind]
        text = line_of(kind, item, self._clock)
        return Line(number=0, section=section, ref=item.ref, text=text, acts=acts)

    def _before(self, section: str) -> str:
        evening = self._facts.kind is BriefKind.EVENING
        return day_in_short(self._facts, self._clock) if section == ("tomorrow" if evening else "meetings") else ""

    def _title(self, section: str) -> str:
        words, kind = self._clock.words, self._facts.kind
        if section in ("priorities", "meetings") and kind is BriefKind.AFTERNOON:
            section = "progress" if section == "priorities" else "later"
        if section == "tomorrow" and self._facts.next_day:
            day = self._clock.day(self._facts.next_day)
            return day[:1].upper() + day[1:]
        return (self._facts.reader.room and words.in_a_channel.get(section)) or words.titles[section]
