"""Small files of many kinds, made by hand, so that tests need no library for them."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 2, height: int = 2, *, shade: int = 0) -> bytes:
    """A real grey picture."""
    rows = b"".join(b"\x00" + bytes([shade]) * width for _ in range(height))
    return png_of(width, height, zlib.compress(rows))


def png_of(width: int, height: int, compressed: bytes) -> bytes:
    """A picture that says that it has this size, whatever is in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", compressed) + _chunk(b"IEND", b"")


def gif(width: int = 2, height: int = 2) -> bytes:
    """The beginning of one: enough for its size."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\x00\x00" + b"\x00" * 6 + b";"


def jpeg(width: int = 2, height: int = 2) -> bytes:
    """Segments in the usual order: enough for its size."""
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + app0 + frame + b"\xff\xd9"


def webp(width: int = 2, height: int = 2) -> bytes:
    """An extended header: enough for its size."""
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x00" * 4 + _three(width - 1) + _three(height - 1)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pdf(*pages: str, packed: bool = False) -> bytes:
    """A document with a line of text on each page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        shown = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        content = f"BT /F1 12 Tf 72 720 Td ({shown}) Tj ET".encode("latin-1")
        page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"{page} /Contents {5 + 2 * number} 0 R >>".encode())
        objects.append(stream_object(zlib.compress(content), b"/FlateDecode") if packed else stream_object(content))
    return pdf_of(objects)


def stream_object(content: bytes, packing: bytes = b"") -> bytes:
    """A stream, packed as it says."""
    how = b" /Filter " + packing if packing else b""
    return b"<< /Length %d%b >>\nstream\n%b\nendstream" % (len(content), how, content)


def pdf_of(objects: list[bytes]) -> bytes:
    """A document of these objects; the first is its catalogue."""
    body, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, item)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + table + end


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _three(number: int) -> bytes:
    return struct.pack("<I", number)[:3]
