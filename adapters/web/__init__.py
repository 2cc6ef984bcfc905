"""The web chat: server-rendered pages that work without any token."""

from adapters.web.app import create_app, create_operator_app

__all__ = ["create_app", "create_operator_app"]
