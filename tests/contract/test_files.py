"""A file is fetched from its platform's own host, with the token where that is needed and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from adapters.discord import DiscordApi, DiscordSurface, Replies, Threads
from adapters.discord.files import DiscordFiles
from adapters.doubles.discord import DiscordDouble
from adapters.doubles.slack import SlackDouble, http_status
from adapters.download import Downloads
from adapters.slack import SlackApis, SlackSurface
from adapters.slack.files import SlackFiles
from core.conversation.models import FileRef, Place, Problem
from core.conversation.ports import Unreadable
from tests.contract.test_surfaces import Nothing

LIMIT = 1_000


class Stranger:
    """A host that is not a platform's, and what it was told."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.heard.append(dict(request.headers))
        match request.path:
            case "/moved":
                raise web.HTTPFound("/elsewhere")
            case "/packed":
                return web.Response(body=b"x", headers={"Content-Encoding": "gzip"})
            case "/endless":
                response = web.StreamResponse()
                await response.prepare(request)
                while True:
                    await response.write(b"x" * 10_000)
            case "/busy":
                return web.Response(status=503)
        return web.Response(body=b"hello")


@pytest.fixture
async def stranger() -> AsyncIterator[Stranger]:
    it = Stranger()
    app = web.Application()
    app.router.add_get("/{anything:.*}", it.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    it.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield it
    await runner.cleanup()


async def refused(downloads: Downloads, address: str, limit: int = LIMIT) -> Problem:
    with pytest.raises(Unreadable) as caught:
        await downloads.get(address, limit, {"Authorization": "Bearer secret"})
    await downloads.close()
    return caught.value.problem


@pytest.mark.parametrize(
    "address",
    [
        "https://files.slack.com.evil.example/a",
        "https://files.slack.com@evil.example/a",
        "https://user:pass@files.slack.com/a",
        "https://files.slack.com:8443/a",
        "http://files.slack.com/a",
        "//files.slack.com/a",
        "file:///etc/passwd",
        "https://[::1/a",
        "https://files.slack.com./a",
        "a",
        "",
    ],
)
async def test_only_the_exact_origin_is_asked(address: str) -> None:
    assert await refused(Downloads(["https://files.slack.com"]), address) is Problem.ELSEWHERE


async def test_a_redirect_is_not_followed(stranger: Stranger) -> None:
    assert await refused(Downloads([stranger.url], public=False), f"{stranger.url}/moved") is Problem.FORBIDDEN
    assert len(stranger.heard) == 1


async def test_a_private_address_is_not_reached(stranger: Stranger) -> None:
    port = stranger.url.rpartition(":")[2]
    local = f"http://localhost:{port}"
    assert await refused(Downloads([local]), f"{local}/a") is Problem.UNREACHABLE
    assert stranger.heard == []
    own = Downloads([local], public=False)
    assert (await own.get(f"{local}/a", LIMIT)).data == b"hello"
    await own.close()


@pytest.mark.parametrize(
    ("path", "why"),
    [("endless", Problem.TOO_LARGE), ("packed", Problem.UNREACHABLE), ("busy", Problem.UNREACHABLE)],
)
async def test_no_more_is_read_than_the_limit(stranger: Stranger, path: str, why: Problem) -> None:
    assert await refused(Downloads([stranger.url], public=False), f"{stranger.url}/{path}") is why


# Slack


@pytest.fixture
async def slack() -> AsyncIterator[SlackDouble]:
    async with SlackDouble() as double:
        yield double


@pytest.fixture
async def slack_surface(slack: SlackDouble) -> AsyncIterator[SlackSurface]:
    surface = SlackSurface(SlackApis(slack.bot_token, base_url=slack.api_url))
    yield surface
    await surface.close()


def slack_place(slack: SlackDouble) -> Place:
    return Place(surface="slack", tenant=slack.workspace.team, channel="C1")


def slack_ref(slack: SlackDouble, content: bytes, **changes: object) -> FileRef:
    file = slack.attach("a.txt", content)
    known = {"id": file.id, "name": file.name, "media_type": file.mimetype, "size": len(content), "url": file.url}
    return FileRef.model_validate(known | changes)


async def slack_problem(slack: SlackDouble, surface: SlackSurface, file: FileRef, limit: int = LIMIT) -> Problem:
    with pytest.raises(Unreadable) as caught:
        await surface.fetch(slack_place(slack), "1.0", file, limit)
    return caught.value.problem


async def test_slack_gives_a_file_to_the_bots_token(slack: SlackDouble, slack_surface: SlackSurface) -> None:
    file = slack_ref(slack, b"hello")
    assert await slack_surface.fetch(slack_place(slack), "1.0", file, LIMIT) == b"hello"


async def test_slacks_sign_in_page_is_not_taken_for_the_file(slack: SlackDouble, slack_surface: SlackSurface) -> None:
    file = slack_ref(slack, b"hello")
    slack.workspace.scopes.discard("files:read")
    assert await slack_problem(slack, slack_surface, file) is Problem.FORBIDDEN


async def test_a_sign_in_page_with_200_is_not_taken_for_the_file_either(
    slack: SlackDouble, slack_surface: SlackSurface
) -> None:
    for kind in ("text/plain", "text/html"):
        file = slack_ref(slack, b"hello", url=f"{slack.platform.base_url}/signin", media_type=kind)
        assert await slack_problem(slack, slack_surface, file) is Problem.FORBIDDEN


async def test_a_page_that_somebody_attached_is_a_file_like_any_other(
    slack: SlackDouble, slack_surface: SlackSurface
) -> None:
    made = slack.attach("a.html", b"<p>hi</p>")
    file = FileRef(id=made.id, name="a.html", media_type="text/html", size=9, url=made.url)
    assert await slack_surface.fetch(slack_place(slack), "1.0", file, LIMIT) == b"<p>hi</p>"


async def test_slacks_token_never_goes_to_another_host(
    slack: SlackDouble, slack_surface: SlackSurface, stranger: Stranger
) -> None:
    file = slack_ref(slack, b"hello", url=f"{stranger.url}/a.txt")
    assert await slack_problem(slack, slack_surface, file) is Problem.ELSEWHERE
    assert stranger.heard == []


async def test_a_file_above_the_limit_is_not_read_whatever_slack_said_of_it(
    slack: SlackDouble, slack_surface: SlackSurface
) -> None:
    file = slack_ref(slack, b"x" * 2_000, size=10)
    assert await slack_problem(slack, slack_surface, file) is Problem.TOO_LARGE


@pytest.mark.parametrize("behaviour", [http_status(503), http_status(429)])
async def test_slack_that_fails_may_be_asked_again(
    slack: SlackDouble, slack_surface: SlackSurface, behaviour: object
) -> None:
    file = slack_ref(slack, b"hello")
    slack.fault("files.download", behaviour)  # type: ignore[arg-type]
    assert await slack_problem(slack, slack_surface, file) is Problem.UNREACHABLE
    assert await slack_surface.fetch(slack_place(slack), "1.0", file, LIMIT) == b"hello"


async def test_a_file_that_is_gone_is_called_gone(slack: SlackDouble, slack_surface: SlackSurface) -> None:
    file = slack_ref(slack, b"hello", url=f"{slack.platform.base_url}/files-pri/T1-F404/a.txt")
    assert await slack_problem(slack, slack_surface, file) is Problem.GONE


async def test_a_file_of_another_workspace_comes_with_its_id_alone_and_is_asked_for(
    slack: SlackDouble, slack_surface: SlackSurface
) -> None:
    shared = slack.attach("a.txt", b"hello")
    await slack.say("U1", "C1", "look", files=[shared])
    file = FileRef(id=shared.id, name=shared.id)
    assert await slack_surface.fetch(slack_place(slack), "1.0", file, LIMIT) == b"hello"
    unknown = FileRef(id="F404", name="F404")
    assert await slack_problem(slack, slack_surface, unknown) is Problem.GONE
    slack.workspace.scopes.discard("files:read")
    assert await slack_problem(slack, slack_surface, unknown) is Problem.FORBIDDEN


async def test_slacks_own_addresses_are_its_file_hosts() -> None:
    for base, address in (
        ("https://slack.com/api/", "https://files.slack.com/a"),
        ("https://slack-gov.com/api/", "https://files.slack-gov.com/a"),
    ):
        apis = SlackApis("xoxb-1", base_url=base)
        files = SlackFiles(apis)
        assert files._downloads._allowed(address).host == address.split("/")[2]
        with pytest.raises(Unreadable):
            files._downloads._allowed("https://slack.com/a")
        await files.close()
        await apis.close()


# Discord


@pytest.fixture
async def discord() -> AsyncIterator[DiscordDouble]:
    async with DiscordDouble() as double:
        yield double


@pytest.fixture
async def discord_surface(discord: DiscordDouble) -> AsyncIterator[DiscordSurface]:
    api = DiscordApi(discord.token, base_url=discord.api_url)
    surface = DiscordSurface(api, Threads(api), Replies(api, Nothing(), Nothing()))
    yield surface
    await surface.close()


async def discord_ref(discord: DiscordDouble, content: bytes) -> tuple[Place, str, FileRef]:
    attachment = discord.attach("general", "a.txt", content)
    said = await discord.say("Ana", "general", "look", files=[attachment])
    place = Place(surface="discord", tenant=discord.guild_id, channel=discord.channel("general").id, thread=said.id)
    return place, said.id, FileRef(id=attachment.id, name="a.txt", size=len(content), url=attachment.url)


async def test_discord_gives_a_file_to_whoever_has_its_address_so_no_token_goes_along(
    discord: DiscordDouble, discord_surface: DiscordSurface, stranger: Stranger
) -> None:
    place, message, file = await discord_ref(discord, b"hello")
    assert await discord_surface.fetch(place, message, file, LIMIT) == b"hello"
    files = DiscordFiles(DiscordApi("token-secret", base_url=f"{stranger.url}/api/v10"))
    assert await files.fetch(message, file.model_copy(update={"url": f"{stranger.url}/a"}), LIMIT) == b"hello"
    await files.close()
    assert "token-secret" not in str(stranger.heard)


async def test_an_address_that_has_ended_is_read_anew_from_its_message(
    discord: DiscordDouble, discord_surface: DiscordSurface
) -> None:
    place, message, file = await discord_ref(discord, b"hello")
    ended = file.model_copy(update={"url": file.url.replace("?ex=", "?ex=1&old=")})
    assert await discord_surface.fetch(place, message, ended, LIMIT) == b"hello"


async def test_a_file_whose_message_is_gone_is_gone(discord: DiscordDouble, discord_surface: DiscordSurface) -> None:
    place, message, file = await discord_ref(discord, b"hello")
    ended = file.model_copy(update={"url": file.url.replace("?ex=", "?ex=1&old=")})
    for other_file, other_message in ((ended, "1"), (ended.model_copy(update={"id": "1"}), message)):
        with pytest.raises(Unreadable) as caught:
            await discord_surface.fetch(place, other_message, other_file, LIMIT)
        assert caught.value.problem is Problem.GONE


async def test_a_file_of_another_host_is_not_fetched(
    discord: DiscordDouble, discord_surface: DiscordSurface, stranger: Stranger
) -> None:
    place, message, file = await discord_ref(discord, b"hello")
    with pytest.raises(Unreadable) as caught:
        await discord_surface.fetch(place, message, file.model_copy(update={"url": f"{stranger.url}/a"}), LIMIT)
    assert (caught.value.problem, stranger.heard) == (Problem.ELSEWHERE, [])


async def test_histories_of_both_platforms_name_the_files(
    slack: SlackDouble, slack_surface: SlackSurface, discord: DiscordDouble, discord_surface: DiscordSurface
) -> None:
    file = slack.attach("plan.txt", b"hello")
    root = await slack.say("U1", "C1", "the plan", files=[file])
    place = slack_place(slack).model_copy(update={"thread": root.ts})
    (said,) = await slack_surface.history(place, 10)
    assert [(one.id, one.name) for one in said.files] == [(file.id, "plan.txt")]
    there, _, ref = await discord_ref(discord, b"hello")
    (heard,) = await discord_surface.history(there, 10)
    assert [(one.id, one.url) for one in heard.files] == [(ref.id, ref.url)]
