"""Secrets at rest: who has the key reads them, whoever else does not."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Secrets, Settings, SettingsError, load
from bot.vault import Vault, open_vault


def given(home: Path, **secrets: str) -> Settings:
    hidden = {name: SecretStr(value) for name, value in secrets.items()}
    return Settings(home=home, secrets=Secrets.model_validate(hidden))


def test_what_is_sealed_is_read_with_the_same_key_only() -> None:
    sealed = Vault(b"one key").seal("a token")
    assert Vault(b"one key").open(sealed) == "a token"
    assert Vault(b"another key").open(sealed) is None
    assert b"token" not in sealed
    assert Vault(b"one key").seal("a token") != sealed


@pytest.mark.parametrize("change", [b"", b"nonsense", b"\x00\xff"])
def test_what_was_changed_is_not_read(change: bytes) -> None:
    assert Vault(b"one key").open(change) is None


def test_a_key_that_is_given_comes_first(tmp_path: Path) -> None:
    url = "postgresql://u:pa55word-of-the-database@h/d"
    sealed = open_vault(given(tmp_path, encryption_key="0123456789abcdef", database_url=url)).seal("x")
    assert open_vault(given(tmp_path / "elsewhere", encryption_key="0123456789abcdef")).open(sealed) == "x"
    assert list(tmp_path.iterdir()) == []


def test_machines_of_one_database_share_its_key(tmp_path: Path) -> None:
    """Without anything stored, as the roles' passwords are."""
    first = open_vault(given(tmp_path / "a", database_url="postgresql://u:pa55word@h:5432/d"))
    second = open_vault(given(tmp_path / "b", database_url="postgresql://u:pa55word@other:6432/d?sslmode=require"))
    assert second.open(first.seal("x")) == "x"
    assert list(tmp_path.iterdir()) == []


def test_else_the_key_is_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    for secrets in ({}, {"database_url": "postgresql://u@/d?host=/run/socket"}):
        sealed = open_vault(given(tmp_path / "home", **secrets)).seal("x")
        assert open_vault(given(tmp_path / "home", **secrets)).open(sealed) == "x"
    (file,) = (tmp_path / "home").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_a_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: open_vault(given(tmp_path / "home")), range(8)))
    assert {vault.open(vaults[0].seal("x")) for vault in vaults} == {"x"}


def test_a_key_that_is_easy_to_guess_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ENCRYPTION_KEY") as caught:
        load(env_file=tmp_path / "none", environ={"ENCRYPTION_KEY": "guessable"})
    assert "guessable" not in str(caught.value)
