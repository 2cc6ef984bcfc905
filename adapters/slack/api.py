"""The Web API of Slack: one client, one attempt per call, and what a failed call tells about the message."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from core.conversation.ports import MaybeSent, MessageGone, NotSent, RateLimited, Refused, SendError

Json = dict[str, object]

_GONE = {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"}
_DOUBTFUL = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
# An operator mends these; the answer is worth keeping until then.
_PASSING = {"invalid_auth", "not_authed", "token_expired", "token_revoked", "account_inactive", "team_added_to_org"}
# And these say that the app was removed.
GONE_FOR_GOOD = frozenset({"token_revoked", "account_inactive"})
# Nothing of the request left this machine.
_UNREACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class SlackRefused(Refused):
    """Slack refused the call for good.

    Attributes:
        code: Slack's error name.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"slack: {code}")
        self.code = code


class TokenRefused(NotSent):
    """Slack does not take the token.

    Attributes:
        code: Slack's error name.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"slack: {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a bot token speaks as, and in which workspace."""

    team: str
    user: str
    bot: str = ""

    def made(self, user: str, bot: str) -> bool:
        """Whether something with this user id or bot id is Robbie's own."""
        return user == self.user or (bool(bot) and bot == self.bot)


class Session:
    """The connections to Slack, opened when they are first needed; any number of tokens may share them.

    Args:
        timeout: seconds for a whole call.
    """

    def __init__(self, timeout: float = 15.0) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, 5.0))
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> aiohttp.ClientSession:
        """The open session. Nothing that one workspace's answers set is sent with another's calls."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


class SlackApi:
    """Calls the Web API with one token. The only loop is the caller's: a call is made once, whatever happens to it.

    Args:
        token: the bot token; empty for calls that need none.
        session: the connections.
        base_url: where the Web API is.
        me: who the token speaks as, where that is known.
    """

    def __init__(
        self, token: str, session: Session, *, base_url: str = AsyncWebClient.BASE_URL, me: Identity | None = None
    ) -> None:
        # The SDK's default retry would post twice when Slack took a post and the connection dropped.
        self.web = AsyncWebClient(token=token or None, base_url=base_url, retry_handlers=[])
        self._session = session
        self._me = me
        self._asking = asyncio.Lock()
        self.refused = False
        """Whether Slack has refused the token in a call."""

    async def call(self, request: Awaitable[AsyncSlackResponse]) -> Json:
        """Await a call of ``self.web`` and return its answer. Raises SendError."""
        return _body(await self.response(request))

    async def response(self, request: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
        """Like ``call``, with the answer's headers."""
        self.web.session = self._session.open()
        try:
            response = await request
            _body(response)
            return response
        except SlackApiError as error:
            refusal = _refusal(error)
            self.refused = self.refused or isinstance(refusal, TokenRefused)
            raise refusal from None
        except _UNREACHED as error:
            raise NotSent(f"slack not reached: {type(error).__name__}") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise MaybeSent(f"slack connection lost: {type(error).__name__}") from None
        except (ValueError, TypeError, AttributeError):  # what the SDK makes of an answer that is no JSON object
            raise MaybeSent("slack answered with something unreadable") from None

    async def me(self) -> Identity:
        """Who the token speaks as; asked once. Raises SendError."""
        async with self._asking:
            if self._me is None:
                answer = await self.call(self.web.auth_test())
                self._me = Identity(
                    team=str(answer["team_id"]), user=str(answer["user_id"]), bot=str(answer.get("bot_id") or "")
                )
            return self._me


@contextmanager
def connection_trouble() -> Iterator[None]:
    """What a call that got no answer tells about the message. Raises SendError."""
    try:
        yield
    except _UNREACHED as error:
        raise NotSent(f"slack not reached: {type(error).__name__}") from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise MaybeSent(f"slack connection lost: {type(error).__name__}") from None
    except (ValueError, TypeError, AttributeError):  # what the SDK makes of an answer that is no JSON object
        raise MaybeSent("slack answered with something unreadable") from None


def _body(response: AsyncSlackResponse) -> Json:
    data: object = response.data
    if not isinstance(data, dict):
        raise ValueError("not an object")
    return data


def messages_of(answer: Json) -> list[Json]:
    """The messages of a history or thread page."""
    found = answer.get("messages")
    return [message for message in found if isinstance(message, dict)] if isinstance(found, list) else []


def next_cursor(answer: Json) -> str | None:
    """Where the next page begins, or None after the last."""
    metadata = answer.get("response_metadata")
    return str(metadata.get("next_cursor") or "") or None if isinstance(metadata, dict) else None


def _refusal(error: SlackApiError) -> SendError:
    """What an answer other than ``ok`` means for the message."""
    response = error.response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)  # the SDK has both kinds
    data: object = getattr(response, "data", None)
    code = str(data.get("error") or "unreadable") if isinstance(data, Mapping) else "unreadable"
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return RateLimited(_retry_after(getattr(response, "headers", {})))
    if status >= 500 or code in _DOUBTFUL or code == "unreadable":
        return MaybeSent(f"slack: {status} {code}")
    if code in _GONE:
        return MessageGone(f"slack: {code}")
    if code in _PASSING:
        return TokenRefused(code)
    return SlackRefused(code)


def _retry_after(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return 30.0
