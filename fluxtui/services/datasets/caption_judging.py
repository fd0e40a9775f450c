"""Gives each picture its caption, and complains of captions that cannot be used or are doubtful."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fluxtui.domain.dataset import DatasetProblem, Fix, ProblemKind
from fluxtui.domain.found import Found, FoundCaption, FoundPicture
from fluxtui.domain.text import plural
from fluxtui.domain.workspace import Workspace
from fluxtui.services.datasets.captions import stem_of

MANY_WORDS = 350
"""FLUX reads at most 512 tokens of a text; more words than this do not fit."""


def captions_judged(
    found: Found, kept: Iterable[FoundPicture], workspace: Workspace
) -> tuple[Mapping[str, str], list[DatasetProblem]]:
    """Return the captions by the names of the pictures, and what is wrong with captions.

    Args:
        found: what is in the source.
        kept: the pictures that are used.
        workspace: its captions stand in for those that were found.
    """
    by_stem = {stem_of(item.name): item for item in found.captions}
    of_pictures = {stem_of(picture.name) for picture in found.pictures}
    problems = [_lonely(item) for item in found.captions if stem_of(item.name) not in of_pictures]
    captions: dict[str, str] = {}
    for picture in kept:
        edited = workspace.of(picture.name).caption
        item = by_stem.get(stem_of(picture.name))
        if edited is not None:
            text = edited.strip()
        elif item is not None and item.fault:
            problems.append(_unusable(item))
            text = ""
        else:
            text = item.text if item is not None else ""
        if text:
            captions[picture.name] = text
            problems.extend(_doubtful(picture.name, text))
    return captions, problems


def captions_of(found: Found, workspace: Workspace) -> Mapping[str, str]:
    """Return the captions of the pictures that are used, by name, `''` for none."""
    kept = [item for item in found.pictures if item.look is not None and not workspace.of(item.name).excluded]
    captions, _ = captions_judged(found, kept, workspace)
    return {item.name: captions.get(item.name, "") for item in kept}


def word_count(text: str) -> int:
    """Return how many words a caption has."""
    return len(text.split())


def _lonely(item: FoundCaption) -> DatasetProblem:
    reason = "is a caption without a picture of the same name; not used"
    return _problem(item.name, reason, "give it the name of its picture")


def _unusable(item: FoundCaption) -> DatasetProblem:
    fix = Fix.REREAD if item.reread is not None else None
    return _problem(item.name, item.fault, fix.value if fix else "", fix)


def _doubtful(name: str, text: str) -> list[DatasetProblem]:
    count = word_count(text)
    if count <= MANY_WORDS:
        return []
    return [_problem(name, f"has a caption of {plural(count, 'word')}; the end may be lost", "shorten it")]


def _problem(name: str, reason: str, mend: str, fix: Fix | None = None) -> DatasetProblem:
    return DatasetProblem(name=name, reason=reason, kind=ProblemKind.CAPTION, mend=mend, fix=fix)
