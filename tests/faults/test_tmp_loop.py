import asyncio

import psycopg
import pytest

from tests.faults.conftest import World


@pytest.mark.timeout(300)
@pytest.mark.parametrize("i", range(25))
async def test_loop(world: World, i) -> None:
    for number in range(30):
        world.slack.add_channel(f"C{100 + number}")
    r1 = await world.robbie()
    r2 = await world.robbie()
    threads = {}
    for number in range(500):
        channel = f"C{100 + number % 30}"
        thread = next(iter(threads.get(channel, [])), None)
        said = await world.slack.say("U1", channel, f"<@UROBBIE> n{number}", thread_ts=thread)
        threads.setdefault(channel, [thread or said.ts]).append(f"You said: n{number}")
        await asyncio.sleep(0.02)
    expected = {channel: answers[1:] for channel, answers in threads.items()}
    try:
        await world.until(
            lambda: all(sorted(world.answers(channel)) == sorted(want) for channel, want in expected.items()),
            timeout=45,
        )
    except TimeoutError:
        for channel, want in expected.items():
            if sorted(world.answers(channel)) != sorted(want):
                print(
                    channel,
                    set(want) - set(world.answers(channel)),
                    [x for x in world.answers(channel) if x not in want],
                )
        print("lost", world.slack.deliveries.lost, "sockets", len(world.slack.sockets), world.slack.socket_mode.opened)
        for r in (r1, r2):
            print(r.log[-6000:])
        with psycopg.connect(world.database_url) as c:
            for q in (
                "select state,kind,count(*) from inbox group by 1,2",
                "select state,phase,count(*),min(not_before::text),max(attempts),max(error) from outbox group by 1,2",
                "select status,queue_name,lock,worker_id from procrastinate_jobs limit 20",
                "select id,platform_id,state,phase,edit_of,lease_until::text,error,attempts,created_at,body from outbox where state<>'sent' limit 10",
                "select id,state,fence,lease_until,attempts from inbox where state in ('received','claimed') limit 10",
                "select pid,state,wait_event_type,wait_event,left(query,100),now()-xact_start from pg_stat_activity where datname=current_database()",
            ):
                print(q)
                for row in c.execute(q).fetchall():
                    print("   ", row)
        for r in (r1, r2):
            print(r.log[-3000:])
        raise
