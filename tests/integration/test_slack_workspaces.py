"""Several workspaces in one Robbie, over the real app between doubles: each is answered with its own token."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from adapters.doubles.slack import error
from adapters.doubles.slack.team import Team
from adapters.postgres.roles import RoleUrls
from bot.health import Health
from tests.shown import shown
from tests.slack_installs import Floor, floor_of
from tests.web_room import served


@pytest.fixture
async def floor(roles: RoleUrls, tmp_path: Path) -> AsyncIterator[Floor]:
    async with floor_of(roles, tmp_path) as floor:
        yield floor


async def state_of(floor: Floor, tenant: str) -> list[object]:
    return [
        row["state"]
        for row in await floor.rows("SELECT tenant, state FROM outbox ORDER BY id")
        if row["tenant"] == tenant
    ]


async def test_two_workspaces_in_one_process_are_each_answered_with_their_own_token(floor: Floor) -> None:
    first, second = floor.slack, floor.slack.add_team("T2", "Globex", installed=False)
    app = await floor.open()
    for team in (first, second):
        assert (await floor.install(app, team)).status_code == 200
    await asyncio.gather(
        floor.answered(first, "from one", "You said: from one"),
        floor.answered(second, "from two", "You said: from two"),
    )
    assert len(first.messages("C1")) == len(second.messages("C1T2")) == 2
    assert {call.error for call in floor.slack.calls} == {""}


async def test_a_workspace_beside_the_one_of_the_settings(floor: Floor) -> None:
    second = floor.slack.add_team("T2", "Globex", installed=False)
    app = await floor.open(home=True)
    await floor.answered(floor.slack, "at home", "You said: at home")
    await floor.install(app, second)
    await floor.answered(second, "elsewhere", "You said: elsewhere")
    await floor.answered(floor.slack, "at home again", "You said: at home again")


async def test_what_is_meant_for_one_workspace_never_goes_out_with_the_token_of_another(floor: Floor) -> None:
    """Even where the same channel exists in both, as one that they share does, and one of the tokens is gone."""
    second = floor.slack.add_team("T2", "Globex")
    second.add_channel("C1")
    app = await floor.open(home=True)
    await floor.install(app, second)
    await floor.answered(second, "to begin with", "You said: to begin with")
    second.uninstall()
    await second.say("U1T2", "C1", f"<@{second.bot_user}> anybody there?")
    await floor.answered(floor.slack, "and here?", "You said: and here?")
    assert [m.text for m in floor.slack.bot_messages("C1")] == ["You said: and here?"]
    assert not second.bot_messages("C1")


async def test_a_workspace_that_was_never_installed_is_not_served(floor: Floor) -> None:
    stranger = floor.slack.add_team("T9")
    await floor.open(home=True)
    await stranger.say("U1T9", "C1T9", f"<@{stranger.bot_user}> hello")
    await floor.answered(floor.slack, "hello", "You said: hello")
    assert await floor.rows("SELECT tenant FROM conversations") == [{"tenant": "T1"}]


async def test_with_its_token_known_a_message_costs_no_further_look_at_the_database_or_slack(floor: Floor) -> None:
    second = floor.slack.add_team("T2", installed=False)
    app = await floor.open(home=True)
    await floor.install(app, second)
    for team in (floor.slack, second):
        await floor.answered(team, "one", "You said: one")
    asked = len(floor.slack.called("auth.test"))
    async with await psycopg.AsyncConnection.connect(floor.roles.owner) as owner:
        await owner.execute("ALTER TABLE installations RENAME TO away")
    for team in (floor.slack, second):
        await floor.answered(team, "two", "You said: two")
    assert len(floor.slack.called("auth.test")) == asked


@pytest.mark.parametrize("how", ["uninstall", "revoke_tokens"])
async def test_a_removed_app_is_forgotten_at_once_and_the_operator_sees_it(floor: Floor, how: str) -> None:
    second = floor.slack.add_team("T2", "Globex", installed=False)
    app = await floor.open(home=True)
    await floor.install(app, second)
    await floor.answered(second, "hello", "You said: hello")
    getattr(second, how)()
    await gone(floor, "T2")
    state = (await Health(app).state())["slack_workspaces"]
    assert isinstance(state, dict)
    assert (state["installed"], list(state["removed"])) == (0, ["T2"])
    assert (await Health(app).state())["ready"]
    await floor.answered(floor.slack, "still here?", "You said: still here?")
    assert (
        len(
            await floor.rows(
                "SELECT 1 FROM messages JOIN conversations ON conversations.id = conversation_id WHERE tenant = 'T2'"
            )
        )
        == 2
    )


async def gone(floor: Floor, tenant: str) -> None:
    async with asyncio.timeout(30):
        while await floor.rows(f"SELECT 1 FROM installations WHERE tenant = '{tenant}' AND sealed IS NOT NULL"):
            await asyncio.sleep(0.02)


async def next_second() -> None:
    """Slack's clock tells an install from a removal by the second."""
    now = int(time.time())
    while int(time.time()) == now:
        await asyncio.sleep(0.02)


