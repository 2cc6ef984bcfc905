"""``python -m bot`` is ``robbie run``."""

import sys

from bot.cli import main

main(["run", *sys.argv[1:]])
