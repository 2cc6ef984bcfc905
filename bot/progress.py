"""What a command waits for, said on standard error, so that standard output holds its answer alone."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

_err = Console(stderr=True, highlight=False)


def on_stderr(text: str) -> None:
    """Say what is being waited for, in one line however wide the terminal is."""
    _err.print(Text(f"· {text} …", style="dim"), soft_wrap=True)
