"""The workspaces that Robbie was installed into, and the tokens that it speaks with there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Installation:
    """One workspace.

    Attributes:
        tenant: the platform's id of it.
        name: what it is called.
        bot_user, bot_id: who Robbie is there.
        scopes: what was granted.
        installed_by: the account that installed it.
        installed_at: when, by the platform's clock.
        sealed: the token, encrypted; None where it came from the settings, or was removed.
        removed_at: when the app was removed; None while it is there.
        removed_because: why that is known.
    """

    tenant: str
    name: str
    bot_user: str
    bot_id: str
    scopes: tuple[str, ...]
    installed_by: str
    installed_at: datetime
    sealed: bytes | None = field(default=None, repr=False)
    removed_at: datetime | None = None
    removed_because: str = ""


class Installations(Protocol):
    """One platform's installations, as every process sees them."""

    async def find(self, tenant: str) -> Installation | None:
        """The workspace's, if there ever was one."""

    async def all(self) -> Sequence[Installation]:
        """Everywhere, the removed ones too."""

    async def save(self, installation: Installation) -> None:
        """Keep a new token in place of any before.

        Where the app had been removed, nothing of the time before is sent any more.
        """

    async def removed(self, tenant: str, at: datetime, because: str) -> bool:
        """The app was removed: forget the token, and fail what waits to be sent.

        Nothing happens, and False is returned, where it was installed again after ``at``, or removed already.
        """

    async def back(self, tenant: str) -> None:
        """The app is there again, with a token of the settings."""


class Sealer(Protocol):
    """Encrypts what the database keeps. Implemented by ``bot.vault``."""

    def seal(self, secret: str) -> bytes:
        """Encrypt."""

    def open(self, sealed: bytes) -> str | None:
        """Decrypt; None when it was sealed with another key."""


def seal_token(vault: Sealer, tenant: str, token: str) -> bytes:
    """A token, sealed for one workspace: moved to another's row it opens no more."""
    return vault.seal(f"{tenant}\n{token}")


def open_token(vault: Sealer, tenant: str, sealed: bytes) -> str | None:
    """The token; None when it was sealed with another key or for another workspace."""
    owner, _, token = (vault.open(sealed) or "").partition("\n")
    return token if owner == tenant and token else None
