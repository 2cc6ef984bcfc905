"""The terminal: a surface that is always there."""

from adapters.console.chat import ask, chat

__all__ = ["ask", "chat"]
