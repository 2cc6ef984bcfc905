"""What can be wrong with the workspaces that installed Robbie."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.slack.api import Session, SlackApi, TokenRefused
from adapters.slack.manifest import SCOPES
from core.conversation.ports import SendError
from core.health.models import Finding, Findings, ok, problem, skipped, warning
from core.people.installations import Installation, Sealer, open_token

_SECONDS = 3.0
_MOST = 20
"""Each is one question to Slack; where there are more, the latest are asked."""


async def workspaces(found: Sequence[Installation], vault: Sealer, base_url: str, missing: Sequence[str]) -> Findings:
    """Look at each installation, and at what installing needs.

    Args:
        found: as the database has them.
        vault: opens their tokens.
        base_url: where the Web API is.
        missing: settings without which nobody can install.
    """
    if missing:
        mend = "docs/how-to/slack.md, Several workspaces, says how"
        yield skipped("installing", f"nobody can add Robbie: {', '.join(missing)} not set", mend)
    else:
        yield ok("installing", "workspaces can add Robbie")
    session = Session(_SECONDS)
    try:
        for one in sorted(found, key=lambda one: one.installed_at)[-_MOST:]:
            yield await _workspace(one, vault, session, base_url)
    finally:
        await session.close()


async def _workspace(one: Installation, vault: Sealer, session: Session, base_url: str) -> Finding:
    name = f"workspace {one.tenant}"
    again = "install it again: `robbie slack install-url`"
    if one.removed_at is not None:
        return warning(name, f"the app was removed on {one.removed_at:%Y-%m-%d %H:%M} ({one.removed_because})", again)
    if one.sealed is None:
        return ok(name, "served by SLACK_BOT_TOKEN")
    token = open_token(vault, one.tenant, one.sealed)
    if token is None:
        return problem(name, "its token was encrypted with another key", f"restore ENCRYPTION_KEY, or {again}")
    api = SlackApi(token, session, base_url=base_url)
    try:
        me = await api.me()
    except TokenRefused as error:
        return problem(name, f"its token was refused ({error.code})", again)
    except SendError:
        return warning(name, "Slack cannot be asked about it", "try again in a minute")
    if me.team != one.tenant:
        return problem(name, f"its token is one of workspace {me.team}", again)
    lacking = [scope for scope in SCOPES if scope not in one.scopes]
    if lacking:
        return warning(name, f"it did not grant {', '.join(lacking)}", again)
    return ok(name, one.name or "answers")
