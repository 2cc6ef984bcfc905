"""What makes one memory fit a question better than another, all else being equal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.memory.asking import Span
from core.memory.models import Candidate, Candidates
from core.memory.ranking import Question, bm25, ranked

SAID = datetime(2026, 11, 26, tzinfo=UTC)
ASKED = Question(frozenset({"walrus", "project"}), {"walrus": 1, "project": 90})


def candidate(number: int, words: Mapping[str, int] | None = None, **changes: object) -> Candidate:
    fields = {"speaker": "", "own": False, "said_at": SAID, "importance": 0.5, "asks": False, "length": 8, **changes}
    return Candidate(id=number, words=words or {}, **fields)  # type: ignore[arg-type]


def order(question: Question, *found: Candidate, runs: tuple[tuple[int, ...], ...] = ()) -> list[int]:
    return [number for number, _ in ranked(question, Candidates(found, runs))]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"words": {"walrus": 1}}, {"words": {"project": 1}}),
        ({"words": {"walrus": 1, "project": 1}}, {"words": {"walrus": 2}}),
        ({"words": {"walrus": 1}, "length": 8}, {"words": {"walrus": 1}, "length": 80}),
        ({"similarity": 0.5}, {"similarity": 0.3}),
        ({"similarity": 0.0}, {"asks": True}),
        ({"importance": 0.9}, {"importance": 0.1}),
        ({"speaker": "Ana"}, {"speaker": "Bo"}),
        ({"own": True}, {"own": False}),
        ({"said_at": SAID}, {"said_at": SAID.replace(month=1)}),
    ],
)
def test_all_else_being_equal(better: dict[str, object], worse: dict[str, object]) -> None:
    span = Span(date(2026, 11, 1), date(2026, 11, 30), after=0)
    asked = Question(ASKED.words, ASKED.holders, frozenset({"Ana"}), own=True, spans=[span])
    assert order(asked, candidate(1, **better), candidate(2, **worse)) == [1, 2]  # type: ignore[arg-type]


def test_that_something_is_ones_own_does_not_make_it_fit() -> None:
    asked = Question(ASKED.words, ASKED.holders, own=True)
    (_, own), (_, other) = ranked(asked, Candidates((candidate(1, own=True), candidate(2))))
    assert own == other


def test_the_newer_of_two_that_fit_the_same_comes_first() -> None:
    assert order(ASKED, candidate(1), candidate(3), candidate(2)) == [3, 2, 1]


def test_what_stands_beside_something_that_fits_comes_before_what_does_not() -> None:
    fits = candidate(1, {"walrus": 1})
    found = [fits, *map(candidate, range(2, 7))]
    assert order(ASKED, *found, runs=((1, 2, 3, 4),)) == [1, 2, 3, 6, 5, 4]
    assert order(ASKED, *found, runs=((4, 3, 2, 1),)) == [1, 2, 3, 6, 5, 4]


def test_what_follows_a_question_that_fits_comes_before_what_was_said_before_it() -> None:
    asks = candidate(2, {"walrus": 1}, asks=True)
    assert order(ASKED, candidate(3), asks, candidate(1), runs=((3, 2, 1),)) == [2, 1, 3]


def test_a_pair_that_is_in_several_runs_counts_once() -> None:
    found = Candidates((candidate(1, {"walrus": 1}), candidate(2)), ((1, 2),))
    several = Candidates(found.found, ((1, 2), (1, 2), (1, 2, 9)))
    assert ranked(ASKED, several) == ranked(ASKED, found)


def test_what_stands_in_a_run_and_was_not_found_is_left_out() -> None:
    assert order(ASKED, candidate(1), runs=((7, 1, 8),)) == [1]


@given(
    st.lists(
        st.builds(
            candidate,
            st.integers(),
            st.dictionaries(st.sampled_from(["walrus", "project", "x"]), st.integers(1, 9)),
            length=st.integers(0, 500),
            similarity=st.floats(-1, 1),
        ),
        max_size=8,
        unique_by=lambda one: one.id,
    )
)
def test_each_candidate_is_ranked_once_and_the_best_first(found: list[Candidate]) -> None:
    scored = ranked(ASKED, Candidates(tuple(found)))
    assert sorted(number for number, _ in scored) == sorted(one.id for one in found)
    assert [score for _, score in scored] == sorted((score for _, score in scored), reverse=True)


@given(
    st.sets(st.sampled_from("abcdef"), min_size=1),
    st.integers(1, 60),
    st.dictionaries(st.sampled_from("abc"), st.integers(1, 10**6)),
)
def test_one_that_holds_each_word_once_has_about_the_whole(
    words: set[str], length: int, holders: dict[str, int]
) -> None:
    (score,) = bm25([candidate(1, dict.fromkeys(words, 1), length=length)], frozenset(words), holders)
    assert score == pytest.approx(1.0)