async def failed(floor: Floor, tenant: str) -> dict[str, object]:
    """The outbox row that failed."""
    async with asyncio.timeout(30):
        while not (
            found := await floor.rows(
                f"SELECT error, attempts FROM outbox WHERE tenant = '{tenant}' AND state = 'failed'"
            )
        ):
            await asyncio.sleep(0.05)
    return found[0]


async def test_what_waits_to_be_sent_when_the_app_is_removed_fails_with_its_reason(floor: Floor) -> None:
    second = floor.slack.add_team("T2", installed=False)
    app = await floor.open()
    await floor.install(app, second)
    floor.slack.fault("chat.postMessage", error("service_unavailable"), times=None)
    await second.say("U1T2", "C1T2", f"<@{second.bot_user}> hello")
    await floor.until(lambda: floor.slack.called("chat.postMessage"))
    second.uninstall()
    assert "the app was removed" in str((await failed(floor, "T2"))["error"])
    await floor.settled()
    assert set(await state_of(floor, "T2")) == {"failed"}


async def test_a_turn_that_runs_when_the_app_is_removed_ends_and_its_answer_is_not_tried_for_a_day(
    floor: Floor,
) -> None:
    second = floor.slack.add_team("T2", installed=False)
    app = await floor.open()
    await floor.install(app, second)
    floor.providers.fault("hold")
    await second.say("U1T2", "C1T2", f"<@{second.bot_user}> a long one")
    await floor.until(lambda: floor.providers.requests)
    second.uninstall()
    await gone(floor, "T2")
    floor.providers.clear_faults()
    row = await failed(floor, "T2")
    assert "the app was removed" in str(row["error"])
    await floor.settled()
    assert "ready" not in await state_of(floor, "T2")


async def test_a_removal_that_nobody_heard_of_is_found_out_by_the_refused_token(floor: Floor) -> None:
    second = floor.slack.add_team("T2", installed=False)
    app = await floor.open()
    await floor.install(app, second)
    await floor.answered(second, "hello", "You said: hello")
    floor.slack.deliveries.paused = True  # the events of the removal are lost
    said = await second.say("U1T2", "C1T2", f"<@{second.bot_user}> and now?")
    second.uninstall()
    floor.slack.release(said.message_event)
    row = await failed(floor, "T2")
    assert "the app was removed" in str(row["error"])
    found = await floor.rows("SELECT sealed, removed_because FROM installations")
    assert found == [{"sealed": None, "removed_because": "slack: account_inactive"}]


async def test_a_workspace_that_comes_back_is_answered_again_and_nothing_old_is_sent_late(floor: Floor) -> None:
    second = floor.slack.add_team("T2", installed=False)
    app = await floor.open()
    await floor.install(app, second)
    away = floor.slack.fault("chat.postMessage", error("service_unavailable"), times=None)
    await second.say("U1T2", "C1T2", f"<@{second.bot_user}> an old question")
    await floor.until(lambda: floor.slack.called("chat.postMessage"))
    second.uninstall()
    await failed(floor, "T2")
    away.times = 0
    await next_second()
    assert (await floor.install(app, second)).status_code == 200
    await floor.answered(second, "a new question", "You said: a new question")
    texts = [shown(message) for message in second.bot_messages("C1T2")]
    assert texts == ["You said: a new question"]


