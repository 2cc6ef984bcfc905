"""The models behind briefs and drafts: wired where there is a router, and left out where there is none."""

from __future__ import annotations

from adapters.postgres.database import Database
from adapters.postgres.outreach import PostgresOutreach
from bot.settings import Settings
from bot.voices import voices
from core.briefs.drafting import ModelDrafter, Templates
from core.briefs.models import Facts
from core.briefs.phrasing import AsComposed, ModelPhraser, Voice
from core.briefs.ports import OutreachStore, Phraser
from core.briefs.queue import Queue
from core.conversation.voices import Situation
from core.routing.ports import Routes


def outreach_queue(settings: Settings, database: Database, router: Routes | None) -> Queue:
    """What puts the ready queue in order, with drafts by a model where the settings want one."""
    asks = router is not None and settings.briefs.drafts
    return Queue(PostgresOutreach(database), ModelDrafter(router) if router and asks else Templates())


def phraser(settings: Settings, database: Database, router: Routes | None) -> Phraser:
    """What puts briefs into better words, where the settings want it."""
    if router is None or not settings.briefs.phrase:
        return AsComposed()
    return ModelPhraser(router, voice_of_briefs(settings, PostgresOutreach(database)))


def voice_of_briefs(settings: Settings, store: OutreachStore) -> Voice:
    """The voice that a person has chosen for answers, for the opening and the closing of their briefs."""
    cast = voices(settings)

    async def voice(facts: Facts) -> str:
        if facts.reader.room:
            return ""
        chosen = (await store.style(facts.reader)).settings
        situation = Situation(text="", now=facts.at, zone=facts.reader.zone, person=chosen)
        return cast.choose(situation).instructions

    return voice
