"""Learning what the terms weigh: only on evidence that stays valid under peeking, within bounds, and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import numpy as np
import pytest

from bot.evals.logistic import minimum
from core.briefs.priorities import DEFAULTS
from core.briefs.weights import (
    ALPHA,
    BLOCK,
    LEAST,
    MOST,
    NAMES,
    STEP,
    Acted,
    Evidence,
    effective,
    fit,
    gain,
    learn,
    objective,
    pairs,
)

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
BASE = np.array([DEFAULTS[name] for name in NAMES])
TASTE = {"urgency": 0.1, "importance": 0.2, "deal": 4.0}


def acts(count: int, seed: int, taste: Mapping[str, float] | None = None, start: int = 0) -> list[Acted]:
    """What somebody does with lines whose terms are by chance; without a taste, it has nothing to do with them."""
    chance = np.random.default_rng(seed)
    liked = BASE * [(taste or {}).get(name, 1.0) for name in NAMES]
    found = []
    for number in range(start, start + count):
        terms = chance.beta(0.8, 0.8, len(NAMES)).round(3)
        odds = 20.0 * float((terms - 0.5) @ liked) / liked.sum() if taste else 0.4
        yes = chance.random() < 1 / (1 + np.exp(-odds))
        act = "done" if yes else str(chance.choice(["dismiss", "snooze"]))
        at = START + timedelta(hours=7 * number)
        found.append(Acted(terms=dict(zip(NAMES, terms, strict=True)), act=act, shown_at=at, acted_at=at))
    return found


def looked(told: Sequence[Acted], chosen: Mapping[str, float] | None = None) -> list[Evidence]:
    """What is known after each block, with a look after every one."""
    found = [Evidence()]
    for end in range(BLOCK, len(told) + 1, BLOCK):
        found.append(learn(found[-1], told[:end], chosen or {}))
    return found


def test_the_slope_of_the_fit_is_that_of_its_loss() -> None:
    chance = np.random.default_rng(1)
    rows, offset, weights = chance.normal(size=(30, 9)), chance.normal(size=30), chance.random(30)
    at, small = chance.normal(size=9) / 4, 1e-6
    slope = objective(at, rows, offset, weights)[1]
    for index, step in enumerate(np.eye(9) * small):
        up, down = (objective(at + sign * step, rows, offset, weights)[0] for sign in (1, -1))
        assert slope[index] == pytest.approx((up - down) / (2 * small), rel=1e-4, abs=1e-6)


def test_the_fit_is_where_another_method_finds_the_least_loss() -> None:
    history = pairs(acts(12, 3, {"deal": 2.0}))
    found = np.array(list(fit(history, {}).values())) / BASE - 1
    assert LEAST - 1 < found.min() <= found.max() < MOST - 1  # no bound is met: the other method knows of none
    rows = 8.0 * history[0] / BASE.sum()
    other = minimum(lambda at: objective(at, rows * BASE, rows @ BASE, history[1]), np.zeros(9), 100)
    assert found == pytest.approx(other, abs=5e-3)


def test_without_a_pair_the_fit_is_the_defaults() -> None:
    none = np.zeros((0, 9)), np.zeros(0)
    assert fit(none, {}) == pytest.approx(dict(DEFAULTS))


def test_if_the_labels_of_a_block_are_swapped_in_all_ways_nothing_is_gained_on_average() -> None:
    """What the evidence stands on, for any two weightings: each swap is as probable if the terms say nothing."""
    chance = np.random.default_rng(5)
    for seed in range(4):
        block = acts(6, seed)
        new, old = ({name: float(chance.random()) for name in NAMES} for _ in range(2))
        swapped = [
            gain([one.model_copy(update={"act": act}) for one, act in zip(block, order, strict=True)], new, old)
            for order in permutations([one.act for one in block])
        ]
        assert np.mean(swapped) == pytest.approx(0, abs=1e-12)
        assert max(map(abs, swapped)) <= 1 + 1e-12


def test_who_does_nothing_with_a_line_says_nothing_of_it() -> None:
    told = acts(80, 7, {"deal": 4.0, "urgency": 0.2})
    silent = [one.model_copy(update={"act": ""}) for one in acts(200, 8)]
    late = [one.model_copy(update={"act": "done", "acted_at": one.acted_at + timedelta(days=3)}) for one in acts(40, 9)]
    mixed = sorted((*told, *silent, *late), key=lambda one: one.acted_at)
    assert learn(Evidence(), mixed, {}) == learn(Evidence(), told, {})


def test_nothing_is_counted_twice_however_often_one_looks() -> None:
    told = acts(83, 11, {"waits": 3.0})
    at_once, often = learn(Evidence(), told, {}), Evidence()
    for end in range(len(told) + 1):
        often = learn(often, told[:end], {})
    assert often == at_once
    assert learn(at_once, told, {}) == at_once
    assert at_once.blocks == 83 // BLOCK


def test_a_weight_moves_by_small_steps_and_never_beyond_half_or_twice_its_default() -> None:
    steps = looked(acts(400, 13, {"deal": 40.0, "urgency": 0.0, "importance": 0.0}))
    before = BASE
    for one in steps[1:]:
        now = np.array([one.candidate[name] for name in NAMES])
        assert (np.abs(now - before) <= STEP * BASE + 1e-9).all()
        assert (now >= LEAST * BASE - 1e-9).all()
        assert (now <= MOST * BASE + 1e-9).all()
        before = now
    assert steps[-1].candidate["deal"] > 1.5 * DEFAULTS["deal"]


def test_a_weight_that_was_set_by_hand_is_never_learnt() -> None:
    chosen = {"urgency": 9.0}
    last = looked(acts(400, 17, {"deal": 6.0, "urgency": 0.1}), chosen)[-1]
    assert last.candidate["urgency"] == DEFAULTS["urgency"]
    assert effective(chosen, last.candidate)["urgency"] == 9.0


def test_a_clear_taste_is_applied_and_orders_what_comes_later_better() -> None:
    for seed in range(5):
        last = looked(acts(400, 100 + seed, TASTE))[-1]
        assert last.applied_at is not None
        differences, weights = pairs(acts(300, 900 + seed, TASTE))
        agreed = [
            float(weights @ (differences @ np.array([which[name] for name in NAMES]) > 0)) / weights.sum()
            for which in (effective({}, last.learnt), DEFAULTS)
        ]
        assert agreed[0] > agreed[1] + 0.03


def test_what_is_applied_is_taken_back_when_it_orders_worse_than_the_defaults() -> None:
    """Somebody who always does what the learnt weights, and not the defaults, put last."""
    told = acts(240, 21, TASTE)
    now, number = looked(told)[-1], 0
    assert now.applied_at is not None
    while now.learnt and number < 40:
        block = acts(BLOCK, 30_000 + number, start=len(told))
        learnt, usual = np.array([now.learnt[name] for name in NAMES]), BASE
        liked = [
            float(np.array([one.terms[name] for name in NAMES]) @ (usual / usual.sum() - learnt / learnt.sum()))
            for one in block
        ]
        middle = float(np.median(liked))
        told += [
            one.model_copy(update={"act": "done" if much > middle else "dismiss"})
            for one, much in zip(block, liked, strict=True)
        ]
        now, number = learn(now, told, {}), number + 1
    assert 0 < number < 40
    assert now.learnt == {}
    assert now.strength == 1.0  # what was shown for it before counts no more
    assert now.counted_to == told[-1].acted_at


def test_what_is_applied_follows_a_taste_that_turns() -> None:
    other_way = {"urgency": 4.0, "deal": 0.05}
    steps = looked([*acts(240, 21, TASTE), *acts(480, 22, other_way, start=240)])
    turned, last = steps[240 // BLOCK], steps[-1]
    assert turned.candidate["deal"] > DEFAULTS["deal"] > last.candidate["deal"]
    assert turned.candidate["urgency"] < DEFAULTS["urgency"] < last.candidate["urgency"]


@pytest.mark.slow
def test_acts_that_have_nothing_to_do_with_the_terms_change_nothing_in_19_of_20_people() -> None:
    """Looked at after every block for 240 acts, about a year; the bound holds for any number of looks."""
    people = 400
    applied = sum(any(one.applied_at for one in looked(acts(240, 10_000 + seed))) for seed in range(people))
    error = np.sqrt(ALPHA * (1 - ALPHA) / people)
    assert applied / people <= ALPHA + 2 * error


@pytest.mark.slow
def test_a_clear_taste_is_found_in_nearly_everybody_within_a_year() -> None:
    found = [any(one.applied_at for one in looked(acts(400, 20_000 + seed, TASTE))) for seed in range(40)]
    assert np.mean(found) >= 0.95
