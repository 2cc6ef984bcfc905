"""The personas' pictures on the web: open to everybody, kept for a day, and nothing but them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from mentors import avatars
from tests.web_room import Room, app_of, browser_of

FACE = "/avatars/julia_child-thoughtful.png"


@pytest.fixture
async def stranger() -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who was never here."""
    async with browser_of(app_of(Room())) as client:
        yield client


async def test_picture_is_served_without_a_login_and_may_be_kept(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get(FACE)
    assert answer.status_code == 200
    assert answer.content == (avatars.FOLDER / "julia_child-thoughtful.png").read_bytes()
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert "set-cookie" not in answer.headers


async def test_picture_that_has_not_changed_is_not_sent_again(stranger: httpx.AsyncClient) -> None:
    etag = (await stranger.get(FACE)).headers["etag"]
    again = await stranger.get(FACE, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "public, max-age=86400"


async def test_platform_fetches_pictures_under_any_name_and_nothing_else(stranger: httpx.AsyncClient) -> None:
    public = {"host": "robbie.example.com"}
    assert (await stranger.get(FACE, headers=public)).status_code == 200
    for path in ("/", "/new", "/avatars", "/avatarsx/", "/static/robbie.svg", "/metrics"):
        assert (await stranger.get(path, headers=public)).status_code == 400, path


@pytest.mark.parametrize(
    "path",
    ["steve_jobs-happy.png", "", "%2e%2e/svg/robbie-concerned.svg", "..%2fdraw.py", "%00.png", "//etc/passwd"],
)
async def test_nothing_but_pictures_is_served(stranger: httpx.AsyncClient, path: str) -> None:
    assert (await stranger.get(f"/avatars/{path}", headers={"host": "robbie.example.com"})).status_code == 404


async def test_nothing_can_be_posted_there(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.post(FACE)).status_code == 405
    assert (await stranger.post(FACE, headers={"origin": "https://evil.example"})).status_code == 403
