"""``apps.manifest.validate``."""

from __future__ import annotations

import json

from adapters.doubles.slack.manifest.check import check_manifest
from adapters.doubles.slack.methods import Call
from adapters.doubles.slack.wire import Json, SlackError


def validate(call: Call) -> Json:
    """Whether Slack would make an app of a manifest. It is called with a configuration token."""
    try:
        manifest = json.loads(call.require("manifest"))
    except ValueError:
        raise SlackError("invalid_manifest", errors=[{"message": "is no JSON", "pointer": "/"}]) from None
    check_manifest(manifest)
    return {"errors": []}
