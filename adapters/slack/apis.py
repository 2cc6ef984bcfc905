"""Which token speaks in which workspace: the one of the settings in its own, the installed ones in theirs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from weakref import WeakValueDictionary

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.api import GONE_FOR_GOOD, Identity, Session, SlackApi, TokenRefused
from core.conversation.ports import MaybeSent, NotSent, Refused, SendError
from core.people.installations import Installation, Installations, Sealer, open_token

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 5.0


class NotInstalled(NotSent):
    """No token is known for the workspace."""


class Uninstalled(Refused):
    """The app was removed from the workspace: what was meant for it is not sent."""


@dataclass(frozen=True, slots=True)
class Installed:
    """Where installed tokens are kept, and what opens them."""

    rows: Installations
    vault: Sealer


@dataclass(frozen=True, slots=True)
class _Known:
    api: SlackApi
    until: float
    sealed: bytes = b""

    def fresh(self) -> bool:
        return time.monotonic() < self.until and not self.api.refused


class SlackApis:
    """The Web API, workspace by workspace.

    Args:
        token: the bot token of the settings; empty where all workspaces are installed ones.
        base_url: where the Web API is.
        timeout: seconds for a whole call.
        installed: the workspaces that installed the app.
        fresh_seconds: after so long another process knows of a new token or a removal, if Slack has not refused the
            old token before.
    """

    def __init__(
        self,
        token: str = "",
        *,
        base_url: str = AsyncWebClient.BASE_URL,
        timeout: float = 15.0,
        installed: Installed | None = None,
        fresh_seconds: float = 60.0,
    ) -> None:
        self._session = Session(timeout)
        self._make = partial(SlackApi, session=self._session, base_url=base_url)
        self._token = token
        self._home = self._make(token)
        self._installed = installed
        self._fresh = fresh_seconds
        self._known: dict[str, _Known] = {}
        self._looking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.app = self._make("")
        """For calls that are no workspace's."""

    async def of(self, tenant: str) -> SlackApi:
        """Who speaks as Robbie in a workspace. Raises SendError: NotInstalled, Uninstalled, or what may pass."""
        known = self._known.get(tenant)
        if known is not None and known.fresh():
            return known.api
        async with self._looking.setdefault(tenant, asyncio.Lock()):
            known = self._known.get(tenant)
            if known is None or not known.fresh():
                known = await self._look(tenant, known)
                self._known[tenant] = known
            return known.api

    async def me(self, tenant: str) -> Identity:
        """Who Robbie is in a workspace. Raises SendError."""
        return await (await self.of(tenant)).me()

    async def home(self) -> Identity | None:
        """Who the token of the settings speaks as; None where there is none. Raises SendError."""
        if not self._token:
            return None
        if self._home.refused:  # it may be good again
            self._home = self._make(self._token)
        return await self._home.me()

    async def everywhere(self) -> Sequence[Identity]:
        """Who Robbie is in each workspace that it can speak in now. Raises SendError."""
        rows = await self._installed.rows.all() if self._installed else ()
        found = [Identity(row.tenant, row.bot_user, row.bot_id) for row in rows if row.sealed is not None]
        try:
            home = await self.home()
        except SendError:
            if not found:
                raise
            logger.warning("slack: SLACK_BOT_TOKEN does not work; only installed workspaces are served")
            home = None
        return [*([home] if home else ()), *(me for me in found if home is None or me.team != home.team)]

    async def removed(self, tenant: str, at: datetime, because: str) -> None:
        """The app was removed from a workspace, as Slack says of this moment."""
        if self._installed and await self._installed.rows.removed(tenant, at, because):
            logger.warning("slack: the app was removed from workspace %s (%s)", tenant, because)
        self._known.pop(tenant, None)
        self._home.refused = True  # whether it still works is asked before it is used again

    def given(self, token: str) -> SlackApi:
        """Who speaks with a token that is not kept yet."""
        return self._make(token)

    def forget(self, tenant: str) -> None:
        """Look again for the workspace's token when it is next needed: there is a new one."""
        self._known.pop(tenant, None)

    def connections(self) -> aiohttp.ClientSession:
        """The connections, for what takes no token."""
        return self._session.open()

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _look(self, tenant: str, known: _Known | None) -> _Known:
        trouble: SendError | None = None
        try:
            home = await self.home()
            if home is not None and home.team == tenant:
                await self._back(tenant)
                return _Known(self._home, until=float("inf"))
        except SendError as error:
            trouble = error
        try:
            row = await self._installed.rows.find(tenant) if self._installed else None
        except Exception as error:  # whatever a database says when it is away
            if known is None or known.api.refused:
                raise NotSent(f"slack: the token cannot be looked up: {type(error).__name__}") from None
            return replace(known, until=time.monotonic() + _AGAIN_SECONDS)
        if row is None:
            raise _before_sending(trouble) or NotInstalled(f"slack: no token for workspace {tenant}")
        return await self._current(row, known)

    async def _back(self, tenant: str) -> None:
        """The token of the settings works, so if the app had been removed there, it is not any more."""
        try:
            if self._installed:
                await self._installed.rows.back(tenant)
        except Exception as error:  # it is only shown: the token works
            logger.warning("slack: it could not be noted that workspace %s is back: %s", tenant, type(error).__name__)

    async def _current(self, row: Installation, known: _Known | None) -> _Known:
        """What speaks with an installation's token."""
        if row.sealed is None:
            self._known.pop(row.tenant, None)
            raise Uninstalled("slack: the app was removed from this workspace")
        if known is None or known.sealed != row.sealed:
            known = _Known(self._opened(row, row.sealed), 0.0, row.sealed)
        elif known.api.refused:
            await self._confirm(row, known.api)
        known.api.refused = False
        return replace(known, until=time.monotonic() + self._fresh)

    def _opened(self, row: Installation, sealed: bytes) -> SlackApi:
        token = open_token(self._installed.vault, row.tenant, sealed) if self._installed else None
        if token is None:
            raise NotSent("slack: the workspace's token was sealed with another key")
        return self._make(token, me=Identity(row.tenant, row.bot_user, row.bot_id))

    async def _confirm(self, row: Installation, api: SlackApi) -> None:
        """Slack refused the token that is kept: the app may have been removed without our hearing of it."""
        try:
            await api.call(api.web.auth_test())
        except TokenRefused as error:
            if error.code not in GONE_FOR_GOOD:
                raise
            # If it was installed again in this moment, that is later than the row that was read.
            await self.removed(row.tenant, row.installed_at, str(error))
            raise Uninstalled("slack: the app was removed from this workspace") from None
        except MaybeSent as error:
            raise NotSent(str(error)) from None


def _before_sending(trouble: SendError | None) -> SendError | None:
    """What went wrong before a message was sent says nothing about the message."""
    return NotSent(str(trouble)) if isinstance(trouble, MaybeSent) else trouble
