"""A brief says its facts, in the reader's zone and language, each once, and nothing of others becomes live."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from core.briefs.candidates import Candidate
from core.briefs.chat import shown
from core.briefs.composing import compose, numbered
from core.briefs.found import Found, FoundBroken, FoundLine, FoundTask
from core.briefs.gathering import gather
from core.briefs.models import Act, BriefKind, Facts, Gap, Item, Opportunity, Priority, Reader
from core.briefs.reasons import reasons
from core.briefs.rendering import as_markdown, as_text, links
from core.briefs.saying import quoted
from core.briefs.service import Made
from core.briefs.terms import Moment
from core.people.models import NAMELESS
from core.reminders.moments import zone_of
from tests.brief_facts import AFTERNOON, ANA, EVENING, MORNING, at, nothing

ALL = (MORNING, AFTERNOON, EVENING)
ZWSP = "\u200b"
GERMAN = ANA.model_copy(update={"language": "German"})


def refs(facts: Facts) -> list[str]:
    return [line.ref for line in compose(facts).lines]


@pytest.mark.parametrize("facts", ALL)
def test_each_thing_has_one_line_and_each_line_a_number_of_its_own(facts: Facts) -> None:
    lines = compose(facts).lines
    assert len({line.ref for line in lines}) == len(lines)
    assert sorted(line.number for line in lines) == list(range(1, len(lines) + 1))
    assert not any("\n" in line.text for line in lines)


@pytest.mark.parametrize("facts", ALL)
def test_the_numbers_that_are_shown_are_counted_from_one_without_a_gap(facts: Facts) -> None:
    shown = [line.number for line in compose(facts).lines if numbered(line)]
    assert shown == list(range(1, len(shown) + 1))


def test_the_morning_begins_with_the_three_priorities_and_says_why_each_is_there() -> None:
    first = compose(MORNING).parts[0]
    assert [line.ref for line in first.lines] == ["task:1", "task:2", "deal:3"]
    for line, priority in zip(first.lines, MORNING.priorities, strict=True):
        assert all(clause in line.text for clause in priority.why)
    assert first.lines[0].text.count("due") == 1
    assert "due Wed" in first.lines[1].text, "what the reasons do not say of the time is added"


def test_conflicts_and_free_time_stand_in_one_place_before_the_meetings() -> None:
    today = next(part for part in compose(MORNING).parts if part.lines and part.lines[0].section == "meetings")
    assert "Customer call: Northwind and Design review" in today.text
    assert "11:30–14:00, 15:00–18:00 (5 h 30)" in today.text


def test_the_afternoon_says_what_is_done_of_the_three_and_no_meeting_that_is_over() -> None:
    brief = compose(AFTERNOON)
    three = {line.ref: line for line in brief.parts[0].lines}
    assert three["task:1"].acts == (Act.ASK,)
    assert Act.DONE in three["task:2"].acts
    assert "1 of 3" in brief.opening
    assert "event:1" not in refs(AFTERNOON)
    assert "event:4" in refs(AFTERNOON)


def test_the_evening_says_the_wins_the_open_promises_and_the_first_meeting_of_tomorrow() -> None:
    brief = compose(EVENING)
    assert {"note:20", "note:9", "task:2"} <= set(refs(EVENING))
    assert "Standup" in next(part.text for part in brief.parts if "09:00" in part.text)


def test_a_brief_that_was_missed_is_said_in_the_next() -> None:
    opening = compose(EVENING).opening
    assert "afternoon" in opening
    assert "Fri 20 Nov" in opening


def test_the_first_brief_says_how_to_stop_them_and_no_other_does() -> None:
    assert "brief off" in as_markdown(compose(MORNING.model_copy(update={"first": True})))
    assert "brief off" not in as_markdown(compose(MORNING))


@pytest.mark.parametrize("kind", BriefKind)
def test_nothing_to_say_is_one_short_line(kind: BriefKind) -> None:
    brief = compose(nothing(kind))
    assert brief.parts == ()
    assert 0 < len(brief.opening) < 80


def test_times_are_those_of_the_readers_clock() -> None:
    tokyo = MORNING.model_copy(update={"reader": ANA.model_copy(update={"zone": "Asia/Tokyo"})})
    text = as_text(compose(tokyo))
    assert "17:00–17:15 Standup" in text


@pytest.mark.parametrize("facts", ALL)
def test_who_chose_german_is_written_to_in_german_about_the_same_things(facts: Facts) -> None:
    german = facts.model_copy(update={"reader": GERMAN})
    assert refs(german) == refs(facts)
    assert "fällig" in as_text(compose(german))
    assert not any(word in as_text(compose(german)) for word in ("tomorrow", "Good ", "promise"))


def test_a_channels_brief_greets_nobody_by_name_and_has_nothing_to_press() -> None:
    room = MORNING.model_copy(update={"reader": ANA.model_copy(update={"room": "slack/T1/C1"})})
    brief = compose(room)
    assert "Ana" not in brief.title
    assert all(line.acts == () for line in brief.lines)


HOSTILE = "<!channel> @everyone [pay here](https://evil.example/x) **bold** `code`\n# title <@U2> www.evil.example"


def test_what_others_wrote_pings_nobody_and_leads_nowhere() -> None:
    asks = (Item(ref="note:7", text=HOSTILE, who="@here [x](https://evil.example)", link="javascript:alert(1)"),)
    brief = compose(MORNING.model_copy(update={"asks": asks}))
    text = as_markdown(brief)
    (line,) = (line for line in brief.lines if line.ref == "note:7")
    assert not any(sign in line.text for sign in ("<", "](", "`", "**", "\n"))
    assert "@everyone" not in line.text
    assert not any("evil" in link or "javascript" in link for link in links(brief))
    assert "https://evil" not in text


def test_only_links_of_ours_and_known_places_to_meet_can_be_followed() -> None:
    meeting = MORNING.meetings[0].model_copy(update={"url": "https://evil.example/join"})
    brief = compose(MORNING.model_copy(update={"meetings": (meeting,)}))
    assert [link.split("/")[2] for link in links(brief)] == ["acme.slack.com"]
    assert "https://meet.google.com/abc-defg-hij" in links(compose(MORNING))


def test_a_long_text_is_cut_to_what_a_phone_shows() -> None:
    item = Item(ref="note:7", text="word " * 100)
    brief = compose(MORNING.model_copy(update={"asks": (item,)}))
    (line,) = (line for line in brief.lines if line.ref == "note:7")
    assert len(line.text) <= 64


@pytest.mark.parametrize("facts", ALL)
def test_plain_text_is_wrapped_at_76(facts: Facts) -> None:
    text = as_text(compose(facts))
    assert all(len(row) <= 76 or "https://" in row for row in text.splitlines())
    assert "**" not in text


def test_more_than_fits_is_counted() -> None:
    asks = tuple(Item(ref=f"note:{number}", text=f"Question {number}") for number in range(100, 112))
    brief = compose(MORNING.model_copy(update={"asks": asks}))
    part = next(part for part in brief.parts if part.lines and part.lines[0].section == "asks")
    assert str(len(part.lines)) in part.text
    assert "12" in part.text


def test_a_deadline_that_has_passed_is_said_to_have_passed() -> None:
    late = MORNING.model_copy(
        update={"commitments": (Item(ref="note:9", text="x", due_at=MORNING.at - timedelta(days=1)),)}
    )
    (line,) = (line for line in compose(late).lines if line.ref == "note:9")
    assert "was due yesterday" in line.text


def reasons_of(**changes: object) -> str:
    priority = MORNING.priorities[0].model_copy(update={"who": "", **changes})
    return compose(MORNING.model_copy(update={"priorities": (priority,)})).parts[0].lines[0].text.partition(" · ")[2]


def test_when_and_how_long_are_said_in_one_way() -> None:
    due = MORNING.at + timedelta(hours=8)
    why = ("due today at 15:00, and takes 45 minutes", "you promised it")
    assert reasons_of(why=why, due_at=due, minutes=45) == "due today 16:00, you promised it, 45 min"
    why = ("you promised it", "due today at 15:00", "takes 15 minutes")
    assert reasons_of(why=why, due_at=due, minutes=15) == "you promised it, due today 16:00, 15 min"
    assert reasons_of(why=(), due_at=due, minutes=None) == "due today 16:00"
    assert reasons_of(why=("needs a clear head, and it is morning",), due_at=None, minutes=None).startswith("needs")


def test_an_amount_is_never_cut_within_a_reason() -> None:
    one = Candidate(
        ref="deal:1", text="Call Marcus", created_at=MORNING.at - timedelta(days=9),
        deal_name="Forty courier bikes for the whole of the city and its surroundings", deal_value=1_162_000,
        deal_currency="USD", deal_stage="negotiation", deal_closes_on=date(2026, 12, 24),
    )  # fmt: skip
    moment = Moment(MORNING.at, zone_of(ANA.zone))
    (why,) = reasons(one, moment, {"deal": 0.5})
    text = reasons_of(why=(why,), due_at=None, minutes=20)
    assert "(1,162,000 USD, negotiation) closes on Thursday, 24 December, 20 min" in text


def test_a_length_stays_on_one_line_of_plain_text() -> None:
    for width in range(20):
        opening = "x" * (50 + width) + " takes 8 h 45 of the day"
        assert "8 h 45" in as_text(compose(MORNING).model_copy(update={"opening": opening}))


def test_who_is_to_be_told_what_is_a_priority_is_not_proposed_for_that_again() -> None:
    found = Found(since=MORNING.at, tasks=[FoundTask(1, "Tell Kenji", MORNING.at, promised=True)])
    kenji = Opportunity(
        ref="contact:1", text="Get in touch with Kenji", contact="Kenji", why=("you promised: “Tell Kenji”",)
    )
    other = kenji.model_copy(update={"why": (*kenji.why, "the birthday is today")})
    for given, told in ((kenji, ()), (other, (other,))):
        facts = gather(ANA, BriefKind.MORNING, MORNING.at, replace(found, outreach=(given,)))
        assert facts.outreach == told


def test_of_a_calendar_that_is_not_known_nothing_is_said_to_be_free() -> None:
    found = Found(since=MORNING.at, tasks=[FoundTask(1, "Call Ben", MORNING.at)])
    for kind in BriefKind:
        facts = gather(ANA, kind, MORNING.at, found)
        text = as_text(compose(facts))
        assert facts.gaps == ()
        assert "free" not in text.casefold()
        assert "No meetings" not in text


def test_free_time_is_proposed_for_what_can_be_done_in_it_before_it_is_due() -> None:
    urgent = MORNING.priorities[0].model_copy(update={"text": "Measure", "due_at": AFTERNOON.at, "minutes": 90})
    later = MORNING.priorities[1].model_copy(update={"text": "Review", "minutes": 30, "due_at": None})
    gaps = (Gap(starts_at=at(23, 13), ends_at=at(23, 14)), Gap(starts_at=at(23, 15), ends_at=at(23, 18)))

    def proposed(*priorities: Priority) -> str:
        facts = MORNING.model_copy(update={"gaps": gaps, "meetings": (), "priorities": priorities})
        return compose(facts).closing

    assert "13:00–14:00 is free: a good time for “Review”" in proposed(urgent, later)
    assert "“Measure”" not in proposed(urgent)
    overdue = urgent.model_copy(update={"due_at": at(22, 12)})
    assert "15:00–18:00 is free: a good time for “Measure”" in proposed(overdue, later)


def test_what_others_asked_is_quoted_with_a_link_who_and_since_when() -> None:
    for reader, said in (
        (ANA, "Ben · due tomorrow · since yesterday 17:20"),
        (GERMAN, "Ben · fällig morgen · seit gestern 17:20"),
    ):
        ask = Item(ref="message:4", text="Can *you* look <@U9>?", who="Ben", at=at(22, 17, 20), due_at=at(24, 18),
                   link="https://slack.com/app_redirect?team=T1&channel=C1&message_ts=3.0")  # fmt: skip
        (line,) = compose(nothing(reader=reader).model_copy(update={"asks": (ask,)})).lines
        assert line.text == f"[Can you look ‹{ZWSP}@U9›?]({ask.link}) · {said}"
        assert line.acts == (Act.DONE, Act.SNOOZE, Act.DISMISS, Act.ASK)


def test_a_calendar_that_cannot_be_read_is_told_with_how_to_mend_it() -> None:
    for reader, said in (
        (ANA, "Work could not be read since Sat 21 Nov: what is new in it is missing. `calendar list` says"),
        (GERMAN, "Work lässt sich seit Sa, 21. Nov. nicht lesen: Neues darin fehlt hier. `calendar list` sagt"),
    ):
        broken = Item(ref="calendar:2", text="Work", at=at(21, 9))
        (line,) = compose(nothing(reader=reader).model_copy(update={"broken": (broken,)})).lines
        assert line.text.startswith(said)
        assert not numbered(line)


def test_a_calendar_that_cannot_be_read_is_told_once_and_again_when_it_could_be_in_between() -> None:
    calendar = FoundBroken(2, "Work", at(21, 9))
    told = FoundLine("calendar:2", "broken", "morning", date(2026, 11, 22))
    for lines, since, number in (((), at(21, 9), 1), ((told,), at(21, 9), 0), ((told,), at(23, 1), 1)):
        found = Found(since=MORNING.at, broken=[replace(calendar, since=since)], lines=lines)
        assert len(gather(ANA, BriefKind.MORNING, MORNING.at, found).broken) == number


def test_a_brief_that_is_not_kept_has_letters_and_one_that_is_has_numbers() -> None:
    made = Made(facts=MORNING, brief=compose(MORNING))
    unkept, kept = shown(made), shown(made, 7)
    assert "**A. Send" in unkept.text
    assert "**1." not in unkept.text
    assert {button.label for button in unkept.buttons} >= {"Done A"}
    assert "**1. Send" in kept.text
    assert not {"Done A", "Done B"} & {button.label for button in kept.buttons}


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u2067"])
def test_no_words_of_others_turn_the_rest_of_a_line_around(mark: str) -> None:
    assert mark not in quoted(f"send {mark}the draft")
    assert quoted("שלח לבן את החוזה") == "שלח לבן את החוזה"


def test_who_has_no_name_is_greeted_without_one() -> None:
    reader = Reader(org_id=1, person_id=1, name=NAMELESS, zone="UTC")
    at = datetime(2026, 11, 24, 8, tzinfo=UTC)
    facts = Facts(kind=BriefKind.MORNING, reader=reader, at=at, local_date=at.date())
    assert compose(facts).title == "Good morning"
