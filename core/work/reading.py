"""Files of contacts, companies and deals as rows: whatever their encoding, separator and names of columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.conversation.decoding import decoded, is_text
from core.work.headers import kind_of, mapped

MOST_BYTES = 10_000_000
MOST_LINES = 50_000
_SEPARATORS = ",;\t"
_DIRECTIVE = re.compile(r"sep=(.)\n", re.IGNORECASE)
_CARD = re.compile(r"\s*BEGIN:VCARD\b", re.IGNORECASE)


class Unimportable(ValueError):
    """A whole file cannot be imported; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot be imported.

    Attributes:
        line: where it begins in the file, from 1.
        what: what is wrong with it.
        fix: what to do.
    """

    line: int
    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row, by the fields of ``core.work.headers``."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file holds.

    Attributes:
        kind: ``contact``, ``company`` or ``deal``.
        unknown: headers of columns that are left out.
    """

    kind: str
    rows: Sequence[Row]
    wrong: Sequence[Wrong] = ()
    unknown: Sequence[str] = field(default_factory=tuple)


class CardReader(Protocol):
    """Reads vCards, which are written by strangers."""

    def read(self, text: str) -> Iterator[Row | Wrong]:
        """Each card as a row, or what is wrong with it."""


def rows_of(data: bytes, cards: CardReader) -> Rows:
    """What is in a file. Raises Unimportable."""
    if len(data) > MOST_BYTES:
        raise Unimportable(f"The file is too large: I import up to {MOST_BYTES // 1_000_000} MB. Split it.")
    if not data.strip():
        raise Unimportable("The file is empty.")
    text = decoded(data) if is_text(data) else None
    if text is None:
        raise Unimportable("I cannot read this file. Export it as CSV (UTF-8) or as vCard (.vcf).")
    if not text.strip():
        raise Unimportable("The file is empty.")
    if _CARD.match(text):  # of these the bytes are limit enough: pictures have many lines, which are not read
        read = list(cards.read(text))
        return Rows("contact", [one for one in read if isinstance(one, Row)],
                    [one for one in read if isinstance(one, Wrong)])  # fmt: skip
    if text.count("\n") > MOST_LINES:
        raise Unimportable(f"The file is too long: I import up to {MOST_LINES:,} lines. Split it.")
    return _table(text)


def _table(text: str) -> Rows:
    directive = _DIRECTIVE.match(text)
    body = text[directive.end() :] if directive else text
    skipped = (1 if directive else 0) + len(body) - len(body.lstrip("\n"))
    body = body.lstrip("\n")
    separator = directive[1] if directive else _separator(body)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator)
    lines = _lines(reader, skipped)
    headers = [cell.strip() for cell in next(lines)[1]]
    kind = kind_of(headers)
    columns, unknown = mapped(kind, headers)
    if "name" not in columns.values() and not {"first", "last", "email"} & set(columns.values()):
        raise Unimportable(
            f"I know no column of names in the first line ({', '.join(headers)[:120]}). "
            "Call one `Name`, and the others such as `Email`, `Phone`, `Company`."
        )
    rows: list[Row] = []
    wrong: list[Wrong] = []
    for line, cells in lines:
        if any(cell.strip() for cell in cells):
            if len(cells) > len(headers) and any(cell.strip() for cell in cells[len(headers) :]):
                what = f"it has {len(cells)} cells, and the first line has {len(headers)}"
                wrong.append(Wrong(line, what, "Put text with a separator in it between quotes."))
            else:
                rows.append(Row(line, {columns[at]: cell.strip() for at, cell in enumerate(cells) if at in columns}))
    if rows and _left_open(body, rows[-1].line - skipped, separator):
        what = "a quote is opened here and closed nowhere, so that the rest of the file stands in it"
        wrong.append(Wrong(rows.pop().line, what, "Close the quote, and import the file again."))
    return Rows(kind, rows, wrong, tuple(unknown))


def _left_open(body: str, line: int, separator: str) -> bool:
    """Whether the row that begins on a line, the last one, ends within quotes."""
    last = body.split("\n", line - 1)[-1]
    try:
        list(csv.reader(io.StringIO(last, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _lines(reader: Iterator[list[str]], skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each begins; what no reader can read ends the file."""
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unimportable(
                f"From line {before + 1 + skipped} on the file is damaged ({error}): a quote may be left open."
            ) from None
        yield before + 1 + skipped, cells
        before = reader.line_num  # type: ignore[attr-defined]  # a csv.reader has it


def _separator(text: str) -> str:
    """What stands between the names of the columns; most often, outside of quotes."""
    first = re.sub(r'"[^"]*"', "", text.partition("\n")[0])
    return max(_SEPARATORS, key=first.count)


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """A file that spreadsheets open in the right letters, and in which nothing is a formula."""
    made = io.StringIO(newline="")
    csv.writer(made).writerows([safe_cell(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + made.getvalue().encode()
