"""Reads one PDF in a process of its own, with little memory, little time, no files and nothing secret around it.

A program, not a module: it is run by its path, isolated from ours. The PDF comes in on standard input; JSON goes out.
"""

from __future__ import annotations

import io
import json
import logging
import sys


def confine(megabytes: int, seconds: int) -> None:
    """Take away what a PDF's text needs no more of. Windows has no such limits; the clock outside holds there too."""
    try:
        import resource
    except ImportError:
        return
    room = megabytes * 1024 * 1024
    for limit, value in (
        (resource.RLIMIT_AS, room),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # not on this system
            continue


def read(data: bytes, most: int) -> dict[str, object]:
    """Text and number of pages, or the problem."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        return {"problem": "locked"}
    pages, texts, length = len(reader.pages), [], 0
    for page in reader.pages:
        text = page.extract_text()
        texts.append(text)
        length += len(text) + 2
        if length > most:
            break
    whole = "\n\n".join(texts)
    return {"text": whole[:most], "pages": pages, "cut": length > most + 2 or len(texts) < pages}


def answer(data: bytes, most: int) -> dict[str, object]:
    """What ``read`` gives; whatever else happens is a problem with a name."""
    try:
        return read(data, most)
    except (MemoryError, RecursionError):
        return {"problem": "too_complicated"}
    except Exception as error:  # what a hostile file makes of a parser is not known beforehand
        return {"problem": "too_complicated" if "Limit" in type(error).__name__ else "broken"}


def main() -> None:
    """Read what comes in, and say what it is."""
    most, megabytes, seconds = (int(argument) for argument in sys.argv[1:4])
    logging.disable()
    data = sys.stdin.buffer.read()
    confine(megabytes, seconds)
    sys.stdout.write(json.dumps(answer(data, most)))


if __name__ == "__main__":
    main()
