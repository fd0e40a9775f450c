"""Gives each picture its caption, and complains of captions that cannot be used or are doubtful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from fluxtui.domain.dataset import DatasetProblem, Fix, PairRules, ProblemKind
from fluxtui.domain.dataset_scan import DatasetScan, ScannedCaption, ScannedPicture
from fluxtui.domain.text import LOST_LETTER, plural, safe_text, shorten
from fluxtui.domain.workspace import Workspace
from fluxtui.services.datasets.caption_matching import Matched, matched
from fluxtui.services.datasets.captions import PERHAPS_SUFFIXES, is_metadata
from fluxtui.services.datasets.companions import companions_in
from fluxtui.services.datasets.kinds_of_files import suffix_of
from fluxtui.services.datasets.pair_checks import chosen_pairs, chosen_pictures

MANY_WORDS = 350
"""FLUX reads at most 512 tokens of a text; more words than this do not fit."""

_SHOWN_GUESS = 60
_RTF = "{\\rtf"
"""Source: Microsoft's Rich Text Format specification 1.9.1, read 2026-11."""


def check_captions(
    scan: DatasetScan, kept: Iterable[ScannedPicture], workspace: Workspace, *, pairs: bool = False
) -> tuple[Mapping[str, str], list[DatasetProblem]]:
    """Return the captions by the names of the pictures, and what is wrong with captions.

    Args:
        scan: what is in the source.
        kept: the pictures that are used.
        workspace: its captions stand in for those that were found.
        pairs: whether they are those of pairs, and `kept` the results of these.
    """
    found = matched(scan)
    match = found.for_pairs if pairs else found
    of_pairs = frozenset(item.name for item in found.lonely) - {item.name for item in found.for_pairs.lonely}
    problems = [_lonely(item, of_pairs) for item in match.lonely]
    captions: dict[str, str] = {}
    told: set[str] = set()
    for picture in kept:
        edited = workspace.of(picture.name).caption
        item = match.of_pictures.get(picture.name)
        if edited is not None:
            text = edited.strip()
        elif item is not None and item.fault:
            problems += [_unusable(item)] if item.name not in told else []
            told.add(item.name)
            text = ""
        else:
            text = item.text if item is not None else ""
        if text:
            captions[picture.name] = text
            problems.extend(_doubtful(picture.name, text))
    problems += _of_whole_set(scan, match)
    return captions, problems


def captions_of(scan: DatasetScan, workspace: Workspace, pairs: PairRules | None = None) -> Mapping[str, str]:
    """Return the captions of the pictures that are used, by name, `''` for none.

    With the rules of a trainer for `pairs` they are those of pairs, by the names of the results.
    """
    masks = companions_in(scan).mask_names
    usable = [item for item in scan.pictures if item.look is not None and item.name not in masks]
    if pairs is None:
        kept = chosen_pictures(usable, workspace).kept
    else:
        kept = chosen_pairs(scan, usable, workspace, pairs).kept
    captions, _ = check_captions(scan, kept, workspace, pairs=pairs is not None)
    return {item.name: captions.get(item.name, "") for item in kept}


def word_count(text: str) -> int:
    """Return how many words a caption has."""
    return len(text.split())


def _of_whole_set(scan: DatasetScan, match: Matched) -> Iterator[DatasetProblem]:
    for file, count in sorted(Counter(match.overruled.values()).items()):
        whose = f" for {plural(count, 'picture')}" if count > 1 else ""
        yield _problem(file, f"says something else{whose} than a caption that lies nearer; not used", "")
    for file, pictures in sorted(match.shared.items()):
        if any(match.of_pictures[name].name == file for name in pictures):
            shown = " and ".join(safe_text(name, limit=40) for name in pictures[:2])
            yield _problem(file, f"is taken for both {shown}", "give it the exact name of its picture")
    yield from _shared(match)
    names = {picture.name for picture in scan.pictures}
    unknown = Counter(item.name for item in scan.captions if item.picture and item.picture not in names)
    for file, count in sorted(unknown.items()):
        yield _problem(file, f"has captions of {plural(count, 'picture')} that are not here", "")
    perhaps = [name for name in scan.others if suffix_of(name) in PERHAPS_SUFFIXES]
    if perhaps:
        first = safe_text(perhaps[0], limit=60)
        reason = f"{plural(len(perhaps), 'file')} may be captions, but are not read, such as {first}."
        yield _problem("", reason, "give them the ending .txt, or import them: F8 m in the form")


def _shared(match: Matched) -> Iterator[DatasetProblem]:
    """Yield what is to be said of pictures with one caption file between them, as dog.jpg and dog.png."""
    sharing: dict[str, list[str]] = {}
    for picture, caption in sorted(match.of_pictures.items()):
        if not caption.picture and not caption.fault:
            sharing.setdefault(caption.name, []).append(picture)
    for file, (first, *others) in sharing.items():
        for name in others:
            reason = f"has the same caption as {first}: {file} is the only one for both"
            yield _problem(
                name, reason, "give each its own in the workbench (F8), if they show different things"
            )


def _lonely(item: ScannedCaption, pairs: Collection[str]) -> DatasetProblem:
    if is_metadata(item.name):
        return _problem(item.name, item.fault, "")
    if item.name in pairs:
        return _problem(item.name, "is the caption of a pair of pictures; not used for either of them", "")
    reason = "is a caption without a picture of the same name; not used"
    return _problem(item.name, reason, "give it the name of its picture")


def _unusable(item: ScannedCaption) -> DatasetProblem:
    if item.reread is None:
        return _problem(item.name, item.fault, "")
    said = shorten(safe_text(item.reread), _SHOWN_GUESS)
    return _problem(item.name, item.fault, f"read it as {item.encoding}: “{said}”", Fix.REREAD)


def _doubtful(name: str, text: str) -> list[DatasetProblem]:
    if damage := _damage(text):
        mend = "write it anew in the workbench (F8), or leave the picture out"
        return [_problem(name, damage, mend).model_copy(update={"blocking": True})]
    count = word_count(text)
    if count <= MANY_WORDS:
        return []
    return [_problem(name, f"has a caption of {plural(count, 'word')}; the end may be lost", "shorten it")]


def _damage(text: str) -> str:
    """Return why a caption is not what somebody wrote, `''` where nothing speaks for that."""
    if text.startswith(_RTF):
        return "has a caption that is the source of an RTF document and no plain text"
    if LOST_LETTER in text:
        return f"has a lost letter ({LOST_LETTER}) in its caption: it was once read in another encoding"
    return ""


def _problem(name: str, reason: str, mend: str, fix: Fix | None = None) -> DatasetProblem:
    return DatasetProblem(name=name, reason=reason, kind=ProblemKind.CAPTION, mend=mend, fix=fix)
