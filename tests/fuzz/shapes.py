"""Documents bent out of shape: values, texts and bytes that a well-behaved sender would never send.

Everything is drawn from the `random.Random` that is given, so that the same seed bends in the same way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

SIGNATURE = "SiGnAtUrE0f0nEaDdReSs"
"""Stands in the query of every address that a fake service signs; whoever reads it can fetch the file."""

TEXTS: tuple[str, ...] = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x1b[2J\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1b]52;c;cm0gLXJmIH4=\x07",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x9b31m\x9d0;c1\x9c",
    "\x1bP+q544e\x1b\\",
    "\x08\x08\x7f",
    "\u202eevil\u202c",
    "\u2066a\u2069\u200f\u200e\u061c",
    "\ufeffbom",
    "\u2028line\u2029par",
    "\ud800",
    "\udfff\ud800",
    "a\udc80b",
    "\U000e0041\U000e007f",
    "\ufdd0\uffff\U0010ffff",
    "[red]markup[/red]",
    "[@click=app.quit]x[/]",
    "[link=file:///etc/passwd]x[/link]",
    "[/]",
    "<script>alert(1)</script>",
    "{}{0.__class__}%s%n%(x)s",
    "$(reboot)`reboot`;reboot|reboot",
    "../../../../etc/passwd",
    "/etc/passwd",
    "C:\\con\\aux",
    "~root/.ssh/id_rsa",
    "a" * 100_000,
    "ä" * 5_000,
    "e\u0301" * 3_000,
    "\u0301" * 2_000,
    "👨‍👩‍👧‍👦" * 500,
    "\n" * 3_000,
    "\r\n\t" * 500,
    "%00%0d%0a%1b%5b",
    "null",
    "NaN",
    "-Infinity",
    "1e308",
    "1e999",
    "9" * 400,
    "9" * 5_000,
    "0x7fffffffffffffff",
    "٣",
    "1_000",
    "+1",
    "true",
    "2026-02-30T25:61:61Z",
    "0000-00-00",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "+275760-09-13T00:00:00Z",
    "2026-11-01T00:00:00.123456789Z",
    "Mon, 30 Nov 2026 12:00:00 GMT",
    "20261130T120000",
)
ADDRESSES: tuple[str, ...] = (
    "http://127.0.0.1:1/x",
    "https://evil.example/x",
    "https://api.bfl.ai.evil.example/x",
    "https://evilbfl.ai/x",
    "https://api.bfl.ai@evil.example/x",
    "https://evil.example#@api.bfl.ai/x",
    "https://evil.example\\@api.bfl.ai/x",
    "https://api.bfl.ai:444/x",
    "https://queue.fal.run:8443/x",
    "https://queue.fal.run.evil.example/x",
    "https://api.replicate.com.evil.example/x",
    "http://api.bfl.ai/x",
    "http://queue.fal.run/x",
    "http://api.replicate.com/x",
    "//evil.example/x",
    "/\\evil.example/x",
    "///evil.example/x",
    "/v1/x",
    "https:evil.example",
    "https:///x",
    "https://",
    "https://[::1",
    "https://[fe80::1%25eth0]/x",
    "https://[v1.x]/x",
    "https://1.2.3.4.5/x",
    "https://0x7f.1/x",
    "https://evil.example:99999/x",
    "https://evil.example:-1/x",
    "https://xn--/x",
    "https://ⓔvil.example/x",
    "https://evil。example/x",
    "https://e\u0301vil.example/x",
    "https://evil.example/\ud800",
    "https://\ud800.example/",
    "https://evil.example/\r\nX-Key: x",
    "https://evil.example/%0d%0aX-Key:%20x",
    "https://evil.example/" + "a" * 70_000,
    "https://" + "a" * 300 + ".example/x",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "data:,",
    "data:x",
    "data:" + "A" * 10_000,
    "mailto:x@y",
    "javascript:alert(1)",
    "ftp://evil.example/x",
    "gopher://evil.example",
    "HTTPS://EVIL.EXAMPLE/X",
    " https://evil.example/x ",
    "https://evil.example/ x",
    "?",
    "#",
    "https://user:password@delivery.example/a.png",
)
NUMBERS: tuple[Any, ...] = (
    0,
    -0.0,
    -1,
    1,
    0.1,
    1e-320,
    1e15,
    1e16,
    1e308,
    -1e308,
    2**31,
    2**53 + 1,
    2**63 - 1,
    2**63,
    2**64,
    -(2**63) - 1,
    10**40,
    10**400,
    float("nan"),
    float("inf"),
    float("-inf"),
    253402300800,
    253402300799999,
    -62135596801,
    1e11,
    99999999999999,
)
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], [{}], {"": None}, [None], [1, "a", None, {}, []])
DATES: tuple[str, ...] = (
    "",
    " ",
    ",",
    ":",
    "0",
    "-1",
    "1e9",
    "1.5",
    "٣",
    "999999999",
    "9999999999",
    "9" * 400,
    "Mon, 30 Nov 2026 12:00:00 GMT",
    "Mon, 30 Nov 9999 23:59:59 -2359",
    "Mon, 01 Jan 0001 00:00:00 +2359",
    "Mon, 01 Jan 0000 00:00:00 GMT",
    "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
    "Mon, 30 Nov 2026 12:00:00 +99999999999999",
    "Mon, 30 Nov 2026 12:00:00 -0000",
    "Mon, 30 Nov 2026 99:99:99 GMT",
    "30 Nov 2026",
    "30 Nov",
    "Nov",
    "Mon,",
    "Mon, 30",
    "Mon, 30 Nov 2026 12 GMT",
    "Mon, 30 Nov 2026 12.00.00 GMT",
    "Mon, 30 Nov 2026 1:2:3:4 GMT",
    "Mon, 30 Nov 2026 :: GMT",
    "Mon, 30 Nov 2026 12:00:00 " + "A" * 3_000,
    "Sun, 30-Nov-26 12:00:00 GMT",
    "2026-11-30T12:00:00Z",
    "\xff\xfe",
    "(" * 500,
)
_DEEP = re.compile(r'"@deep:(\d{1,5}):([\[{])@"')
_DEPTHS = (5, 60, 90, 120, 200, 300, 400, 500, 600, 700, 800, 850, 900, 930, 950, 960, 970, 980, 990, 20_000)


def deep(levels: int, bracket: str = "[") -> str:
    """Return a mark that becomes so many levels of brackets once the document is written."""
    return f"@deep:{levels}:{bracket}@"


def value(chance: Random) -> Any:
    """Return any value of JSON, most of them such as nobody expects."""
    draw = chance.random()
    if draw < 0.35:
        return chance.choice(TEXTS)
    if draw < 0.5:
        return chance.choice(ADDRESSES)
    if draw < 0.7:
        return chance.choice(NUMBERS)
    if draw < 0.85:
        return chance.choice(OTHERS)
    if draw < 0.9:
        return deep(chance.choice(_DEPTHS), chance.choice("[{"))
    if draw < 0.95:
        return {chance.choice(TEXTS)[:200]: value(chance) for _ in range(chance.randrange(4))}
    return [value(chance) for _ in range(chance.randrange(5))]


def bent(chance: Random, document: Any, times: int | None = None) -> Any:
    """Return a document with some places of it changed: another value, none, twice, or under another name."""
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 6)) if times is None else times):
        document = _bent_once(chance, document)
    return document


def _bent_once(chance: Random, document: Any) -> Any:
    if isinstance(document, Mapping) and document and chance.random() < 0.9:
        name = chance.choice(list(document))
        changed = dict(document)
        draw = chance.random()
        if draw < 0.12:
            del changed[name]
        elif draw < 0.17:
            changed[chance.choice(TEXTS)[:100]] = changed.pop(name)
        elif draw < 0.22 and _is_small(document):
            changed |= {f"{name}{number}": changed[name] for number in range(chance.choice((1, 300)))}
        else:
            changed[name] = _bent_once(chance, changed[name])
        return changed
    if isinstance(document, list) and document and chance.random() < 0.85:
        at = chance.randrange(len(document))
        draw = chance.random()
        if draw < 0.1:
            return document[:at] + document[at + 1 :]
        if draw < 0.25 and _is_small(document):
            return document[:at] + [document[at]] * chance.choice((2, 40, 400)) + document[at:]
        return [*document[:at], _bent_once(chance, document[at]), *document[at + 1 :]]
    # An address that is no address any more is not known for one.
    if isinstance(document, str) and SIGNATURE not in document and chance.random() < 0.3:
        at = chance.randrange(len(document) + 1)
        return document[:at] + chance.choice(TEXTS) + document[at:]
    return value(chance)


def _is_small(document: Any) -> bool:
    return len(str(document)) < 3_000


def written(document: Any) -> bytes:
    """Return a document as JSON, with the marks of `deep` made true."""
    text = json.dumps(document)
    for _ in range(3):
        text = _DEEP.sub(_levels, text, count=20)
    return text.encode()


def _levels(match: re.Match[str]) -> str:
    levels, bracket = int(match[1]), match[2]
    if bracket == "[":
        return "[" * levels + "]" * levels
    return '{"a":' * levels + "1" + "}" * levels


def bytes_of(chance: Random, document: Any) -> bytes:
    """Return a document as a body, now and then one that is no JSON or in letters of its own."""
    body = written(document)
    draw = chance.random()
    if draw < 0.85:
        return body
    ways: Sequence[Callable[[], bytes]] = (
        lambda: b"",
        lambda: body[: chance.randrange(len(body) + 1)],
        lambda: b"\xef\xbb\xbf" + body,
        lambda: body.decode().encode("utf-16"),
        lambda: body.decode().encode("utf-32-be"),
        lambda: body + b"\x00" * chance.randrange(1, 9),
        lambda: body + body,
        lambda: damaged(chance, body),
        lambda: b"<html><body>502 Bad Gateway</body></html>",
        lambda: b"[" * 100_000,
        lambda: b'{"a":' * 50_000,
        lambda: b'{"status": 1e99999, "id": -1e99999}',
        lambda: b'{"id": ' + b"9" * 5_000 + b"}",
        lambda: b'{"id": "\\ud83d", "id": "\\udcff"}',
        lambda: b'"' + b"\\u001b" * 3_000 + b'"',
        lambda: b"\xff\xfe\xfd",
        lambda: b" " * 300_000 + body,
    )
    return chance.choice(ways)()


def damaged(chance: Random, content: bytes, most: int = 8) -> bytes:
    """Return bytes with some of them flipped, cut out, doubled or replaced."""
    kept = bytearray(content)
    for _ in range(chance.randrange(1, most)):
        at = chance.randrange(len(kept) + 1)
        draw = chance.randrange(6)
        if draw == 0 and kept:
            kept[at % len(kept)] ^= 1 << chance.randrange(8)
        elif draw == 1:
            del kept[at : at + chance.randrange(1, 40)]
        elif draw == 2:
            kept[at:at] = kept[at : at + chance.randrange(1, 200)]
        elif draw == 3:
            kept[at : at + 1] = bytes([chance.choice((0, 9, 10, 13, 27, 34, 39, 91, 92, 93, 127, 128, 255))])
        elif draw == 4:
            kept[at:at] = chance.choice(TEXTS)[:400].encode("utf-8", "surrogatepass")
        else:
            del kept[at:]
    return bytes(kept)


def header(chance: Random) -> str:
    """Return the value of a header: whatever HTTP lets through, which is no line break and no zero byte."""
    text = chance.choice((*DATES, *TEXTS, *ADDRESSES))
    return re.sub(r"[^\t\x20-\x7e\x80-\xff]", "?", text).strip()[:4_000]
