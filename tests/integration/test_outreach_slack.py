"""A morning's brief leads to the draft for somebody, and the draft to the text that is sent, in Slack."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.integration.test_briefs import ana_with_tasks, press, seen_by_ana, the_brief
from tests.office import Office
from tests.shown import shown


async def test_a_brief_leads_to_a_draft_that_is_edited_handed_out_and_taken_back(office: Office) -> None:
    _, dm = await ana_with_tasks(office)
    born = f"{datetime.now(UTC):%-d %B}"
    await office.command(f"contact Maria Costa, Nordwind, maria@nordwind.example, birthday {born}", "U1")
    brief = await the_brief(office, dm)
    assert "Maria Costa" in shown(brief)
    assert "birthday" in shown(brief)
    await press(office, brief, "Draft 1", "Hi Maria,")
    ((id, state),) = await seen_by_ana(office, "SELECT id, state FROM outreach")
    assert state == "ready"
    await office.command(f"outreach edit {id} All the best, Maria! Shall we speak soon?", "U1")
    await press(office, office.slack.bot_messages(dm)[-1], "Send", "Copy this to Maria Costa")
    assert "Shall we speak soon?" in office.answers(dm)[-1]
    assert "mailto:maria@nordwind.example" in shown(office.slack.bot_messages(dm)[-1])
    kept = "SELECT kind, text FROM activities WHERE key LIKE 'outreach:%'"
    assert await seen_by_ana(office, kept) == [("message", "All the best, Maria! Shall we speak soon?")]
    await press(office, office.slack.bot_messages(dm)[-1], "Undo", "Shall we speak soon?")
    assert await seen_by_ana(office, kept) == []
    assert await seen_by_ana(office, "SELECT state, edited FROM outreach") == [("ready", True)]
