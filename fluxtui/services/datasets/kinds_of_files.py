"""Which files of a source are pictures to train with, and what is said of those that are none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from fluxtui.domain.dataset import DatasetProblem, DatasetRules, ProblemKind
from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import plural, safe_text
from fluxtui.imaging.kinds import kind_of
from fluxtui.services.datasets.sources import Source, SourceEntry

FORMAT_OF_SUFFIX = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".pjpeg": "JPEG",
    ".pjp": "JPEG",
    ".mpo": "JPEG",
    ".png": "PNG",
    ".apng": "PNG",
    ".webp": "WEBP",
    ".heic": "HEIF",
    ".heif": "HEIF",
    ".hif": "HEIF",
    ".heics": "HEIF",
    ".heifs": "HEIF",
    ".avif": "AVIF",
    ".avifs": "AVIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".dib": "BMP",
    ".gif": "GIF",
}
"""Pillow's name of the format that an extension promises, of those that can be trained with."""

_RAW = re.compile(
    r"3fr|arw|cr[23w]|dcr|dng|erf|fff|iiq|k25|kdc|mef|mos|mrw|nef|nrw|orf|pef|raf|raw|rw[2l]|sr[2fw]|x3f"
)
_FILM = re.compile(r"mov|mp4|m4v|avi|mkv|webm|mts|3gp|insv")
_UNTRAINABLE = re.compile(r"jp2|j2k|jxl|psd|psb|tga|svg|eps|exr|hdr|xcf|kra|ico|pdf")
_ARCHIVE = re.compile(r"zip|tar|gz|tgz|7z|rar|xz|bz2")
_TEXT = re.compile(r"txt|caption|json|jsonl|csv|md|xmp|aae|ya?ml|toml|log|html")
_KINDS = {"raw": _RAW, "film": _FILM, "untrainable": _UNTRAINABLE, "archive": _ARCHIVE, "text": _TEXT}
"""By the extension without its dot, in lower case."""

_BACKUPS = ("_original", "~", ".bak", ".orig", ".tmp", ".part", ".crdownload", ".download")
"""Ends of the names of what programs put aside or have not finished: a picture would be there twice."""

_TOLD_ONE_BY_ONE = 3


def suffix_of(name: str) -> str:
    """Return the extension of a file's name with its dot, in lower case."""
    return PurePosixPath(name).suffix.lower()


def pictures_in(source: Source, entries: Iterable[SourceEntry]) -> Iterator[SourceEntry]:
    """Yield the files that promise to be pictures by their names, or without such a name are some.

    Reads the first bytes of files with other names.
    """
    for entry in entries:
        if suffix_of(entry.name) in FORMAT_OF_SUFFIX or (
            not _kind(entry.name) and _begins_as_one(source, entry)
        ):
            yield entry


def other_files(names: Iterable[str], rules: DatasetRules) -> list[DatasetProblem]:
    """Return what is to be said of files that are neither pictures nor captions, the same kind at once."""
    taken = ", ".join(rules.formats)
    groups: dict[str, list[str]] = {}
    for name in names:
        if (kind := _kind(name)) in _SAID:
            groups.setdefault(kind, []).append(name)
    problems: list[DatasetProblem] = []
    for kind, found in groups.items():
        about, many, mend = (text.format(taken=taken) for text in _SAID[kind])
        if len(found) <= _TOLD_ONE_BY_ONE:
            problems += [_problem(name, about, mend) for name in found]
        else:
            first = ", ".join(safe_text(name, limit=40) for name in found[:2])
            problems.append(_problem("", f"{plural(len(found), *many.split('|'))} ({first}, …).", mend))
    return problems


_SAID: Mapping[str, tuple[str, str, str]] = {
    "raw": (
        "is a camera's raw file, which is not taken",
        "camera's raw file is not taken|raw files of cameras are not taken",
        "let the camera's program export to one of {taken}",
    ),
    "film": (
        "is a film; it is not used",
        "film is not used|films are not used",
        "save single frames as pictures to train with them",
    ),
    "untrainable": (
        "is in a format that is not taken",
        "file is in a format that is not taken|files are in formats that are not taken",
        "convert to one of {taken}",
    ),
    "archive": (
        "is an archive inside; what is in it is not used",
        "archive inside is not used|archives inside are not used",
        "unpack beside the pictures",
    ),
    "backup": (
        "is a copy that a program has put aside, or not finished; not used",
        "file is a copy put aside|files are copies that a program has put aside, or not finished; not used",
        "use by giving the name the extension of a picture",
    ),
}
"""Of each kind: what is said of one, of several (after their number), and what helps."""


def _kind(name: str) -> str:
    extension = suffix_of(name).removeprefix(".")
    for kind, extensions in _KINDS.items():
        if extensions.fullmatch(extension):
            return kind
    plain = name.lower()
    stem = next((plain.removesuffix(end) for end in _BACKUPS if plain.endswith(end)), "")
    return "backup" if suffix_of(stem) in FORMAT_OF_SUFFIX else ""


def _begins_as_one(source: Source, entry: SourceEntry) -> bool:
    try:
        return kind_of(source.head(entry)) in FORMAT_OF_SUFFIX.values()
    except DatasetError:
        return False


def _problem(name: str, reason: str, mend: str) -> DatasetProblem:
    return DatasetProblem(name=name, reason=reason, kind=ProblemKind.FORMAT, mend=mend)
