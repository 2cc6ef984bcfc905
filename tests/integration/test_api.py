"""The REST API: everything as its token's person, once, and refused in words that name the field."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
import uvicorn

from adapters.postgres.contacts import PostgresCrm
from adapters.postgres.tasks import PostgresTasks
from adapters.postgres.tokens import PostgresTokens
from adapters.web.api import Api
from adapters.web.app import create_app
from core.people.tokens import digest_of, giving_tokens
from tests.integration.conftest import PLACE, Desk
from tests.integration.crm_world import PRIVATE, Team, team
from tests.web_room import Room

_DOCS = Path(__file__).parents[2] / "docs" / "reference" / "api.md"


@dataclass
class Programs:
    """A server, and the people whose tokens programs have."""

    friends: Team
    tokens: PostgresTokens
    client: httpx.AsyncClient
    ana: int = 0
    ben: int = 0

    async def token(self, person: int) -> str:
        """What Robbie shows once."""
        said = await self.friends.do(person, "token", PRIVATE, name="a program")
        found = re.search(r"robbie_[A-Za-z0-9_-]{43}", said.text)
        assert found is not None
        assert said.secret
        return found[0]

    async def as_(self, person: int) -> dict[str, str]:
        """The header of a program of somebody's."""
        return {"Authorization": f"Bearer {await self.token(person)}"}


@pytest.fixture
async def programs(desk: Desk) -> AsyncIterator[Programs]:
    friends, tokens = team(desk), PostgresTokens(desk.database)
    friends.handlers = {**friends.handlers, **giving_tokens(tokens)}
    api = Api(tokens, PostgresCrm(desk.database), PostgresTasks(desk.database))

    async def health() -> dict[str, object]:
        return {"ready": True}

    app = create_app(Room(), Room(), health=health, api=api)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/api/v1") as client:
        made = Programs(friends, tokens, client)
        made.ana, made.ben = await friends.meet(PLACE), await friends.meet(PLACE, "U2")
        await friends.desk.execute("UPDATE people SET name = name")
        yield made


@pytest.fixture
def members(admin_url: str, programs: Programs) -> Programs:
    """Ana and Ben are members of the workspace."""

    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("UPDATE accounts SET is_member = true")
    return programs


async def test_an_entry_is_made_found_changed_and_deleted(members: Programs) -> None:
    api, ana = members.client, await members.as_(members.ana)
    made = await api.post("/contacts", json={"name": "Ana Pohl", "email": "ana@acme.com"}, headers=ana)
    assert made.status_code == 201
    assert made.headers["location"] == f"/api/v1/contacts/{made.json()['id']}"
    url = f"/contacts/{made.json()['id']}"
    changed = await api.patch(url, json={"title": "CEO"}, headers={**ana, "If-Match": made.headers["etag"]})
    assert (changed.status_code, changed.json()["title"], changed.json()["email"]) == (200, "CEO", "ana@acme.com")
    late = await api.patch(url, json={"title": "CTO"}, headers={**ana, "If-Match": made.headers["etag"]})
    assert (late.status_code, late.headers["content-type"]) == (412, "application/problem+json")
    assert (await api.delete(url, headers=ana)).status_code == 204
    assert (await api.get(url, headers=ana)).status_code == 404
    assert (await api.delete(url, headers=ana)).status_code == 404


async def test_money_stays_exact_and_days_stay_days(members: Programs) -> None:
    api, ana = members.client, await members.as_(members.ana)
    body = {"name": "Acme", "value": "40000.10", "currency": "EUR", "stage": "proposal", "closes_on": "2030-11-30"}
    made = (await api.post("/deals", json=body, headers=ana)).json()
    assert {name: made[name] for name in body} == body
    for wrong in ({"value": "0.001"}, {"value": "-1"}, {"currency": "euro"}, {"stage": "maybe"}, {"closes_on": "soon"}):
        refused = await api.patch(f"/deals/{made['id']}", json=wrong, headers=ana)
        assert refused.status_code == 422
        assert [one["field"] for one in refused.json()["errors"]] == [next(iter(wrong))]


