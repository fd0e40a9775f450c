"""A key in every way that a service, a proxy or a library can write it into an answer."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

WRITTEN: dict[str, Callable[[str], str]] = {
    "plain": lambda key: key,
    "upper": str.upper,
    "lower": str.lower,
    "scheme": lambda key: f"Authorization: Bearer {key}",
    "quoted": lambda key: quote(key, safe=""),
    "percent": lambda key: "".join(f"%{ord(letter):02X}" for letter in key),
    "percent-twice": lambda key: (
        quote(quote(key, safe=""), safe="").replace("%3A", "%253a")
        + "".join(f"%25{ord(letter):02x}" for letter in key)
    ),
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "base64-1": lambda key: base64.b64encode(f"u{key}".encode()).decode(),
    "base64-2": lambda key: base64.b64encode(f"u:{key}:".encode()).decode(),
    "basic": lambda key: "Basic " + base64.b64encode(f"user:{key}".encode()).decode(),
    "base64url": lambda key: base64.urlsafe_b64encode(f"Key {key}".encode()).decode(),
    "hex": lambda key: key.encode().hex(),
    "hex-upper": lambda key: key.encode().hex().upper(),
    "html": lambda key: "".join(f"&#{ord(letter)};" for letter in key),
    "html-hex": lambda key: "".join(f"&#x{ord(letter):X};" for letter in key),
    "json": lambda key: "".join(f"\\u{ord(letter):04x}" for letter in key),
    "repr": lambda key: "".join(f"\\x{ord(letter):02x}" for letter in key),
}


def traces_of(key: str) -> tuple[str, ...]:
    """Return what must stand nowhere, in small letters: the key, its second half, and both encoded."""
    parts = {key, key.rpartition(":")[2]}
    found = {written(part).lower() for part in parts for name, written in WRITTEN.items() if name != "upper"}
    found |= {part.lower() for part in parts}
    # Of base64 only the middle is the key's alone.
    return tuple(sorted(found | {text[8:-8] for text in found if len(text) > 40}))
