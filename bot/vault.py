"""Secrets at rest: encrypted with a key that every process of this Robbie knows, and the database does not."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from psycopg.conninfo import conninfo_to_dict

from bot.settings import Settings

_KEY_FILE = "vault.key"


class Vault:
    """Seals and opens with one key.

    Args:
        material: any secret that is hard to guess; the key is derived from it.
    """

    def __init__(self, material: bytes) -> None:
        self._material = material
        self._fernet = Fernet(base64.urlsafe_b64encode(self.key("vault 1")))

    def key(self, purpose: str) -> bytes:
        """32 bytes for a purpose of their own: who knows one key learns nothing of another."""
        return HKDF(SHA256(), length=32, salt=None, info=f"robbie {purpose}".encode()).derive(self._material)

    def seal(self, secret: str) -> bytes:
        """The secret, so that only who has the key can read it."""
        return self._fernet.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str | None:
        """The secret; None when it was sealed with another key, or changed."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None


def open_vault(settings: Settings) -> Vault:
    """The vault with the key of ENCRYPTION_KEY, else of DATABASE_URL's password, else of a file in the home."""
    if settings.secrets.encryption_key is not None:
        return Vault(settings.secrets.encryption_key.get_secret_value().encode())
    if settings.secrets.database_url is not None:
        password = conninfo_to_dict(settings.secrets.database_url.get_secret_value()).get("password")
        if password:
            return Vault(str(password).encode())
    return Vault(_from_file(settings.home / _KEY_FILE))


def _from_file(path: Path) -> bytes:
    """The key in a file that only its owner can read, made at the first start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        mine = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with open(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)))
        # Whole or not at all, and of two processes that start together the first.
        with contextlib.suppress(FileExistsError):
            os.link(mine, path)
        mine.unlink()
    return path.read_bytes()
