"""Run the double as a process of its own: ``python -m adapters.doubles.discord --port P``.

People act in it through ``/_control/`` (see ``control.py``).
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from adapters.doubles.discord.double import DiscordDouble


async def _serve(port: int, token: str, limited: bool) -> None:
    async with DiscordDouble(port=port, token=token) as double:
        double.rate_limits(limited)
        sys.stdout.write(f"DISCORD_TOKEN={double.token}\n")
        sys.stdout.write(f"DISCORD_API_URL={double.api_url}\n")
        sys.stdout.write(f"DISCORD_GATEWAY_URL={double.gateway_url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Serve until interrupted; the first three lines of output are the environment to set."""
    parser = argparse.ArgumentParser(prog="python -m adapters.doubles.discord")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="", help="what the app must show; made up by default")
    parser.add_argument("--rate-limits", action="store_true", help="with Discord's rate limits")
    args = parser.parse_args()
    try:
        asyncio.run(_serve(args.port, args.token, args.rate_limits))
    except KeyboardInterrupt:
        return


main()
