"""Reads a CalDAV account in a process of its own: its library blocks, and takes long to load and much to trust.

A program, not a module: it is run by its path. JSON with the password comes in on standard input; JSON goes out. It
connects to no address that is not allowed, wherever a server sends it: every connection is looked at as it is made.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from caldav.collection import Calendar
from caldav.davclient import DAVClient
from caldav.elements import dav
from caldav.elements.base import BaseElement
from caldav.lib import error
from caldav.lib.http_sync import requests

sys.path.insert(0, str(Path(__file__).parents[2]))

from adapters.calendar.confining import confine
from adapters.public import is_public

Json = dict[str, object]


class _CTag(BaseElement):
    """What changes with a calendar, on servers that have no sync-token."""

    tag = "{http://calendarserver.org/ns/}getctag"


class Gate:
    """Says no to connections to addresses that are not allowed. Once set up, it cannot be taken away again.

    Args:
        allowed: which addresses are.
    """

    def __init__(self, allowed: Callable[[str], bool]) -> None:
        self._allowed = allowed
        self.refused = False

    def __call__(self, event: str, values: tuple[object, ...]) -> None:
        """Look at what the interpreter is about to do. Raises OSError."""
        if event not in ("socket.connect", "socket.sendto") or not isinstance(values[-1], tuple):
            return
        if not self._allowed(str(values[-1][0])):
            self.refused = True
            raise OSError("not a public address")


def read(asked: Mapping[str, str]) -> Json:
    """The texts of the account's events, and the versions of its calendars; no texts where these are the same."""
    texts: list[str] = []
    versions: dict[str, str] = {}
    denied = room = 0
    found = list(_calendars(asked))
    for calendar in found:
        versions[str(calendar.url)] = _version(calendar)
    if asked["versions"] and json.loads(asked["versions"]) == versions and all(versions.values()):
        return {"same": True}
    for calendar in found:
        try:
            these = list(_events(calendar, asked))
        except error.AuthorizationError:
            denied += 1
            continue
        texts.extend(these)
        room += sum(map(len, these))
        if room > int(asked["most"]):
            return {"problem": "too_large"}
    if denied and denied == len(found):
        return {"problem": "password"}
    return {"texts": texts, "versions": json.dumps(versions), "denied": denied}


def _calendars(asked: Mapping[str, str]) -> Iterator[Calendar]:
    """The calendars of the account, by discovery from its address; else the one that is at the address itself."""
    addresses = [asked["address"]]
    parts = urlsplit(asked["address"])
    if parts.path in ("", "/"):
        addresses.append(f"{parts.scheme}://{parts.netloc}/.well-known/caldav")
    for address in addresses:
        try:
            found = _client(address, asked).get_calendars()
        except error.AuthorizationError:
            raise
        except error.DAVError:
            continue
        if found:
            yield from found
            return
    yield Calendar(client=_client(asked["address"], asked), url=asked["address"])


def _client(address: str, asked: Mapping[str, str]) -> DAVClient:
    return DAVClient(
        url=address,
        username=asked["user"],
        password=asked["password"],
        timeout=int(asked["timeout"]),
        enable_rfc6764=False,
    )


def _version(calendar: Calendar) -> str:
    """What its server says of its version; nothing where it says nothing."""
    try:
        given = calendar.get_properties([dav.SyncToken(), _CTag()])
    except error.DAVError:
        return ""
    if not isinstance(given, dict):
        return ""
    return str(given.get(dav.SyncToken.tag) or given.get(_CTag.tag) or "")


def _events(calendar: Calendar, asked: Mapping[str, str]) -> Iterator[str]:
    zone = ZoneInfo(asked["zone"])
    first, last = (date.fromisoformat(asked[side]) for side in ("first", "last"))
    start = datetime(first.year, first.month, first.day, tzinfo=zone) - timedelta(days=1)
    end = datetime(last.year, last.month, last.day, tzinfo=zone) + timedelta(days=2)
    found: object = calendar.search(event=True, start=start, end=end, expand=False, post_filter=False)
    for one in found if isinstance(found, list) else ():
        text = one.data
        yield text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def answer(asked: Mapping[str, str], gate: Gate) -> Json:
    """What ``read`` gives; whatever else happens is a problem with a name."""
    try:
        return read(asked)
    except (MemoryError, RecursionError):
        return {"problem": "too_large"}
    except Exception as problem:
        return {"problem": "private" if gate.refused else _named(problem)}


def _named(problem: Exception) -> str:
    named = {
        error.AuthorizationError: "password",
        error.NotFoundError: "gone",
        error.RateLimitError: "busy",
        error.DAVError: "trouble",
        requests.exceptions.Timeout: "slow",
        requests.exceptions.RequestException: "unreachable",
        OSError: "unreachable",
    }
    return next((name for kind, name in named.items() if isinstance(problem, kind)), "broken")


def main() -> None:
    """Read what comes in, and say what is there."""
    megabytes, seconds = (int(argument) for argument in sys.argv[1:3])
    logging.disable()
    os.environ["NETRC"] = os.devnull  # passwords of the machine's own are nobody's here
    asked: Mapping[str, str] = json.load(sys.stdin)
    proxied = any(name.casefold() in ("http_proxy", "https_proxy") for name in os.environ)
    anywhere = asked["allow_private"] == "yes" or proxied  # the proxy has a private address itself
    gate = Gate((lambda _address: True) if anywhere else is_public)
    sys.addaudithook(gate)
    confine(megabytes, seconds)
    sys.stdout.write(json.dumps(answer(asked, gate)))


if __name__ == "__main__":
    main()
