"""People whose notes could be shared, without a platform: what Robbie asks stands in the inbox."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from adapters.postgres.consents import PostgresConsents
from adapters.postgres.goals import PostgresGoals
from adapters.postgres.links import PostgresLinks
from adapters.postgres.memories import PostgresMemories
from adapters.postgres.notes import PostgresNotes
from adapters.postgres.people import PostgresPeople
from adapters.postgres.proposals import PostgresProposals
from adapters.postgres.tasks import PostgresTasks
from core.commands import REGISTRY
from core.consent.asking import asking
from core.consent.policy import AskingPolicy
from core.consent.sharing import celebrating, sharing
from core.conversation.handling import Asked, Say
from core.conversation.models import Asker, Place
from core.memory.service import Memory
from core.people.viewer import Viewer
from core.registry import Invocation
from core.work.changing import changing
from core.work.commands import working_on
from core.work.goals import aiming
from tests.integration.conftest import PLACE, Desk
from tests.integration.test_links import Meeting

ROOM = PLACE.room
ELSEWHERE = "slack/T1/C9"
DECIDED = "We go with Postgres"
ABOUT_BEN = "Ben will be a father in May"
PERSONAL = {"kind": "personal"}


@dataclass
class Circle(Meeting):
    """People of one org who talk in a thread."""

    policy: AskingPolicy = field(default_factory=lambda: AskingPolicy(per_day=1_000))

    def __post_init__(self) -> None:
        database = self.desk.database
        self.notes = PostgresNotes(database)
        self.consents = PostgresConsents(database, expire_days=self.policy.expire_days)
        self.proposals = PostgresProposals(database, self.policy)
        self.memory = Memory(PostgresMemories(database), lambda: ())
        people = self.people
        self.handlers = {
            **asking(self.consents, people),
            **sharing(self.consents, self.notes),
            **celebrating(self.consents, lambda _words, _now: (None, "Hear, hear.")),
            **working_on(PostgresTasks(database)),
            **changing(PostgresTasks(database)),
            **aiming(PostgresGoals(database)),
        }

    async def viewer(self, person: int, room: str = "") -> Viewer:
        """A person in private, or in a room."""
        row = await self.desk.row("SELECT org_id FROM people WHERE id = %s", person)
        return Viewer(org_id=int(str(row["org_id"])), person_id=person, room=room, private=not room, org_wide=True)

    async def note(self, owner: int, text: str = "We go with Postgres", **more: object) -> int:
        """Something that Robbie noticed in the thread, worth to be shared."""
        viewer = await self.viewer(owner)
        conversation = await self.desk.row("SELECT id FROM conversations WHERE org_id = %s ORDER BY id", viewer.org_id)
        values: dict[str, object] = {
            "org_id": viewer.org_id, "owner": owner, "conversation_id": conversation["id"], "text": text,
            "kind": "decision", "sharing": 0.9, "found_by": "detector", "room": ROOM, **more,
        }  # fmt: skip
        if "about" in values:
            person = values.pop("about")
            values["subjects"] = json.dumps([{"kind": "person", "name": "Ben", "person_id": person}])
        columns, holes = ", ".join(values), ", ".join(f"%({name})s" for name in values)
        insert = f"INSERT INTO notes ({columns}) VALUES ({holes}) RETURNING id"
        (rows,) = await self.desk.database.run(viewer.org_id, (insert, values), viewer=viewer)
        return int(rows[0]["id"])

    async def asks(self) -> list[Invocation]:
        """What Robbie says by itself, after it has looked once more."""
        await self.proposals.look()
        return [invocation for invocation, _ in await self.told()]

    async def told(self) -> list[tuple[Invocation, int]]:
        """All that it said by itself so far, and to whom."""
        rows = await self.desk.rows(
            "SELECT detail, person_id FROM inbox WHERE platform_id LIKE 'consent:%%' OR platform_id LIKE 'win:%%' "
            "ORDER BY id"
        )
        return [
            (Invocation.model_validate(dict(row["detail"])["command"]), int(str(row["person_id"])))  # type: ignore[call-overload]
            for row in rows
        ]

    async def do(self, person: int, command: str, place: Place = PLACE, **arguments: str) -> Say:
        """Carry a command out for a person."""
        viewer = await self.viewer(person)
        conversation = await self.desk.row("SELECT id FROM conversations WHERE org_id = %s ORDER BY id", viewer.org_id)
        settings = await self.settings(person)
        self.number += 1
        asked = Asked(
            REGISTRY.checked(Invocation(command=command, arguments=arguments)),
            Asker(
                org_id=viewer.org_id,
                person_id=person,
                account="U1",
                name="Ana",
                zone="Europe/Berlin",
                member=True,
            ),
            place,
            datetime.now(UTC),
            self.number,
            int(str(conversation["id"])),
            person=settings,
        )
        said = await self.handlers[command](asked)
        assert isinstance(said, Say)
        return said

    async def press(self, person: int, label: str, said: Say, **fields: str) -> Say:
        """Press what stands under something that was said."""
        (button,) = [one for one in said.buttons if one.label.startswith(label)]
        assert button.invocation is not None
        return await self.do(person, button.invocation.command, **{**button.invocation.arguments, **fields})

    async def asked(self, person: int) -> Say:
        """The newest that Robbie says by itself, as this person reads it; a question as they open it."""
        (*_, invocation) = await self.asks()
        command = "show-consent" if invocation.command == "ask-consent" else invocation.command
        return await self.do(person, command, **invocation.arguments)

    async def seen(self, person: int, room: str = "") -> list[str]:
        """The texts of all memories that somebody may see at a place."""
        viewer = await self.viewer(person, room)
        query = ("SELECT text FROM memories WHERE kind = 'note' ORDER BY id", ())
        (rows,) = await self.desk.database.run(viewer.org_id, query, viewer=viewer)
        return [str(row["text"]) for row in rows]

    async def recalled(self, person: int, text: str) -> list[str]:
        """What an answer to somebody would draw on, elsewhere."""
        found = await self.memory.recall(await self.viewer(person, ELSEWHERE), text, datetime.now(UTC), 10)
        return [one.text for one in found if one.kind == "note"]

    async def states(self) -> list[str]:
        """How the questions stand."""
        return [str(row["state"]) for row in await self.desk.rows("SELECT state FROM consents ORDER BY id")]


def circle(desk: Desk, **policy: float) -> Circle:
    """Nobody has said anything yet."""
    database = desk.database
    chosen = AskingPolicy(**{"per_day": 1_000, **policy})  # type: ignore[arg-type]
    return Circle(desk, PostgresPeople(database), PostgresLinks(database), policy=chosen)


async def met(friends: Circle) -> tuple[int, int]:
    """Ana, whose notes these are, and Ben."""
    return await friends.meet(PLACE), await friends.meet(PLACE, "U2")