async def test_removals_delivered_again_after_the_app_came_back_change_nothing(floor: Floor) -> None:
    second = floor.slack.add_team("T2", installed=False)
    app = await floor.open()
    await floor.install(app, second)
    floor.slack.deliveries.paused = True
    second.uninstall()
    floor.slack.deliveries.paused = False
    await next_second()
    assert (await floor.install(app, second)).status_code == 200
    late = [delivery.event_id for delivery in floor.slack.deliveries.held]
    floor.slack.release(newest_first=True)
    await floor.until(lambda: set(late) <= {ack.event_id for ack in floor.slack.acks})
    assert len(late) == 2
    await floor.answered(second, "still here", "You said: still here")


async def test_another_process_serves_a_workspace_that_was_installed_here(floor: Floor, tmp_path: Path) -> None:
    """Installing is the web's, events the gateway's, answers a worker's: they meet in the database."""
    second = floor.slack.add_team("T2", installed=False)
    one = await floor.open()
    await floor.install(one, second)
    other = Floor(floor.slack, floor.providers, floor.roles, tmp_path / "other")
    async with other.stack:
        await other.open()
        await floor.answered(second, "who is it?", "You said: who is it?")


async def test_what_each_workspace_missed_is_read_from_its_own_histories(floor: Floor) -> None:
    second = floor.slack.add_team("T2", installed=False)
    app = await floor.open(home=True)
    await floor.install(app, second)
    await floor.answered(second, "hello", "You said: hello")
    await floor.stack.aclose()
    floor.stack = type(floor.stack)()
    asked = {}
    for team in (floor.slack, second):
        end = "" if team is floor.slack else "T2"
        asked[team] = await team.say(f"U1{end}", f"C1{end}", f"<@{team.bot_user}> missed", drop=True)
    async with floor.stack:
        await floor.open(home=True)
        for team, said in asked.items():
            end = "" if team is floor.slack else "T2"
            await floor.until(
                lambda team=team, said=said, end=end: (
                    [shown(m) for m in team.bot_messages(f"C1{end}", said.ts)] == ["You said: missed"]
                )
            )


async def test_over_http_too_each_workspace_is_answered_and_its_removal_is_heard(floor: Floor) -> None:
    second = floor.slack.add_team("T2", installed=False)
    secret = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": floor.slack.signing_secret}
    app = await floor.open(home=True, **secret)
    await floor.install(app, second)
    root = await floor.stack.enter_async_context(served(app.web(Health(app).state)))
    await floor.slack.deliver_to(f"{root}/slack/events")
    for team in (floor.slack, second):
        await floor.answered(team, "hello", "You said: hello")
    second.uninstall()
    await gone(floor, "T2")


def tokens_in(floor: Floor, *texts: str) -> list[str]:
    return [token for token in floor.slack.installs.tokens for text in texts if token in text]


async def test_tokens_are_in_no_log_page_or_health(
    floor: Floor, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Canary: every token that Slack ever gave, in everything that is written and shown, whatever fails."""
    second: Team = floor.slack.add_team("T2", installed=False)
    app = await floor.open()
    pages = [await floor.install(app, second)]
    floor.slack.fault("chat.postMessage", error("channel_not_found"))
    await second.say("U1T2", "C1T2", f"<@{second.bot_user}> fails")
    await failed(floor, "T2")
    await floor.answered(second, "works", "You said: works")
    second.revoke_tokens()
    await gone(floor, "T2")
    pages.append(await floor.install(app, second))
    seen = [page.text + str(page.headers) for page in pages]
    health = json.dumps(await Health(app).state(), default=str)
    rows = str(await floor.rows("SELECT installations::text FROM installations"))
    assert len(floor.slack.installs.tokens) >= 3
    assert tokens_in(floor, caplog.text, *seen, health, rows, "".join(capsys.readouterr())) == []
