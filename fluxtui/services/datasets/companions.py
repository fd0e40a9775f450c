"""Pictures that are no training pictures of their own: masks of others, and halves of pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fluxtui.domain.dataset import DatasetProblem, DatasetRules, ProblemKind
from fluxtui.domain.text import plural, safe_text
from fluxtui.services.datasets.captions import stem_of

MASK_ENDINGS = ("_mask", "-masklabel")
"""Of names of masks: fal's trainers and OneTrainer. Sources: fal's page of flux-lora-fast-training and
OneTrainer's documentation of masked training, read 2026-11."""

PAIR_ENDINGS = ("_start", "_end")
"""Of names of pictures before and after, as trainers of edits want them. Source: fal's pages, 2026-11."""


@dataclass(frozen=True)
class Companions:
    """What belongs together in a set.

    Attributes:
        masks: the name of a mask by that of its picture.
        pairs: names of pictures before and after.
    """

    masks: Mapping[str, str]
    pairs: tuple[tuple[str, str], ...]


def companions_of(names: Iterable[str]) -> Companions:
    """Return which pictures are masks of others, and which are two of a pair, by their names alone."""
    every = list(names)
    by_stem: dict[str, list[str]] = {}
    for name in every:
        by_stem.setdefault(stem_of(name).casefold(), []).append(name)
    masks: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    for name in every:
        stem = stem_of(name).casefold()
        for ending in MASK_ENDINGS:
            if stem.endswith(ending):
                masks.update(dict.fromkeys(by_stem.get(stem.removesuffix(ending), []), name))
        start, end = PAIR_ENDINGS
        if stem.endswith(start):
            pairs.extend((name, other) for other in by_stem.get(stem.removesuffix(start) + end, []))
    return Companions(masks, tuple(pairs))


def companion_problems(
    companions: Companions, kept: Iterable[str], rules: DatasetRules
) -> list[DatasetProblem]:
    """Return what is to be said of masks and pairs among the pictures that are used; none of it stops.

    Args:
        companions: by the names of all pictures.
        kept: names of the pictures that are used; masks are not among them.
        rules: of the trainer.
    """
    used = set(kept)
    problems = []
    masks = [mask for picture, mask in companions.masks.items() if picture in used]
    if masks:
        first = safe_text(masks[0], limit=60)
        count = plural(len(set(masks)), "mask")
        if rules.masks:
            reason, mend = f"{count}, such as {first}, are sent as masks: what is white is learned.", ""
        else:
            reason = f"{count}, such as {first}, are left out: this trainer takes none."
            mend = "choose a trainer that takes masks, or rename those that are pictures"
        problems.append(_of_set(reason, mend))
    pairs = [pair for pair in companions.pairs if used.issuperset(pair)]
    if pairs:
        before, after = (safe_text(name, limit=60) for name in pairs[0])
        reason = (
            f"{plural(len(pairs), 'pair')} of before and after, such as {before} and {after}, "
            "would be learned as single pictures: no trainer here takes pairs."
        )
        problems.append(_of_set(reason, "leave one half of each out, or go on as they are"))
    return problems


def _of_set(reason: str, mend: str) -> DatasetProblem:
    return DatasetProblem(name="", reason=reason, kind=ProblemKind.SET, mend=mend)
