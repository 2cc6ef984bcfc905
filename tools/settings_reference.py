"""Writes docs/reference/settings.md from config.yaml and .env.example, and checks that they name every setting."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from bot.settings import Secrets, Settings

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "reference" / "settings.md"
_SETTING = re.compile(r"(?P<indent> *)(?P<key>\w+):(?P<value>[^#]*)(?:#(?P<why>.*))?")
_SECRET = re.compile(r"(?P<key>[A-Z_]+)=(?:\s*#(?P<why>.*))?")

HEAD = """\
# Settings

<!-- Written by tools/settings_reference.py from config.yaml and .env.example: change those. -->

Settings are read from `config.yaml` in the working folder (or the file that `ROBBIE_CONFIG` names), then from `.env`,
then from the environment; what comes later wins. An environment variable names a setting in capitals, with two
underscores for each dot, and its value is read as YAML. An unknown or wrong key is refused with its name.

| setting | environment variable | default | why |
|---|---|---|---|
"""
MODELS = """
`models` is a list. Each entry stands on a `level` (1 to 4) and names a `provider` (`openai`, `anthropic`, `compatible`,
`ollama`, `embedded` or `litellm`) and a `model`. `input_usd` and `output_usd` are its prices per million tokens
(default 0), `context_tokens` is the largest prompt and answer together (default 128000), `max_output_tokens` the
longest answer (default 2048). `stream: false` asks for the answer in one piece, for hosts that cannot stream (it has no
effect on `embedded` and `litellm`). `vision: true` says that it can see the pictures that people attach; without it,
the model is told that there is one. A list given by `ROBBIE_MODELS` replaces the whole list:

```sh
ROBBIE_MODELS='[{level: 1, provider: openai, model: gpt-5.4-mini, input_usd: 0.75, output_usd: 4.5}]'
```

Any other provider is reached through litellm, under the name that litellm gives the model:

```yaml
  - level: 1
    provider: litellm
    model: gemini/gemini-3-pro
```

Its key stands in the environment or in `.env` under litellm's own name for it (here `GEMINI_API_KEY`). litellm is only
loaded where the list has such a line; it takes some seconds and 200 MB
([decision 0013](../decisions/0013-litellm-off-the-hot-path.md)).

## Secrets and addresses

These come from `.env` or the environment only. In `config.yaml` they are refused.

| variable | what it is for |
|---|---|
"""


def settings(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Dotted name, default and reason of each setting before ``models``."""
    section = ""
    for line in lines:
        match = _SETTING.fullmatch(line)
        if match is None:
            continue
        key, value, why = match["key"], match["value"].strip(), (match["why"] or "").strip()
        if key == "models":
            return
        if match["indent"]:
            yield f"{section}.{key}", value, why
        elif value:
            yield key, value, why
        else:
            section = key


def secrets(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each variable and what it is for."""
    for line in lines:
        if match := _SECRET.fullmatch(line):
            yield match["key"], (match["why"] or "").strip()


def known(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The dotted names of all settings, beside the models and the secrets."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if kind is not Secrets:
                yield from known(kind, f"{name}.")
        elif name != "models":
            yield prefix + name


def _same(what: str, written: set[str], real: set[str]) -> None:
    if written != real:
        sys.exit(f"{what} and bot/settings.py differ in: {', '.join(sorted(written ^ real))}")


def main() -> None:
    """Write the page."""
    rows = list(settings((ROOT / "config.yaml").read_text("utf-8").splitlines()))
    variables = list(secrets((ROOT / ".env.example").read_text("utf-8").splitlines()))
    _same("config.yaml", {name for name, _, _ in rows}, set(known(Settings)))
    _same(".env.example", {name for name, _ in variables}, {name.upper() for name in Secrets.model_fields})
    table = "".join(
        f"| `{name}` | `ROBBIE_{name.upper().replace('.', '__')}` | `{value}` | {why} |\n" for name, value, why in rows
    )
    listed = "".join(f"| `{name}` | {why} |\n" for name, why in variables)
    TARGET.write_text(HEAD + table + MODELS + listed, "utf-8")


if __name__ == "__main__":
    main()
