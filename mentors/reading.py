"""Reads YAML as plain text values with the line of each, and refuses what no mentor needs.

Nothing is interpreted: ``no`` and ``2026-01-01`` stay what somebody wrote, tags build no objects, and anchors, repeated
keys and deep nesting are complaints instead of surprises.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

Value = str | list["Value"] | dict[str, "Value"]
Where = tuple[str | int, ...]

# libyaml, where PyYAML was built with it, takes a tenth of the time.
Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_LARGEST = 64 * 1024
_DEEPEST = 8


class Unreadable(Exception):
    """The file is no YAML that we read; carries the line and what to do instead.

    Attributes:
        line: counted from one; 0 when the whole file is meant.
        found: what is wrong.
        mend: what to write instead.
    """

    def __init__(self, line: int, found: str, mend: str) -> None:
        super().__init__(found)
        self.line = line
        self.found = found
        self.mend = mend


def parse(text: str) -> tuple[dict[str, Value], Mapping[Where, int]]:
    """The keys of a text, and the line of each value. Raises Unreadable."""
    try:
        _refuse_the_unneeded(text)
        node = yaml.compose(text, Loader)
    except yaml.YAMLError as error:
        raise _syntax(error) from None
    lines: dict[Where, int] = {}
    value = _value(node, (), lines) if node is not None else {}
    if not isinstance(value, dict):
        raise Unreadable(1, "the file holds no keys", "write lines such as 'name: Ada Lovelace'")
    return value, lines


def text_of(path: Path) -> str:
    """What a file holds. Raises Unreadable."""
    try:
        if path.stat().st_size > _LARGEST:
            raise Unreadable(0, "the file is larger than 64 KB", "a mentor is a page or two: shorten it")
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(0, "the file is not text in UTF-8", "save it as UTF-8") from None
    except OSError as error:
        raise Unreadable(0, f"the file cannot be read: {error.strerror}", "let Robbie's user read it") from None


def _refuse_the_unneeded(text: str) -> None:
    depth = documents = 0
    for event in yaml.parse(text, Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable(line, "an anchor (&) or alias (*) is used", "write the text out, or put it in quotes")
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise Unreadable(line, "a second document begins", "one file is one mentor: take out the line '---'")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise Unreadable(line, f"it is nested deeper than {_DEEPEST} levels", "a mentor needs three at most")


def _value(node: yaml.Node, at: Where, lines: dict[Where, int]) -> Value:
    lines[at] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*at, index), lines) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, at, lines)
    return str(node.value)


def _mapping(node: yaml.MappingNode, at: Where, lines: dict[Where, int]) -> Value:
    found: dict[str, Value] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise Unreadable(line, "a key is not a word", "write 'key: value'")
        key = str(key_node.value)
        if key in found:
            raise Unreadable(line, f"the key {key!r} stands there twice", "keep one of the two")
        found[key] = _value(value_node, (*at, key), lines)
        lines[(*at, key)] = line
    return found


def _syntax(error: yaml.YAMLError) -> Unreadable:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        line = error.problem_mark.line + 1
        mend = "put a text that holds ': ', ' #' or begins with a sign into double quotes; indent with spaces"
        return Unreadable(line, f"it is not valid YAML ({error.problem or error.context})", mend)
    return Unreadable(
        0, "it holds a character that is not allowed in YAML", "write it anew, without control characters"
    )