async def test_a_list_comes_page_by_page_and_misses_none_that_is_made_meanwhile(members: Programs) -> None:
    api, ana = members.client, await members.as_(members.ana)
    for number in range(7):
        await api.post("/companies", json={"name": f"Company {number}"}, headers=ana)
    names: list[str] = []
    cursor: str | None = "0"
    while cursor is not None:
        page = (await api.get("/companies", params={"limit": 3, "cursor": cursor}, headers=ana)).json()
        names += [one["name"] for one in page["items"]]
        cursor = page["next"]
        if len(names) == 3:
            await api.post("/companies", json={"name": "A new one"}, headers=ana)
    assert names == [*(f"Company {number}" for number in range(7)), "A new one"]


async def test_the_same_request_once_more_makes_nothing_new(members: Programs) -> None:
    api, ana = members.client, await members.as_(members.ana)
    once = {**ana, "Idempotency-Key": "order-1"}
    both = await asyncio.gather(*(api.post("/deals", json={"name": "Acme"}, headers=once) for _ in range(4)))
    assert {one.json()["id"] for one in both} == {both[0].json()["id"]}
    task = [await api.post("/tasks", json={"text": "Send it"}, headers=once) for _ in range(2)]
    assert task[0].json()["id"] == task[1].json()["id"]
    other = await api.post("/deals", json={"name": "Acme"}, headers={**ana, "Idempotency-Key": "order-2"})
    assert other.json()["id"] != both[0].json()["id"]
    theirs = {**await members.as_(members.ben), "Idempotency-Key": "order-1"}
    assert (await api.post("/deals", json={"name": "B"}, headers=theirs)).json()["name"] == "B"


async def test_a_key_of_another_system_makes_once_and_changes_later(members: Programs) -> None:
    api, ana = members.client, await members.as_(members.ana)
    first = await api.put("/contacts/by-key/x-1", json={"name": "Ana"}, headers=ana)
    again = await api.put("/contacts/by-key/x-1", json={"name": "Ana Pohl"}, headers=ana)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], again.json()["name"]) == (first.json()["id"], "Ana Pohl")
    taken = await api.post("/contacts", json={"name": "Other", "key": "x-1"}, headers=ana)
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "key")
    differs = await api.put("/contacts/by-key/x-2", json={"name": "Ana", "key": "x-3"}, headers=ana)
    assert differs.status_code == 422


async def test_a_program_sees_what_its_person_sees_and_no_more(members: Programs) -> None:
    api, ana, ben = members.client, await members.as_(members.ana), await members.as_(members.ben)
    mine = (await api.post("/contacts", json={"name": "Hidden", "shared": False}, headers=ana)).json()
    teams = (await api.post("/contacts", json={"name": "Shared"}, headers=ana)).json()
    assert (mine["shared"], teams["shared"]) == (False, True)
    url = f"/contacts/{mine['id']}"
    for answer in (
        await api.get(url, headers=ben),
        await api.patch(url, json={"name": "x"}, headers=ben),
        await api.delete(url, headers=ben),
    ):
        assert answer.status_code == 404
    assert [one["name"] for one in (await api.get("/contacts", headers=ben)).json()["items"]] == ["Shared"]
    pointed = await api.post("/deals", json={"name": "Spy", "contact_id": mine["id"]}, headers=ben)
    assert (pointed.status_code, pointed.json()["errors"][0]["field"]) == (422, "contact_id")
    take = await api.patch(f"/contacts/{teams['id']}", json={"shared": False}, headers=ben)
    assert (take.status_code, take.json()["errors"][0]["field"]) == (422, "shared")
    task = (await api.post("/tasks", json={"text": "Mine"}, headers=ana)).json()
    assert (await api.get("/tasks", headers=ben)).json()["items"] == []
    assert (await api.patch(f"/tasks/{task['id']}", json={"done": True}, headers=ben)).status_code == 404


