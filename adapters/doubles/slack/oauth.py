"""Installing the app in a workspace, and taking it away again."""

from __future__ import annotations

from adapters.doubles.slack.methods import Call, Platform
from adapters.doubles.slack.tokens import TokenState
from adapters.doubles.slack.wire import Json, SlackError, truthy


def access(call: Call) -> Json:
    """``oauth.v2.access``: a code for a token. It is called with the app's secret, and without a token."""
    installs = call.platform.installs
    installs.authenticate(call.args.get("client_id"), call.args.get("client_secret"))
    if call.args.get("grant_type", "authorization_code") != "authorization_code":
        raise SlackError("invalid_grant_type")
    grant = installs.redeem(str(call.args.get("code") or ""), str(call.args.get("redirect_uri") or ""))
    workspace = installs.workspaces[grant.team]
    # A further installation adds scopes to what the workspace has granted before.
    workspace.scopes = set(grant.scopes) | (workspace.scopes if workspace.installed else set())
    workspace.installed = True
    return {
        "access_token": installs.issue(grant.team).value,
        "token_type": "bot",
        "scope": ",".join(sorted(workspace.scopes)),
        "bot_user_id": workspace.bot_user,
        "app_id": workspace.app,
        "team": {"id": workspace.team, "name": workspace.name},
        "enterprise": None,
        "authed_user": {"id": grant.user},
        "is_enterprise_install": False,
    }


def revoke(call: Call) -> Json:
    """``auth.revoke``: the app gives its token back."""
    if truthy(call.args.get("test")):
        return {"revoked": False}
    remove(call.platform, "token_revoked")
    return {"revoked": True}


def uninstall(call: Call) -> Json:
    """``apps.uninstall``: the app leaves the workspace by itself."""
    call.platform.installs.authenticate(call.args.get("client_id"), call.args.get("client_secret"))
    remove(call.platform, "account_inactive")
    return {}


def remove(platform: Platform, state: TokenState) -> None:
    """End the workspace's tokens and tell the app, which is not there any more then."""
    workspace = platform.workspace
    had = bool(list(platform.installs.living(workspace.team)))
    platform.installs.end(workspace.team, state)
    workspace.installed = False
    if not had:
        return
    now = workspace.new_ts()
    tokens = {"oauth": [], "bot": [workspace.bot_user]}
    platform.emit({"type": "tokens_revoked", "tokens": tokens, "event_ts": now})
    platform.emit({"type": "app_uninstalled", "event_ts": now})
