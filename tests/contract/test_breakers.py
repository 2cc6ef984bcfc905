"""What the port promises of breakers, kept by pybreaker."""

import asyncio
import time

import pytest

from adapters.llm.breakers import NEUTRAL, UNWELL, PyBreakers
from core.routing.models import ErrorClass, ModelError
from core.routing.ports import Breaker, Breakers

FOREVER = 3_600.0
SOON = 0.05


def fail(breaker: Breaker, kind: ErrorClass = ErrorClass.SERVER) -> None:
    with pytest.raises(ModelError) as caught, breaker.attempt():
        raise ModelError(kind)
    assert caught.value.kind is kind


def succeed(breaker: Breaker) -> None:
    with breaker.attempt():
        pass


def assert_open(breaker: Breaker) -> None:
    with pytest.raises(ModelError) as caught, breaker.attempt():
        pytest.fail("the call was let through")
    assert caught.value.kind is ErrorClass.BREAKER_OPEN


def wait_half_open(breakers: PyBreakers, remote: str) -> None:
    while breakers.states()[remote] != "half-open":
        time.sleep(0.01)


def tripped(reset_seconds: float) -> tuple[PyBreakers, Breaker]:
    breakers = PyBreakers(fail_max=1, reset_seconds=reset_seconds)
    breaker = breakers("m")
    fail(breaker)
    return breakers, breaker


def test_it_is_the_port() -> None:
    port: Breakers = PyBreakers()
    assert port("a") is port("a")
    assert port("a") is not port("b")


@pytest.mark.parametrize("kind", sorted(UNWELL))
def test_failures_in_a_row_open_the_circuit(kind: ErrorClass) -> None:
    breakers = PyBreakers(fail_max=3, reset_seconds=FOREVER)
    for _ in range(3):
        fail(breakers("m"), kind)
    assert_open(breakers("m"))
    assert breakers.states() == {"m": "open"}


@pytest.mark.parametrize("kind", sorted(set(ErrorClass) - UNWELL))
def test_errors_that_say_nothing_of_health_never_open_it(kind: ErrorClass) -> None:
    breakers = PyBreakers(fail_max=1, reset_seconds=FOREVER)
    for _ in range(3):
        fail(breakers("m"), kind)
    assert breakers.states() == {"m": "closed"}


def test_every_error_class_is_sorted() -> None:
    answers = {ErrorClass.CONTEXT, ErrorClass.BAD_REQUEST, ErrorClass.REFUSED}
    assert UNWELL | NEUTRAL | answers == set(ErrorClass)
    assert not UNWELL & NEUTRAL


def test_success_between_failures_starts_the_count_again() -> None:
    breakers = PyBreakers(fail_max=2, reset_seconds=FOREVER)
    for _ in range(3):
        fail(breakers("m"))
        succeed(breakers("m"))
    assert breakers.states() == {"m": "closed"}


def test_uncalled_attempts_do_not_start_the_count_again() -> None:
    breakers = PyBreakers(fail_max=2, reset_seconds=FOREVER)
    fail(breakers("m"))
    fail(breakers("m"), ErrorClass.BUDGET)
    fail(breakers("m"))
    assert_open(breakers("m"))


def test_one_remote_does_not_open_another() -> None:
    breakers, _ = tripped(FOREVER)
    succeed(breakers("other"))
    assert breakers.states() == {"m": "open", "other": "closed"}


async def test_half_open_lets_exactly_one_probe_through() -> None:
    breakers, breaker = tripped(SOON)
    wait_half_open(breakers, "m")
    asked, refused = [], []
    finish, seen = asyncio.Event(), asyncio.Semaphore(0)

    async def call(number: int) -> None:
        try:
            with breaker.attempt():
                asked.append(number)
                seen.release()
                await finish.wait()
        except ModelError as error:
            refused.append(error.kind)
            seen.release()

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(call(number))
        for _ in range(5):
            await seen.acquire()
        assert breakers.states() == {"m": "half-open"}
        finish.set()
    assert asked == [0]
    assert refused == [ErrorClass.BREAKER_OPEN] * 4
    assert breakers.states() == {"m": "closed"}


def test_failed_probe_opens_it_again() -> None:
    opened: list[tuple[str, float]] = []
    breakers = PyBreakers(fail_max=3, reset_seconds=SOON, on_open=lambda remote, secs: opened.append((remote, secs)))
    for _ in range(3):
        fail(breakers("m"))
    wait_half_open(breakers, "m")
    fail(breakers("m"))
    assert opened == [("m", SOON), ("m", SOON)]
    wait_half_open(breakers, "m")
    succeed(breakers("m"))
    assert breakers.states() == {"m": "closed"}


async def test_cancelled_probe_neither_closes_nor_blocks() -> None:
    breakers, breaker = tripped(SOON)
    wait_half_open(breakers, "m")
    entered = asyncio.Event()

    async def probe() -> None:
        with breaker.attempt():
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(probe())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert breakers.states() == {"m": "half-open"}
    succeed(breaker)
    assert breakers.states() == {"m": "closed"}


def test_call_that_began_before_the_circuit_opened_ends_as_it_ends() -> None:
    breakers = PyBreakers(fail_max=1, reset_seconds=FOREVER)
    with breakers("m").attempt():
        fail(breakers("m"))
    assert_open(breakers("m"))


def test_on_open_is_told_once_per_opening() -> None:
    opened: list[str] = []
    breakers = PyBreakers(fail_max=2, reset_seconds=FOREVER, on_open=lambda remote, _: opened.append(remote))

    def late_failure() -> None:
        with breakers("m").attempt():
            fail(breakers("m"))
            assert opened == []
            fail(breakers("m"))
            raise ModelError(ErrorClass.SERVER)

    with pytest.raises(ModelError):
        late_failure()
    assert_open(breakers("m"))
    assert opened == ["m"]


def test_hint_of_another_process_is_heeded_while_it_lasts() -> None:
    unwell = {"m"}
    breakers = PyBreakers(hint=unwell.__contains__)
    assert_open(breakers("m"))
    succeed(breakers("other"))
    unwell.clear()
    succeed(breakers("m"))
