"""Run the doubles as a process of their own: ``python -m adapters.doubles.providers --port P``."""

from __future__ import annotations

import argparse
import asyncio
import sys

from adapters.doubles.providers.server import DEFAULT_MODELS, ProviderDouble


async def _serve(port: int, models: dict[str, int], piece_delay: float) -> None:
    async with ProviderDouble(models, port=port, piece_delay=piece_delay) as double:
        sys.stdout.write(f"{double.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def _model(text: str) -> tuple[str, int]:
    name, _, context = text.partition("=")
    return name, int(context or 128_000)


def main() -> None:
    """Serve until interrupted; the first line of output is the URL."""
    parser = argparse.ArgumentParser(prog="python -m adapters.doubles.providers")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--model", action="append", type=_model, default=[], metavar="NAME[=CONTEXT]")
    parser.add_argument("--piece-delay", type=float, default=0.0, metavar="SECONDS")
    args = parser.parse_args()
    try:
        asyncio.run(_serve(args.port, {**DEFAULT_MODELS, **dict(args.model)}, args.piece_delay))
    except KeyboardInterrupt:
        return


main()