async def test_a_task_is_changed_and_dropped_by_its_own_person_alone(members: Programs) -> None:
    api, ana, ben = members.client, await members.as_(members.ana), await members.as_(members.ben)
    url = f"/tasks/{(await api.post('/tasks', json={'text': 'Send it'}, headers=ana)).json()['id']}"
    new = {"text": "Send the offer", "due_at": "2030-11-30T18:00:00+01:00", "importance": 5}
    changed = (await api.patch(url, json=new, headers=ana)).json()
    assert (changed["text"], changed["importance"]) == ("Send the offer", 5)
    assert changed["due_at"].startswith("2030-11-30T17:00")
    cleared = (await api.patch(url, json={"due_at": None, "done": True}, headers=ana)).json()
    assert (cleared["due_at"], bool(cleared["done_at"]), cleared["text"]) == (None, True, "Send the offer")
    wrong: list[dict[str, object]] = [{}, {"text": ""}, {"text": None}, {"importance": 6}, {"deal_id": 99}, {"size": 1}]
    assert [(await api.patch(url, json=body, headers=ana)).status_code for body in wrong] == [422] * len(wrong)
    for answer in (await api.patch(url, json=new, headers=ben), await api.delete(url, headers=ben)):
        assert answer.status_code == 404
    await api.patch(url, json={"done": False}, headers=ana)
    assert (await api.delete(url, headers=ana)).status_code == 204
    assert (await api.get("/tasks", headers=ana)).json()["items"] == []


async def test_todays_tasks_are_those_of_the_persons_day(members: Programs, admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("UPDATE people SET zone = 'Europe/Berlin'")
    api, ana = members.client, await members.as_(members.ana)
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    for number, days in enumerate((0, 1)):
        due = datetime.combine(today + timedelta(days=days), time(0, 1), ZoneInfo("Europe/Berlin")).isoformat()
        await api.post("/tasks", json={"text": f"Task {number}", "due_at": due}, headers=ana)
    listed = (await api.get("/tasks?which=today", headers=ana)).json()["items"]
    assert [task["text"] for task in listed] == ["Task 0"]


async def test_a_guest_shares_nothing(programs: Programs) -> None:
    """Nobody has said yet that they are members."""
    ana = await programs.as_(programs.ana)
    made = await programs.client.post("/contacts", json={"name": "Ana", "shared": True}, headers=ana)
    assert made.json()["shared"] is False


async def test_without_a_token_or_with_one_that_was_taken_back_there_is_nothing(members: Programs) -> None:
    api, friends = members.client, members.friends
    token = await members.token(members.ana)
    good = {"Authorization": f"Bearer {token}"}
    assert (await api.get("/contacts", headers=good)).status_code == 200
    for headers in ({}, {"Authorization": "Bearer robbie_" + "x" * 43}, {"Authorization": f"Basic {token}"}):
        refused = await api.get("/contacts", headers=headers)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    listed = await friends.do(members.ana, "tokens", PRIVATE)
    assert "a program" in listed.text
    assert "used last" in listed.text
    assert token not in listed.text
    assert "not there" in (await friends.press(members.ben, "Take back", listed)).text
    assert "opens nothing" in (await friends.press(members.ana, "Take back", listed)).text
    assert (await api.get("/contacts", headers=good)).status_code == 401


async def test_a_token_is_kept_as_a_digest_alone(members: Programs) -> None:
    token = await members.token(members.ana)
    rows = await members.friends.desk.rows("SELECT digest FROM api_tokens")
    assert [bytes(row["digest"]) for row in rows] == [digest_of(token)]  # type: ignore[call-overload]


async def test_what_is_not_known_or_not_valid_is_refused_by_its_name(members: Programs) -> None:
    api, ana = members.client, await members.as_(members.ana)
    cases: list[tuple[dict[str, object], str]] = [
        ({"name": "Ana", "emial": "x"}, "emial"),
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "Ana", "email": "nowhere"}, "email"),
        ({"name": "Ana", "rhythm_days": 0}, "rhythm_days"),
        ({"name": "Ana", "company_id": 99}, "company_id"),
        ({"name": "Ana", "company_id": 2**70}, "company_id"),
    ]
    for body, field in cases:
        refused = await api.post("/contacts", json=body, headers=ana)
        assert refused.status_code == 422, body
        assert refused.json()["errors"][0]["field"] == field
    for never in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):  # with which no brief could be made
        refused = await api.post("/tasks", json={"text": "Call", "due_at": never}, headers=ana)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "due_at")
        refused = await api.post("/deals", json={"name": "Deal", "closes_on": never[:10]}, headers=ana)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "closes_on")
    broken = await api.post("/contacts", content=b"{", headers={**ana, "Content-Type": "application/json"})
    assert broken.status_code == 422
    assert (await api.get("/contacts/x", headers=ana)).status_code == 422
    assert (await api.get("/nothing", headers=ana)).headers["content-type"] == "application/problem+json"
    assert (await api.patch("/contacts/1", json={}, headers=ana)).status_code == 422
    assert (await api.get("/contacts", headers=ana)).json()["items"] == []


