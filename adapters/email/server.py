"""Which mail server, as ``SMTP_URL`` names it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

_PORTS = {"smtp": 587, "smtps": 465}
WRITTEN = "smtp://user:password@host:587 or smtps://user:password@host"


class SmtpUrlError(ValueError):
    """``SMTP_URL`` cannot be read. The message shows nothing of it."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server.

    Attributes:
        security: ``starttls`` begins in the clear and goes nowhere without TLS; ``none`` is for this machine alone.
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    security: Literal["starttls", "tls", "none"] = "starttls"

    @classmethod
    def parse(cls, url: str) -> Self:
        """The server of a URL. What stays on this machine goes without TLS, unless ``smtps`` asks for it.

        Raises:
            SmtpUrlError: it cannot be read.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise SmtpUrlError("SMTP_URL cannot be read") from None
        if parts.scheme not in _PORTS or not host or parts.path.strip("/") or parts.query or parts.fragment:
            raise SmtpUrlError("SMTP_URL cannot be read")
        if (parts.username is None) != (parts.password is None):
            raise SmtpUrlError("SMTP_URL has a user without a password, or a password without a user")
        tls: Literal["starttls", "tls", "none"] = "tls" if parts.scheme == "smtps" else "starttls"
        return cls(
            host,
            port or _PORTS[parts.scheme],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            "none" if tls == "starttls" and _is_here(host) else tls,
        )

    @property
    def name(self) -> str:
        """How it is called in a log."""
        return f"{self.host}:{self.port}"


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
