"""The scenes, played by the real app between doubles."""

from __future__ import annotations

from tests.brief_delivery import deliver
from tests.brief_facts import AFTERNOON, EVENING, MORNING
from tests.guild import Guild
from tests.office import Office

PUBLIC = {"ROBBIE_WEB__PUBLIC_URL": "https://robbie.example"}
PRICES = "Should we raise our prices in January?"
QUESTION = "we ship the new importer on Friday. What should we check before?"
DECIDED = (
    "We decided to move the launch of Apollo to 14 March, because the audit takes longer. What does that mean for the "
    "price list?"
)
NERVOUS = "I am nervous about Friday. What if it goes wrong in front of everybody?"


async def slack_scene(office: Office) -> str:
    """A question with a thread, a council and a home; returns the thread."""
    for user, name in {"U1": "Ana Duarte", "U2": "Ben Okafor", "U3": "Chika Mori"}.items():
        office.slack.workspace.users[user].name = name
    office.slack.workspace.channels["C1"].name = "product"
    await office.open(**PUBLIC)
    await office.slack.slash("U2", "C1", "/robbie mentor churchill determined")
    await office.until(lambda: office.slack.workspace.ephemerals)
    await office.settled()
    await office.ask(f"<@UROBBIE> {QUESTION}", "C1")
    thread = office.slack.messages("C1")[0].ts
    answer = office.slack.bot_messages("C1", thread)[-1]
    for user in ("U2", "U3"):
        await office.slack.react(user, "C1", answer.ts, "+1")
    await office.ask(NERVOUS, "C1", thread, "U2")
    before = len(office.slack.bot_messages("C1"))
    await office.slack.slash("U3", "C1", f"/robbie council {PRICES}")
    await office.until(lambda: len(office.slack.bot_messages("C1")) >= before + 5)
    await office.settled()
    await office.slack.open_home("U2")
    await office.until(lambda: "U2" in office.slack.workspace.views.homes)
    return thread


async def notes_scene(office: Office) -> str:
    """What was decided in a thread, and the question to who said it; returns the thread."""
    for user, name in {"U1": "Ana Duarte", "U2": "Ben Okafor", "U3": "Chika Mori"}.items():
        office.slack.workspace.users[user].name = name
    office.slack.workspace.channels["C1"].name = "product"
    await office.open(**PUBLIC, ROBBIE_NOTES__QUIET_SECONDS="1")
    await office.ask(f"<@UROBBIE> {DECIDED}", "C1")
    thread = office.slack.messages("C1")[0].ts
    await office.until(lambda: office.slack.workspace.ephemerals)
    await office.settled()
    return thread


async def slack_briefs(office: Office) -> None:
    """The three briefs of a day in Ana's direct message, and something done."""
    office.slack.workspace.users["U1"].name = "Ana Duarte"
    app = await office.open(**PUBLIC)
    await office.ask("hi", "U1")
    for facts in (MORNING, AFTERNOON, EVENING):
        await deliver(app, "U1", facts)
        await office.settled()


async def discord_briefs(guild: Guild) -> None:
    """The same in Discord."""
    app = await guild.open(**PUBLIC)
    dm = guild.discord.dm("Ana")
    await guild.discord.say("Ana", dm, "hi")
    await guild.until(lambda: guild.shown(dm))
    await guild.settled()
    for facts in (MORNING, AFTERNOON, EVENING):
        await deliver(app, guild.discord.user_id("Ana"), facts)
        await guild.settled()


async def discord_scene(guild: Guild) -> str:
    """A question with a thread, and a page for one person's eyes; returns the thread."""
    await guild.open(**PUBLIC)
    chosen = await guild.discord.slash("Ben", "general", "mentor", name="churchill", mood="determined")
    await guild.until(lambda: "Churchill" in chosen.shown)
    thread = await guild.mention(QUESTION)
    await guild.answered(thread)
    (answer,) = guild.discord.bot_messages(thread)
    for user in ("Ben", "Chika"):
        await guild.discord.react(user, thread, answer.id, "👍")
    await guild.discord.say("Ben", thread, NERVOUS)
    await guild.answered(thread, 2)
    page = await guild.discord.slash("Chika", thread, "settings")
    await guild.until(lambda: page.original and page.state == "answered" and not page.original.is_loading)
    await guild.settled()
    return thread
