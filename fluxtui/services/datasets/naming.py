"""Names of files in a source: what systems leave there, and how the others are called here.

The name that is used and the name that is shown are two things: the first is whatever the disk or an archive
has, the second can be put on a screen and is another one for every file.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress

from fluxtui.domain.text import safe_text

SYSTEM_NAMES = frozenset(
    {
        "__macosx",
        "icon\r",
        "thumbs.db",
        "ehthumbs.db",
        "ehthumbs_vista.db",
        "desktop.ini",
        "picasa.ini",
        "zbthumbnail.info",
        "$recycle.bin",
        "recycler",
        "system volume information",
        "found.000",
        "lost+found",
        "@eadir",
        "@tmp",
        "@recycle",
        "@recently-snapshot",
        "@sharesnap",
        "@__thumb",
        "#recycle",
        "#snapshot",
    }
)
"""What systems and network disks keep in folders for themselves, in lower case: thumbnails, deleted files,
snapshots. Source: folders as Windows, macOS, Linux, Synology DSM and QNAP QTS make them, 2026-11."""

_REPEATS = re.compile(r"([1-9][0-9]{0,2})_.")
_STRAY = re.compile("[\udc80-\udcff]")
_UNNAMED = "unnamed"


def is_system_name(name: str) -> bool:
    """Tell whether a file or folder is hidden or a system's own."""
    return name.startswith(".") or name.casefold() in SYSTEM_NAMES


def repeats_of(folder: str) -> int | None:
    """Return how often a trainer takes the pictures of a folder that is called `10_a dog`, None by any other.

    Source: kohya's sd-scripts, documentation of DreamBooth datasets (`<repeats>_<words>`), read 2026-11.
    """
    found = _REPEATS.match(folder)
    return int(found[1]) if found else None


def shown_names(names: Iterable[str]) -> Mapping[str, str]:
    """Return for each name, with `/` between folders, the one under which it is known and shown.

    Most are the same. Files of one name but for their extension stay so: a picture keeps its caption. Names
    that would look the same are told apart by a mark of what they really are, which never changes.
    """
    stems: dict[str, str] = {}
    real: dict[str, set[str]] = {}
    given = sorted(set(names), key=_order)
    for name in given:
        stem = posixpath.splitext(name)[0]
        stems[stem] = "/".join(_plain(part) for part in stem.split("/"))
        real.setdefault(stems[stem], set()).add(stem)
    shown: dict[str, str] = {}
    for name in given:
        stem, extension = posixpath.splitext(name)
        plain = stems[stem]
        if stem != plain and len(real[plain]) > 1:
            plain = f"{plain}~{_mark(stem)}"
        shown[name] = plain + _clean(extension)
    return _all_different(shown)


def _all_different(shown: Mapping[str, str]) -> Mapping[str, str]:
    taken: dict[str, str] = {}
    # What is called as it really is comes first.
    for name, plain in sorted(shown.items(), key=lambda item: (item[0] != item[1], _order(item[0]))):
        unique = plain
        while unique in taken:
            unique = f"{unique}~{_mark(name)}"
        taken[unique] = name
    return {name: plain for plain, name in taken.items()}


def _plain(part: str) -> str:
    clean = _clean(part)
    return clean if clean.strip(" .") else _UNNAMED


def shown(name: str) -> str:
    """Return a name that can be shown, whatever it is made of; several may come out the same."""
    return _clean(name)


def _clean(text: str) -> str:
    with suppress(UnicodeEncodeError):
        if _STRAY.search(text):
            # Bytes that are no UTF-8, as Python has them in the names of files.
            text = text.encode(errors="surrogateescape").decode("cp1252", errors="replace")
    return safe_text(unicodedata.normalize("NFC", text))


def _mark(name: str) -> str:
    return hashlib.sha256(_order(name)).hexdigest()[:4]


def _order(name: str) -> bytes:
    return name.encode(errors="surrogatepass")
