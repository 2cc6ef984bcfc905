"""Two orgs whose people have a note for each place and each audience, each with a word that is found nowhere else."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg.rows import scalar_row

from core.people.viewer import Viewer

HERE, THERE, ELSEWHERE = "slack/T1/C1", "slack/T1/C2", "slack/T1/C3"
ROOMS = ("", HERE, THERE)
# People of another company read in it, too.
EXTERNAL = THERE
AUDIENCES = ("", "*", HERE, THERE)


@dataclass(frozen=True)
class Person:
    """One account of a human, in one org."""

    name: str
    org: str
    human: str
    account: str
    channel: str
    member: bool = True


# Ana has two accounts in her org, and one in the other org. Cleo is whom the notes are about, and has none. Eve is of
# another company, and was met in a channel that is shared with it.
PEOPLE = (
    Person("ana", "home", "ana", "U1", "D1"),
    Person("ana too", "home", "ana", "U11", "D11"),
    Person("ben", "home", "ben", "U2", "D2"),
    Person("cleo", "home", "cleo", "U3", "D3"),
    Person("eve", "home", "eve", "U6", "D6", member=False),
    Person("dan", "other", "dan", "U4", "D4"),
    Person("ana elsewhere", "other", "ana", "U5", "D5"),
)
_WRITERS = ("ana", "ana too", "ben", "eve", "dan", "ana elsewhere")


@dataclass(frozen=True)
class Secret:
    """A note, and who may see it."""

    canary: str
    owner: Person
    room: str
    shared_with: str

    def seen_by(self, person: Person, room: str, *, private: bool) -> bool:
        """The rule, in words of its own: the code is held against it."""
        if self.owner.org != person.org:
            return False
        if self.shared_with == "*" and person.member and (private or room != EXTERNAL):
            return True
        if room and room in (self.room, self.shared_with):
            return True
        return private and self.owner.human == person.human


@dataclass
class LeakWorld:
    """The orgs, their people and their secrets."""

    admin: psycopg.Connection[tuple[object, ...]]
    orgs: dict[str, int] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    conversations: dict[str, int] = field(default_factory=dict)
    secrets: list[Secret] = field(default_factory=list)

    def __post_init__(self) -> None:
        humans = {person.human: uuid.uuid4() for person in PEOPLE}
        for org, tenant in (("home", "T1"), ("other", "T2")):
            self.orgs[org] = self._id("INSERT INTO organizations (name) VALUES (%s) RETURNING id", org)
            self.admin.execute("INSERT INTO tenants VALUES ('slack', %s, %s)", (tenant, self.orgs[org]))
            self.conversations[org] = self._id(
                "INSERT INTO conversations (org_id, surface, tenant, channel, thread, direct) "
                "VALUES (%s, 'slack', %s, 'C1', '1.0', false) RETURNING id",
                self.orgs[org], tenant,
            )  # fmt: skip
        for person in PEOPLE:
            org_id, tenant = self.orgs[person.org], "T1" if person.org == "home" else "T2"
            self.ids[person.name] = self._id(
                "INSERT INTO people (org_id, name, human) VALUES (%s, %s, %s) RETURNING id",
                org_id, person.name, humans[person.human],
            )  # fmt: skip
            self.admin.execute(
                "INSERT INTO accounts (org_id, person_id, surface, tenant, account, refreshed_at) "
                "VALUES (%s, %s, 'slack', %s, %s, now())",
                (org_id, self.ids[person.name], tenant, person.account),
            )
        for person, room, shared_with in itertools.product(PEOPLE, ROOMS, AUDIENCES):
            if person.name in _WRITERS:
                self._note(person, room, shared_with)

    def _note(self, owner: Person, room: str, shared_with: str) -> None:
        secret = Secret(f"canary{uuid.uuid4().hex[:12]}", owner, room, shared_with)
        text = f"Cleo's harbour deal goes to {secret.canary}"
        subjects = json.dumps([{"kind": "person", "name": "Cleo", "person_id": self.ids["cleo"]}])
        values = (self.orgs[owner.org], self.ids[owner.name], text, room, shared_with)
        self.admin.execute(
            "INSERT INTO notes (org_id, owner, text, room, shared_with, subjects, kind, importance) "
            "VALUES (%s, %s, %s, %s, %s, %s, 'decision', 0.9)",
            (*values, subjects),
        )
        self.admin.execute(
            "INSERT INTO tasks (org_id, owner, text, room, shared_with) VALUES (%s, %s, %s, %s, %s)", values
        )
        self._asked(owner, secret)
        self.secrets.append(secret)

    def _asked(self, owner: Person, secret: Secret) -> None:
        """The owner was asked about the note that was made last, and so was Cleo, whom it is about."""
        wording = f"They say that the deal goes to {secret.canary}"
        for part, person in (("owner", owner.name), ("subject", "cleo")):
            if part == "owner" or owner.org == "home":
                self.admin.execute(
                    "INSERT INTO consents (org_id, note_id, person_id, owner, conversation_id, part, what, audience, "
                    "wording, expires_at) SELECT %s, max(id), %s, %s, %s, %s, 'share', '*', %s, now() FROM notes",
                    (self.orgs[owner.org], self.ids[person], self.ids[owner.name], self.conversations[owner.org],
                     part, wording),
                )  # fmt: skip

    def viewers(self) -> Iterator[tuple[Person, Viewer]]:
        """Everybody, wherever they could read."""
        for person, room, private in itertools.product(PEOPLE, (*ROOMS, ELSEWHERE), (True, False)):
            viewer = Viewer(org_id=self.orgs[person.org], person_id=self.ids[person.name], room=room, private=private)
            inside = person.member and (private or room != EXTERNAL)
            yield person, viewer.model_copy(update={"org_wide": inside})

    def visible(self, person: Person, viewer: Viewer) -> set[str]:
        """What this one may see there."""
        return {
            secret.canary
            for secret in self.secrets
            if secret.seen_by(person, viewer.room, private=viewer.private)
        }  # fmt: skip

    def asked(self, person: Person, viewer: Viewer) -> set[str]:
        """What this one may see of the questions: their own, on their own notes, in private."""
        concerned = (
            secret
            for secret in self.secrets
            if secret.owner.org == person.org and person.human in (secret.owner.human, "cleo")
        )
        return {secret.canary for secret in concerned} if viewer.private else set()

    def found(self, texts: Sequence[object] | Mapping[str, object] | str) -> set[str]:
        """The canaries that stand in something."""
        whole = str(texts)
        return {secret.canary for secret in self.secrets if secret.canary in whole}

    def _id(self, query: str, *values: object) -> int:
        with self.admin.cursor(row_factory=scalar_row) as cursor:
            return int(str(cursor.execute(query, values).fetchone()))
