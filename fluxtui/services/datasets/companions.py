"""Pictures that are no training pictures of their own: masks of others, and halves of pairs."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping

from fluxtui.domain.dataset import DatasetProblem, DatasetRules, ProblemKind
from fluxtui.domain.dataset_scan import DatasetScan
from fluxtui.domain.text import plural, safe_text
from fluxtui.services.datasets.caption_matching import matched
from fluxtui.services.datasets.captions import EMPTY, stem_of
from fluxtui.services.datasets.pairs import pairing_of
from fluxtui.system.dataclass import dataclass

MASK_ENDINGS = ("_mask", "-masklabel", "-mask", "_masklabel", ".mask")
"""Of names of masks, the first as they are sent. Sources: fal's page of flux-lora-fast-training (`_mask`) and
OneTrainer's documentation of masked training (`-masklabel`), read 2026-11; the others are their variants."""

MASK_FOLDERS = frozenset({"mask", "masks"})
"""Of folders beside pictures, in which each mask has the name of its picture."""

COLOURED = 12.0
"""`PictureLook.colour` from which on a picture is hardly a mask, which is black, white and grey."""


@dataclass(frozen=True)
class Companions:
    """What belongs together in a set.

    Attributes:
        masks: the name of a mask by that of its picture.
        pairs: names of pictures before and after, the first of each side.
        captioned: the picture whose mask a picture is by its name, but is not, as it has a caption.
        further: the picture of a mask that is not used, as the picture has another one.
    """

    masks: Mapping[str, str]
    pairs: tuple[tuple[str, str], ...]
    captioned: Mapping[str, str]
    further: Mapping[str, str]

    @property
    def mask_names(self) -> frozenset[str]:
        """Names of all that are masks and no training pictures."""
        return frozenset((*self.masks.values(), *self.further))


def companions_in(scan: DatasetScan) -> Companions:
    """Return which pictures of a source are masks of others, and which are two of a pair."""
    captions = matched(scan).of_pictures
    captioned = {name for name, caption in captions.items() if caption.fault != EMPTY}
    return companions_of((item.name for item in scan.pictures), captioned)


def companions_of(names: Iterable[str], captioned: Collection[str] = ()) -> Companions:
    """Return which pictures are masks of others, and which are two of a pair, by their names.

    Args:
        names: of all pictures.
        captioned: names of those with a caption of their own, which are no masks.
    """
    every = list(names)
    by_stem: dict[str, list[str]] = {}
    for name in every:
        by_stem.setdefault(stem_of(name).casefold(), []).append(name)
    masks: dict[str, str] = {}
    own: dict[str, str] = {}
    claims: dict[str, list[str]] = {}
    for name in every:
        stem = stem_of(name).casefold()
        pictures = [picture for masked in _masked_by(stem) for picture in by_stem.get(masked, [])]
        if pictures and name in captioned:
            own[name] = pictures[0]
        elif pictures:
            claims[name] = pictures
    for name, pictures in claims.items():
        for picture in pictures:
            masks.setdefault(picture, name)
    used = set(masks.values())
    further = {name: pictures[0] for name, pictures in claims.items() if name not in used}
    pairs = tuple((pair.inputs[0], pair.result) for pair in pairing_of(every).pairs)
    return Companions(masks, pairs, own, further)


def _masked_by(stem: str) -> Iterator[str]:
    """Yield the stems of the pictures that a file would be the mask of."""
    folder, plain = posixpath.split(stem)
    endless = [plain.removesuffix(ending) for ending in MASK_ENDINGS if plain.endswith(ending)]
    for name in endless:
        yield posixpath.join(folder, name)
    if posixpath.basename(folder) in MASK_FOLDERS:
        for name in (plain, *endless):
            yield posixpath.join(posixpath.dirname(folder), name)


def companion_problems(
    companions: Companions, scan: DatasetScan, kept: Iterable[str], rules: DatasetRules
) -> list[DatasetProblem]:
    """Return what is to be said of masks and pairs among the pictures that are used; none of it stops.

    Args:
        companions: of all pictures.
        scan: what is in the source.
        kept: names of the pictures that are used; masks are not among them.
        rules: of the trainer.
    """
    used = set(kept)
    problems = list(_of_masks(companions, scan, used, rules))
    pairs = [pair for pair in companions.pairs if used.issuperset(pair)] if rules.pairs is None else []
    if pairs:
        before, after = (safe_text(name, limit=60) for name in pairs[0])
        reason = (
            f"{plural(len(pairs), 'pair')} of before and after, such as {before} and {after}, "
            "would be learned as single pictures: this trainer learns no edits."
        )
        mend = "choose a trainer of edits, or leave one half of each out"
        problems.append(_of_set(reason, mend))
    return problems


def _of_masks(
    companions: Companions, scan: DatasetScan, used: Collection[str], rules: DatasetRules
) -> Iterator[DatasetProblem]:
    of_masks = {mask: picture for picture, mask in companions.masks.items() if picture in used}
    if of_masks:
        first = safe_text(next(iter(of_masks)), limit=60)
        count = plural(len(of_masks), "mask")
        if rules.masks:
            yield _of_set(f"{count}, such as {first}, are sent as masks: what is white is learned.", "")
        else:
            reason = f"{count}, such as {first}, are left out: this trainer takes none."
            yield _of_set(reason, "choose a trainer that takes masks, or rename those that are pictures")
    what = "is sent" if rules.masks else "is left out"
    for item in scan.pictures:
        shown = safe_text(of_masks.get(item.name, ""), limit=60)
        if shown and item.look is not None and item.look.colour >= COLOURED:
            reason = f"looks like a photograph, but {what} as the mask of {shown}"
            yield _of_file(
                item.name, reason, "give it another name, or a caption, if it is a picture to learn"
            )
    for name, picture in companions.captioned.items():
        if name in used:
            shown = safe_text(picture, limit=60)
            reason = f"has a caption, so that it is learned as a picture and is no mask of {shown}"
            yield _of_file(name, reason, "take its caption away if it is a mask")
    for name, picture in companions.further.items():
        if picture in used:
            shown = safe_text(picture, limit=60)
            yield _of_file(name, f"is a second mask of {shown}; not used", "keep one of them")


def _of_file(name: str, reason: str, mend: str) -> DatasetProblem:
    return DatasetProblem(name=name, reason=reason, kind=ProblemKind.FILE, mend=mend)


def _of_set(reason: str, mend: str) -> DatasetProblem:
    return DatasetProblem(name="", reason=reason, kind=ProblemKind.SET, mend=mend)
