"""Addresses in texts that are shown or kept: without passwords, and without their queries, which are signed.

Whoever has a signed address has the file. Forms: S3 and GCS (`X-Amz-…`, `X-Goog-…`), Azure's shared access
signatures (`se`, `sig`, as BFL's deliveries have them), CloudFront (`Policy`, `Signature`, `Key-Pair-Id`).
Sources: the presigned-URL pages of AWS, Google Cloud and Azure, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from fluxtui.domain.late_pattern import late_pattern

_RUN = r"[^\s\"'<>`]"
_EQUALS = r"(?:=|%(?:25)*3D|\\+u003d|&(?:amp;)*\#(?:61|x3d);)"
_SCHEME = r"[a-z][a-z0-9+.-]{0,20}:(?:\\{0,4}/){2}"
_ADDRESS = late_pattern(rf"(?<![a-z0-9])({_SCHEME}){_RUN}+", re.IGNORECASE)
_PASSWORD = late_pattern(rf"^({_SCHEME})[^/?#@]*@", re.IGNORECASE)
_QUERY = late_pattern(rf"(\?|%(?:25)*3F)(?=[^\s\"'<>`=?/%]{{1,80}}{_EQUALS}){_RUN}+", re.IGNORECASE)
_PAIR = late_pattern(
    rf"""(?ix) (?: (?<![a-z0-9]) | (?<=%26) | (?<=%2526) | (?<=u0026) )
    ( x-(?:amz|goog)-[a-z-]{{1,40}} | sig | signature | (?:[a-z]{{1,20}}[_-])?token | policy | key-pair-id
      | awsaccesskeyid | googleaccessid | api[_-]?key | (?:client[_-])?secret | password | passwd | credential
      | hmac | jwt )
    ( {_EQUALS} ) ["']? (?! [\[(…] ) (?: (?! %(?:25)*26 ) [^\s&"'<>`\\,;)\]}}] )+"""
)
_DATA = late_pattern(rf"\bdata:{_RUN}+", re.IGNORECASE)


def without_signatures(text: str, instead: str = "…") -> str:
    """Return `text` with `instead` in the place of each query of an address and each signature.

    An address is known with its scheme, without (`host/p?sig=…`, `/p?sig=…`) and percent-encoded; pairs such
    as `sig=…` and `token=…` lose their values anywhere. Names and passwords before a host go as well.
    """
    kept = instead.replace("\\", r"\\")
    text = _ADDRESS.sub(lambda found: _without_query(found[0], instead), text)
    text = _QUERY.sub(rf"\1{kept}", text)
    return _PAIR.sub(rf"\1\2{kept}", text)


def hosts_only(text: str, told: Callable[[str | None], str]) -> str:
    """Return `text` where of each address with a scheme, and each data URI, only what `told` says is left.

    What else can be signed goes as in `without_signatures`.

    Args:
        text: from outside.
        told: is given the host of an address, None where there is none, and says what to put in its place.
    """
    text = _DATA.sub(lambda found: told(None), text)
    return without_signatures(_ADDRESS.sub(lambda found: told(_host(found[0])), text))


def _without_query(address: str, instead: str) -> str:
    place, mark, query = _PASSWORD.sub(r"\1", address).partition("?")
    return f"{place}{mark}{instead if query else ''}"


def _host(address: str) -> str | None:
    try:
        return urlsplit(address.replace("\\", "")).hostname
    except ValueError:
        return None
