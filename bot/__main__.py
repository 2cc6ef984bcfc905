"""``python -m bot`` is ``robbie run``."""

from bot.cli import main

main(["run"])
