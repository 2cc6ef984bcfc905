from __future__ import annotations

from collections.abc import Mapping

import pytest

from adapters.discord.limits import Limits

ROUTE = "POST /channels/{channel}/messages"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> Limits:
    return Limits(clock)


def headers(remaining: int, reset: float, bucket: str = "b1") -> Mapping[str, str]:
    return {
        "X-RateLimit-Remaining": str(remaining), "X-RateLimit-Reset-After": str(reset), "X-RateLimit-Bucket": bucket,
    }  # fmt: skip


def test_what_is_not_known_may_be_called(limits: Limits) -> None:
    assert limits.wait(ROUTE, "1") == 0
    limits.learn(ROUTE, "1", {})
    limits.learn(ROUTE, "1", {"X-RateLimit-Remaining": "many", "X-RateLimit-Reset-After": "soon"})
    assert limits.wait(ROUTE, "1") == 0


def test_an_empty_bucket_waits_until_it_is_filled(limits: Limits, clock: Clock) -> None:
    limits.learn(ROUTE, "1", headers(0, 4.5))
    assert limits.wait(ROUTE, "1") == 4.5
    clock.now += 4.5
    assert limits.wait(ROUTE, "1") == 0


def test_calls_on_their_way_count(limits: Limits) -> None:
    limits.learn(ROUTE, "1", headers(2, 5))
    assert [limits.wait(ROUTE, "1") > 0 for _ in range(3)] == [False, False, True]
    limits.learn(ROUTE, "1", headers(1, 5))  # an answer that was sent before the last call arrived
    assert limits.wait(ROUTE, "1") > 0


def test_each_channel_has_a_bucket_of_its_own(limits: Limits) -> None:
    limits.learn(ROUTE, "1", headers(0, 5))
    assert limits.wait(ROUTE, "2") == 0


def test_routes_of_one_bucket_share_it(limits: Limits) -> None:
    other = "PATCH /channels/{channel}/messages/{message}"
    limits.learn(other, "1", headers(3, 5))
    limits.learn(ROUTE, "1", headers(0, 5))
    assert limits.wait(other, "1") > 0


def test_a_refusal_counts_for_its_route_or_for_all(limits: Limits, clock: Clock) -> None:
    limits.refused(ROUTE, "1", 3, everything=False)
    assert (limits.wait(ROUTE, "1"), limits.wait(ROUTE, "2")) == (3, 0)
    limits.refused(ROUTE, "1", 10, everything=True)
    assert limits.wait("GET /users/@me", "") == 10
    clock.now += 10
    assert limits.wait("GET /users/@me", "") == 0


def test_buckets_that_are_full_again_are_forgotten(limits: Limits, clock: Clock) -> None:
    for number in range(2_001):
        limits.learn(ROUTE, str(number), headers(0, 1))
    clock.now += 2
    limits.learn(ROUTE, "last", headers(0, 1))
    assert len(limits._buckets) == 1