async def test_a_body_that_is_too_large_is_refused_also_without_a_length(members: Programs) -> None:
    api, ana = members.client, await members.as_(members.ana)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 10_000

    for method in ("POST", "PATCH", "PUT"):
        refused = await api.request(method, "/contacts", content=chunks(), headers=ana)
        assert (refused.status_code, refused.json()["title"]) == (413, "Too large")


async def test_who_asks_too_often_is_told_how_long_to_wait(members: Programs) -> None:
    api, ana, ben = members.client, await members.as_(members.ana), await members.as_(members.ben)
    for _ in range(1_000):  # a slow machine is given new ones meanwhile
        late = await api.get("/contacts/1", headers=ana)
        if late.status_code == 429:
            break
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) >= 1
    assert (await api.get("/contacts", headers=ben)).status_code == 200


async def test_the_documentation_is_served_without_anything_from_elsewhere(members: Programs) -> None:
    page = await members.client.get("/docs")
    assert page.status_code == 200
    assert "/api/v1/contacts/by-key/{key}" in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    schema = (await members.client.get("/openapi.json")).json()
    assert {"/contacts", "/deals/{id}", "/tasks"} <= schema["paths"].keys()


@pytest.mark.slow
async def test_every_example_of_the_documentation_does_what_it_says(members: Programs, tmp_path: Path) -> None:
    app = members.client._transport.app  # type: ignore[attr-defined]  # the very application
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.05)
    blocks = re.findall(r"```sh\n(.*?)```", _DOCS.read_text("utf-8"), re.DOTALL)[1:]
    script = "set -e\n" + "".join(f"{block}\necho\n" for block in blocks).replace(
        "curl -sS", "curl -sS --fail-with-body"
    )
    environment = {
        **os.environ,
        "TOKEN": await members.token(members.ana),
        "API": f"http://127.0.0.1:{port}/api/v1",
    }
    ran = await asyncio.create_subprocess_exec(
        "bash", "-c", script, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output = (await ran.communicate())[0].decode()
    server.should_exit = True
    await serving
    assert ran.returncode == 0, output
    for said in ('"title":"CEO"', '"value":"40000.00"', '"name":"Acme"', '"kind":"call"', '"done_at":"2'):
        assert said in output


async def test_what_goes_wrong_is_said_without_details_and_logged_without_words(
    members: Programs, admin_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    ana = await members.as_(members.ana)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("ALTER TABLE contacts ADD CONSTRAINT none CHECK (name <> 'canary5e1c77')")
    refused = await members.client.post("/contacts", json={"name": "canary5e1c77"}, headers=ana)
    assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
    assert "CheckViolation" in caplog.text
    assert "canary5e1c77" not in caplog.text + refused.text


async def test_the_key_of_what_was_deleted_is_free_again(members: Programs) -> None:
    api, ana = members.client, await members.as_(members.ana)
    first = (await api.put("/contacts/by-key/x-1", json={"name": "Ana"}, headers=ana)).json()
    await api.delete(f"/contacts/{first['id']}", headers=ana)
    again = await api.put("/contacts/by-key/x-1", json={"name": "Ana"}, headers=ana)
    assert again.status_code == 201
    assert again.json()["id"] != first["id"]
