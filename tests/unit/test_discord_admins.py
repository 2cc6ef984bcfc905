from __future__ import annotations

import pytest

from adapters.discord.admins import Guild, Role, administers

GUILD = Guild(
    id="1",
    owner_id="10",
    roles=[
        Role(id="1", permissions="2048"),
        Role(id="2", permissions=str(1 << 3)),
        Role(id="3", permissions=str(1 << 5 | 2048)),
        Role(id="4", permissions="4"),
        Role(id="5", permissions="all of them"),
    ],
)


@pytest.mark.parametrize(
    ("account", "roles", "so"),
    [
        ("10", [], True),
        ("11", ["2"], True),
        ("11", ["4", "3"], True),
        ("11", ["4", "5", "9"], False),
        ("11", [], False),
    ],
)
def test_the_owner_and_who_may_manage_the_guild_administer_it(account: str, roles: list[str], so: bool) -> None:
    assert administers(GUILD, account, roles) is so


def test_where_everybody_may_manage_everybody_administers() -> None:
    assert administers(Guild(id="1", roles=[Role(id="1", permissions="32")]), "11", [])
